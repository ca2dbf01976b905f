"""The job blob is what the harness reads."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.build import job

words = st.integers(0, 2**32 - 1)


@given(
    module=st.binary(max_size=200),
    export=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20),
    extra=words,
    calls=st.integers(0, 4).flatmap(
        lambda count: st.lists(st.lists(words, min_size=count, max_size=count), max_size=5)
    ),
)
def test_everything_can_be_read_back(module: bytes, export: str, extra: int, calls: list[list[int]]) -> None:
    blob = job.pack(module, export, extra, calls)
    magic, module_at, module_size, name_at, name_size, got_extra, per_call, calls_at, count, rounds = (
        struct.unpack_from("<4s9I", blob)
    )
    assert magic == b"WFJ2"
    assert rounds == 1 == struct.unpack_from("<I", blob, job.ROUNDS_AT)[0]
    assert module_at % job.MODULE_ALIGNMENT == 0
    assert calls_at % 4 == 0
    assert blob[module_at : module_at + module_size] == module
    assert blob[name_at : name_at + name_size] == export.encode()
    assert blob[name_at + name_size] == 0
    assert got_extra == extra
    assert count == len(calls)
    read = struct.unpack_from(f"<{per_call * count}I", blob, calls_at)
    assert list(read) == [word for call in calls for word in call]
    assert len(blob) == calls_at + 4 * per_call * count


@pytest.mark.parametrize("calls", [[[1], [1, 2]], [[-1]], [[2**32]]])
def test_what_does_not_fit_is_refused(calls: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="must"):
        job.pack(b"", "f", 0, calls)
