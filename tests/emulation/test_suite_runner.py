"""The guard's record."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.emulation.suite_runner import WatchdogRecord, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", WatchdogRecord()),
        ("counter 2\nend 1\n", WatchdogRecord()),
        ("guard 1\n", WatchdogRecord(started=True)),
        ("guard 1\nend 1234\n", WatchdogRecord(True, "end", 1234)),
        ("guard 1\ntick 5\ntick 9\nend 12\n", WatchdogRecord(True, "end", 12, ticks=(5, 9))),
        ("guard 1\ntick 5\nti", WatchdogRecord(started=True, ticks=(5,))),
        ("guard 1\ntick 5\nlimit 7\n", WatchdogRecord(True, "limit", 7, ticks=(5,))),
        ("guard 1\nlimit 99\n", WatchdogRecord(True, "limit", 99)),
        ("guard 1\nstray 5 0x1ffffffc 0x00000100\n", WatchdogRecord(True, "stray", 5, 0x1FFF_FFFC, 0x100)),
        ("guard 1\nstray 5 0x1ff", WatchdogRecord(started=True)),
        ("guard 1\nend many\n", WatchdogRecord(started=True)),
    ],
)
def test_records(text: str, expected: WatchdogRecord) -> None:
    assert parse(text) == expected


@given(st.text())
def test_a_record_may_be_anything(text: str) -> None:
    assert parse(f"guard 1\n{text}").started
