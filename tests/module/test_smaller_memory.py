"""Modules that ask for less memory, byte by byte."""

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.wat import assembled
from wasmfit.module.cursor import ModuleError
from wasmfit.module.read import read
from wasmfit.module.sections import section, sections
from wasmfit.module.smaller_memory import (
    HEAP_BASE,
    MARKS,
    exported_constant,
    marks_its_memory,
    with_pages_of_a_byte,
    without_exports,
)

LINKED = """
  (import "host" "extra" (func (result i32)))
  (memory (export "memory") 1)
  (global (mut i32) (i32.const 1024))
  (global (export "__data_end") i32 (i32.const 2076))
  (global (export "__heap_base") i32 (i32.const 2080))
  (func (export "run") (result i32) call 0)
  (data (i32.const 1024) "abcd")
"""
EMPTY = b"\0asm\1\0\0\0"


def module(text: str, into: Path) -> bytes:
    return assembled(f"(module {text})", into).read_bytes()


def test_a_plain_module_has_neither_mark_and_is_the_same_besides(tmp_path: Path) -> None:
    linked = module(LINKED, tmp_path)
    plain = without_exports(linked, MARKS)
    assert [entry.name for entry in read(plain).exports] == ["memory", "run"]
    assert (marks_its_memory(read(linked)), marks_its_memory(read(plain))) == (True, False)
    assert [payload for number, payload in sections(plain) if number != 7] == [
        payload for number, payload in sections(linked) if number != 7
    ]
    assert without_exports(plain, MARKS) == plain


def test_where_free_memory_begins(tmp_path: Path) -> None:
    assert exported_constant(module(LINKED, tmp_path), HEAP_BASE) == 2080


@pytest.mark.parametrize(
    "text",
    [
        "",
        '(func (export "__heap_base"))',
        '(global (export "__heap_base") (mut i32) (i32.const 8))',
        '(global (export "__heap_base") i64 (i64.const 8))',
        '(global f32 (f32.const 1)) (global (export "__heap_base") i32 (i32.const 8))',
        '(import "env" "g" (global i32)) (export "__heap_base" (global 0))',
    ],
)
def test_what_is_no_constant_that_can_be_read_is_not_known(text: str, tmp_path: Path) -> None:
    assert exported_constant(module(text, tmp_path), HEAP_BASE) is None


def test_imported_globals_come_first_in_their_index_space(tmp_path: Path) -> None:
    text = '(import "env" "g" (global i32)) (global (export "__heap_base") i32 (i32.const 96))'
    assert exported_constant(module(text, tmp_path), HEAP_BASE) == 96


def test_a_memory_in_pages_of_a_byte_has_as_many_and_no_more(tmp_path: Path) -> None:
    small = with_pages_of_a_byte(module(LINKED, tmp_path), 2080)
    (memory,) = read(small).memories
    assert (memory.page, memory.minimum, memory.maximum, memory.bytes) == (1, 2080, 2080, 2080)
    # Flags 8 (page size) and 1 (maximum), both limits as LEB128, and the page size's logarithm.
    assert dict(sections(small))[5] == bytes([1, 9, 0xA0, 0x10, 0xA0, 0x10, 0])


@pytest.mark.parametrize(
    ("text", "size", "words"),
    [
        ("", 100, "does not have one memory of its own"),
        ('(import "env" "memory" (memory 1))', 100, "does not have one memory of its own"),
        ("(memory 1)", 0, "cannot have 0 bytes"),
        ("(memory 1)", 1 << 32, "cannot have 4,294,967,296 bytes"),
        ('(memory 1) (data (i32.const 96) "abcdefgh")', 100, "data ends at byte 104"),
    ],
)
def test_what_cannot_be_made_smaller_is_said(text: str, size: int, words: str, tmp_path: Path) -> None:
    with pytest.raises(ModuleError, match=words):
        with_pages_of_a_byte(module(text, tmp_path), size)


@given(st.integers(min_value=1, max_value=(1 << 32) - 1))
def test_any_size_is_read_back(size: int) -> None:
    small = with_pages_of_a_byte(EMPTY + section(5, b"\1\0\1"), size)
    (memory,) = read(small).memories
    assert (memory.bytes, memory.maximum) == (size, size)


_NAMES = st.lists(st.text(max_size=200), unique=True, max_size=40)


@given(_NAMES, st.data())
def test_the_other_exports_stay_in_order(names: list[str], data: st.DataObject) -> None:
    gone = data.draw(st.sets(st.sampled_from(names))) if names else set()
    entries = b"".join(_named(name) + b"\3\0" for name in names)
    whole = EMPTY + section(7, bytes([len(names)]) + entries)
    left = without_exports(whole, tuple(gone))
    assert [entry.name for entry in read(left).exports] == [name for name in names if name not in gone]


def _named(name: str) -> bytes:
    encoded = name.encode()
    size = len(encoded)
    return (bytes([size]) if size < 128 else bytes([size & 0x7F | 0x80, size >> 7])) + encoded


@pytest.mark.parametrize(
    "work",
    [
        lambda data: without_exports(data, MARKS),
        lambda data: with_pages_of_a_byte(data, 64),
        lambda data: exported_constant(data, HEAP_BASE),
    ],
)
@given(number=st.sampled_from((5, 6, 7)), payload=st.binary(max_size=60))
def test_bytes_that_are_no_module_end_in_a_sentence(
    work: Callable[[bytes], object], number: int, payload: bytes
) -> None:
    with contextlib.suppress(ModuleError):
        work(EMPTY + section(number, payload))
