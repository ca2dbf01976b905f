"""The guard's record."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.emulation.replay import Guarded, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Guarded()),
        ("counter 2\nend 1\n", Guarded()),
        ("guard 1\n", Guarded(started=True)),
        ("guard 1\nend 1234\n", Guarded(True, "end", 1234)),
        ("guard 1\ntick 5\ntick 9\nend 12\n", Guarded(True, "end", 12, ticks=(5, 9))),
        ("guard 1\ntick 5\nti", Guarded(started=True, ticks=(5,))),
        ("guard 1\ntick 5\nlimit 7\n", Guarded(True, "limit", 7, ticks=(5,))),
        ("guard 1\nlimit 99\n", Guarded(True, "limit", 99)),
        ("guard 1\nstray 5 0x1ffffffc 0x00000100\n", Guarded(True, "stray", 5, 0x1FFF_FFFC, 0x100)),
        ("guard 1\nstray 5 0x1ff", Guarded(started=True)),
        ("guard 1\nend many\n", Guarded(started=True)),
    ],
)
def test_records(text: str, expected: Guarded) -> None:
    assert parse(text) == expected


@given(st.text())
def test_a_record_may_be_anything(text: str) -> None:
    assert parse(f"guard 1\n{text}").started
