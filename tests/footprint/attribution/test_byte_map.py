"""The byte map: ranges fill every section, whatever pass is made over them, each with its owner and kind."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wasmfit.elf import Machine, SectionType, parse_elf
from wasmfit.footprint import (
    ANONYMOUS_CONSTANTS,
    ASSEMBLY,
    STRINGS,
    UNKNOWN,
    VECTORS,
    ByteKind,
    ByteMap,
    ByteRange,
    attribute_bytes,
    with_literals,
)
from wasmfit.footprint.attribution.source_files import with_files

from ...elf.elf_builder import ABS, ALLOC, CODE, DATA, ElfBuilder, Sec, Sym
from ..totals import totals
from .test_section_totals import ANY_SYMBOL, CORE, WASM

LOCAL = 0
NOTYPE, OBJECT, FILE = 0, 1, 4


def mapped(sections: list[Sec], symbols: list[Sym], machine: int = Machine.ARM) -> ByteMap:
    return attribute_bytes(parse_elf(ElfBuilder(sections=sections, symbols=symbols, machine=machine).build()))


def text(symbols: list[Sym], data: bytes = b"\x70\x47" * 16) -> ByteMap:
    return mapped([Sec(".text", 0x100, data, flags=CODE)], symbols)


def rodata(symbols: list[Sym], data: bytes, name: str = ".rodata") -> ByteMap:
    return mapped([Sec(name, 0x100, data, flags=ALLOC)], symbols)


def fragments(of: ByteMap) -> list[tuple[int, int, str, ByteKind]]:
    return [(r.start, r.end, r.owner, r.kind) for r in of.ranges]


def unit(name: str) -> Sym:
    return Sym(name, section=ABS, type=FILE, binding=LOCAL)


# Codegen units


def test_a_units_crate_owns_its_nameless_constants() -> None:
    of = rodata(
        [
            unit("one.0f-cgu.0"),
            Sym("_RNvC3one3abc", 0x100, 8, ".rodata", OBJECT, LOCAL),
            Sym(".Lanon.0f.1", 0x108, 8, ".rodata", OBJECT, LOCAL),
            unit("two.0f-cgu.0"),
            Sym(".Lanon.0f.2", 0x110, 16, ".rodata", OBJECT, LOCAL),
        ],
        bytes(32),
    )
    assert [(r.start, r.owner) for r in of.ranges] == [(0x100, "one"), (0x108, "one"), (0x110, "two")]


def test_a_unit_of_all_crates_is_not_trusted() -> None:
    of = rodata(
        [
            unit("one.0f-cgu.0"),
            Sym("_RNvC3one3abc", 0x100, 4, ".rodata", OBJECT, LOCAL),
            Sym("_RNvC5other3abc", 0x104, 12, ".rodata", OBJECT, LOCAL),
            Sym(".Lanon.0f.1", 0x110, 16, ".rodata", OBJECT, LOCAL),
        ],
        bytes(32),
    )
    assert [r.owner for r in of.ranges] == ["one", "other", ANONYMOUS_CONSTANTS]


def test_generics_of_other_crates_do_not_make_a_unit_distrusted() -> None:
    of = rodata(
        [
            unit("one.0f-cgu.0"),
            Sym("_RNvC3one3abc", 0x100, 4, ".rodata", OBJECT, LOCAL),
            Sym("_RINvC5other3abcmE", 0x104, 12, ".rodata", OBJECT, LOCAL),
            Sym(".Lanon.0f.1", 0x110, 16, ".rodata", OBJECT, LOCAL),
        ],
        bytes(32),
    )
    assert [r.owner for r in of.ranges] == ["one", "other", "one"]


# What bytes are


def test_literals_stay_their_functions() -> None:
    symbols = [
        Sym(CORE, 0x101, 16),
        Sym("$t", 0x100, type=NOTYPE, binding=LOCAL),
        Sym("$d", 0x108, type=NOTYPE, binding=LOCAL),
        Sym("$t.1", 0x10C, type=NOTYPE, binding=LOCAL),
        Sym(WASM, 0x111, 16),
        Sym("$d.2", 0x11C, type=NOTYPE, binding=LOCAL),
    ]
    before = text(symbols)
    assert fragments(with_literals(before)) == [
        (0x100, 0x108, "core", ByteKind.CODE),
        (0x108, 0x10C, "core", ByteKind.LITERALS),
        (0x10C, 0x110, "core", ByteKind.CODE),
        (0x110, 0x11C, "wasm", ByteKind.CODE),
        (0x11C, 0x120, "wasm", ByteKind.LITERALS),
    ]


def test_without_mapping_symbols_all_code_is_code() -> None:
    assert fragments(with_literals(text([Sym(CORE, 0x101, 32)]))) == [(0x100, 0x120, "core", ByteKind.CODE)]


def test_text_without_a_symbol_has_a_row() -> None:
    data = b"\x01\x02\x03\x04" + b"hello\0world!\0" + bytes(3) + b"\x07" * 4
    assert fragments(rodata([], data)) == [
        (0x100, 0x104, ANONYMOUS_CONSTANTS, ByteKind.CONSTANTS),
        (0x104, 0x111, STRINGS, ByteKind.STRINGS),
        (0x111, 0x118, ANONYMOUS_CONSTANTS, ByteKind.CONSTANTS),
    ]


def test_a_mark_of_the_linker_script_owns_nothing() -> None:
    mark = Sym("__srodata", 0x100, 0, ".rodata", NOTYPE)
    assert fragments(rodata([mark], b"hello\0" + b"\7" * 10)) == [
        (0x100, 0x106, STRINGS, ByteKind.STRINGS),
        (0x106, 0x110, ANONYMOUS_CONSTANTS, ByteKind.CONSTANTS),
    ]


def test_text_without_an_end_is_no_string() -> None:
    assert fragments(rodata([], b"hello, world" * 4)) == [
        (0x100, 0x130, ANONYMOUS_CONSTANTS, ByteKind.CONSTANTS)
    ]


def test_looking_for_text_takes_linear_time() -> None:
    of = rodata([], b"a" * 4_000_000)
    assert [r.owner for r in of.ranges] == [ANONYMOUS_CONSTANTS]


@pytest.mark.parametrize("name", [".vector_table", ".vectors", ".isr_vector"])
def test_a_vector_table_has_a_row(name: str) -> None:
    assert fragments(rodata([], bytes(32), name)) == [(0x100, 0x120, VECTORS, ByteKind.VECTORS)]


def test_vectors_of_a_crate_are_the_crates() -> None:
    of = rodata([Sym(CORE, 0x100, 16, ".vectors", OBJECT)], bytes(32), ".vectors")
    assert [(r.owner, r.kind) for r in of.ranges] == [("core", ByteKind.VECTORS), (VECTORS, ByteKind.VECTORS)]


def test_assembly_without_sizes_has_a_row() -> None:
    of = text([Sym("memset_loop", 0x104, 0, type=NOTYPE), Sym(CORE, 0x111, 16)])
    assert [(r.start, r.owner) for r in of.ranges] == [(0x100, UNKNOWN), (0x104, ASSEMBLY), (0x110, "core")]


def test_a_rule_of_last_resort_comes_last() -> None:
    file = parse_elf(
        ElfBuilder(
            sections=[Sec(".text", 0x100, bytes(32), flags=CODE)],
            symbols=[Sym("memcpy", 0x101, 16), Sym(CORE, 0x111, 16)],
        ).build()
    )
    by_last_resort = attribute_bytes(file, last_resort=lambda name: f"library of {name}")
    assert [r.owner for r in by_last_resort.ranges] == ["library of memcpy", "core"]
    ruled = attribute_bytes(file, owner_of_symbol=lambda _: "mine", last_resort=lambda _: "last")
    assert [r.owner for r in ruled.ranges] == ["mine", "core"]


# Source files


def test_files_come_from_debug_information_then_from_local_symbols() -> None:
    symbols = [unit("local.c"), Sym("f", 0x101, 12, binding=LOCAL), Sym("g", 0x10D, 20)]
    assert [r.file for r in with_files(text(symbols)).ranges] == ["local.c", None]
    before = text(symbols)
    first, second = before.ranges
    parts = [first._replace(end=0x106, file="known.c"), first._replace(start=0x106), second]
    assert [(r.start, r.file) for r in with_files(before.with_ranges(parts)).ranges] == [
        (0x100, "known.c"),
        (0x106, "local.c"),
        (0x10C, None),
    ]


def test_a_codegen_unit_is_no_source_file() -> None:
    symbols = [unit("core.0f-cgu.0"), Sym(CORE, 0x101, 32, binding=LOCAL)]
    assert [r.file for r in with_files(text(symbols)).ranges] == [None]


# All of it at once


@settings(max_examples=300, deadline=None)
@given(st.lists(ANY_SYMBOL, max_size=20), st.binary(min_size=96, max_size=96), st.binary(max_size=60))
def test_every_pass_keeps_every_byte(symbols: list[Sym], code: bytes, constants: bytes) -> None:
    of = mapped(
        [
            Sec(".text", 0x100, code, flags=CODE),
            Sec(".rodata", 0x200, constants, flags=ALLOC),
            Sec(".bss", 0x100, None, size=100, flags=DATA, type=SectionType.NOBITS),
        ],
        symbols,
    )
    before = totals(of.elf)
    for changed in (with_literals(of), with_files(of), with_files(with_literals(of))):
        assert sum(r.size for r in changed.ranges) == of.size == sum(s.size for s in before.sections)


def test_a_byte_map_that_does_not_fill_its_sections_is_refused() -> None:
    of = text([Sym(CORE, 0x101, 16), Sym(WASM, 0x111, 16)])
    first, second = of.ranges
    wrong: list[list[ByteRange]] = [
        [],
        [first],
        [second, first],
        [first, first, second],
        [first, second, second],
        [first._replace(end=0x111), second],
        [first, second._replace(end=0x121)],
        [first._replace(end=first.start), first, second],
    ]
    for ranges in wrong:
        with pytest.raises(ValueError, match=r"ranges? of"):
            of.with_ranges(ranges)
    assert of.with_ranges([first, second]) == of
