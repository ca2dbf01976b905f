"""Files of modules, as host steps write them."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.builder import BuildError
from wasmfit.conformance.prepare import RefusedModule, packed_modules, unpacked


def _packed(modules: list[tuple[bool, bytes]]) -> bytes:
    return struct.pack("<I", len(modules)) + b"".join(
        struct.pack("<BI", taken, len(content)) + content for taken, content in modules
    )


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=20))))
def test_read_back(modules: list[tuple[bool, bytes]]) -> None:
    found = unpacked(_packed(modules))
    assert [isinstance(one, RefusedModule) for one in found] == [not taken for taken, _ in modules]
    assert [one for one in found if isinstance(one, bytes)] == [
        content for taken, content in modules if taken
    ]


def test_words_of_a_refusal_are_made_printable() -> None:
    assert unpacked(_packed([(False, b"no \x1b SIMD")])) == [RefusedModule("no \\x1b SIMD")]


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=20)), min_size=1), st.data())
def test_a_file_that_ends_early_is_an_error(modules: list[tuple[bool, bytes]], data: st.DataObject) -> None:
    whole = _packed(modules)
    with pytest.raises(BuildError, match="ends too early"):
        unpacked(whole[: data.draw(st.integers(0, len(whole) - 1))])


def test_what_a_published_program_makes_reads_like_what_ours_writes() -> None:
    made: list[bytes | str] = [b"code", "not – accepted", b"", "no"]
    assert packed_modules(made) == _packed(
        [(True, b"code"), (False, "not – accepted".encode()), (True, b""), (False, b"no")]
    )
    taken, refused, empty, last = unpacked(packed_modules(made))
    assert (taken, empty) == (b"code", b"")
    assert isinstance(refused, RefusedModule)
    assert last == RefusedModule("no")
