"""Mapping symbols: what is one, and how they divide a section into code and data."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wasmfit.elf import parse_elf
from wasmfit.elf.mapping_symbols import MappingSymbols, is_mapping_symbol

from .elf_builder import CODE, ElfBuilder, Sec, Sym

NOTYPE, LOCAL = 0, 0


@pytest.mark.parametrize("name", ["$t", "$d", "$a", "$x", "$d.7", "$t.0", "$xrv32imc", "$xrv32i2p1_c2p0"])
def test_names_that_mark_code_and_data(name: str) -> None:
    assert is_mapping_symbol(name)


@pytest.mark.parametrize("name", ["", "$", "t", "$b", "$tx", "$dx", "$xfoo", "x$d"])
def test_names_that_mark_nothing(name: str) -> None:
    assert not is_mapping_symbol(name)


def marked(marks: list[tuple[int, str]], address: int = 0, size: int = 64) -> MappingSymbols:
    symbols = [Sym(f"${kind}", at, section=".text", type=NOTYPE, binding=LOCAL) for at, kind in marks]
    section = Sec(".text", address, bytes(size), flags=CODE)
    return MappingSymbols(parse_elf(ElfBuilder(sections=[section], symbols=symbols).build()))


@given(
    st.lists(st.tuples(st.integers(0, 40), st.sampled_from("tad")), max_size=12),
    st.integers(0, 40),
    st.integers(1, 20),
    st.sampled_from(["", "t"]),
)
def test_a_range_is_divided_as_a_slow_look_at_each_byte_says(
    marks: list[tuple[int, str]], start: int, size: int, unmarked: str
) -> None:
    parts = list(marked(marks).split(1, start, start + size, unmarked))
    last = dict(marks)  # of several marks at one address the last counts
    slow = []
    for address in range(start, start + size):
        at = max((mark for mark in last if mark <= address), default=None)
        slow.append(unmarked if at is None else last[at])
    assert [kind for low, high, kind in parts for _ in range(low, high)] == slow
    assert all(a[1] == b[0] and a[2] != b[2] for a, b in pairwise(parts))


def test_marks_are_counted_and_those_outside_of_their_section_are_not() -> None:
    marks = marked([(0x100, "t"), (0x110, "d"), (0x120, "t"), (0x140, "d"), (0xF0, "a")], address=0x100)
    assert [marks.count(kind) for kind in "tad"] == [2, 0, 1]
    assert list(marks.split(1, 0x100, 0x140)) == [
        (0x100, 0x110, "t"),
        (0x110, 0x120, "d"),
        (0x120, 0x140, "t"),
    ]
