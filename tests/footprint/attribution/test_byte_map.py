"""The ledger: entries fill every section, whatever is asked of them, each with its owner and kind."""

from itertools import pairwise

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
    Entry,
    Kind,
    Ledger,
    account,
    ledger,
    with_literals,
)
from wasmfit.footprint.attribution.source_files import with_files

from ...elf.elf_builder import ABS, ALLOC, CODE, DATA, ElfBuilder, Sec, Sym
from ..attribution.test_section_totals import ANY_SYMBOL, CORE, WASM

LOCAL = 0
NOTYPE, OBJECT, FILE = 0, 1, 4


def made(sections: list[Sec], symbols: list[Sym], machine: int = Machine.ARM) -> Ledger:
    return ledger(parse_elf(ElfBuilder(sections=sections, symbols=symbols, machine=machine).build()))


def text(symbols: list[Sym], data: bytes = b"\x70\x47" * 16) -> Ledger:
    return made([Sec(".text", 0x100, data, flags=CODE)], symbols)


def rodata(symbols: list[Sym], data: bytes, name: str = ".rodata") -> Ledger:
    return made([Sec(name, 0x100, data, flags=ALLOC)], symbols)


def pieces(of: Ledger) -> list[tuple[int, int, str, Kind]]:
    return [(e.start, e.end, e.owner, e.kind) for e in of.entries]


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
    assert [(e.start, e.owner) for e in of.entries] == [(0x100, "one"), (0x108, "one"), (0x110, "two")]


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
    assert [e.owner for e in of.entries] == ["one", "other", ANONYMOUS_CONSTANTS]


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
    assert [e.owner for e in of.entries] == ["one", "other", "one"]


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
    assert pieces(with_literals(before)) == [
        (0x100, 0x108, "core", Kind.CODE),
        (0x108, 0x10C, "core", Kind.LITERALS),
        (0x10C, 0x110, "core", Kind.CODE),
        (0x110, 0x11C, "wasm", Kind.CODE),
        (0x11C, 0x120, "wasm", Kind.LITERALS),
    ]


def test_without_mapping_symbols_all_code_is_code() -> None:
    assert pieces(with_literals(text([Sym(CORE, 0x101, 32)]))) == [(0x100, 0x120, "core", Kind.CODE)]


def test_text_without_a_symbol_has_a_row() -> None:
    data = b"\x01\x02\x03\x04" + b"hello\0world!\0" + bytes(3) + b"\x07" * 4
    assert pieces(rodata([], data)) == [
        (0x100, 0x104, ANONYMOUS_CONSTANTS, Kind.CONSTANTS),
        (0x104, 0x111, STRINGS, Kind.STRINGS),
        (0x111, 0x118, ANONYMOUS_CONSTANTS, Kind.CONSTANTS),
    ]


def test_a_mark_of_the_linker_script_owns_nothing() -> None:
    mark = Sym("__srodata", 0x100, 0, ".rodata", NOTYPE)
    assert pieces(rodata([mark], b"hello\0" + b"\7" * 10)) == [
        (0x100, 0x106, STRINGS, Kind.STRINGS),
        (0x106, 0x110, ANONYMOUS_CONSTANTS, Kind.CONSTANTS),
    ]


def test_text_without_an_end_is_no_string() -> None:
    assert pieces(rodata([], b"hello, world" * 4)) == [(0x100, 0x130, ANONYMOUS_CONSTANTS, Kind.CONSTANTS)]


def test_looking_for_text_takes_linear_time() -> None:
    of = rodata([], b"a" * 4_000_000)
    assert [e.owner for e in of.entries] == [ANONYMOUS_CONSTANTS]


@pytest.mark.parametrize("name", [".vector_table", ".vectors", ".isr_vector"])
def test_a_vector_table_has_a_row(name: str) -> None:
    assert pieces(rodata([], bytes(32), name)) == [(0x100, 0x120, VECTORS, Kind.VECTORS)]


def test_vectors_of_a_crate_are_the_crates() -> None:
    of = rodata([Sym(CORE, 0x100, 16, ".vectors", OBJECT)], bytes(32), ".vectors")
    assert [(e.owner, e.kind) for e in of.entries] == [("core", Kind.VECTORS), (VECTORS, Kind.VECTORS)]


def test_assembly_without_sizes_has_a_row() -> None:
    of = text([Sym("memset_loop", 0x104, 0, type=NOTYPE), Sym(CORE, 0x111, 16)])
    assert [(e.start, e.owner) for e in of.entries] == [(0x100, UNKNOWN), (0x104, ASSEMBLY), (0x110, "core")]


def test_a_rule_of_last_resort_comes_last() -> None:
    file = parse_elf(
        ElfBuilder(
            sections=[Sec(".text", 0x100, bytes(32), flags=CODE)],
            symbols=[Sym("memcpy", 0x101, 16), Sym(CORE, 0x111, 16)],
        ).build()
    )
    found = ledger(file, last_resort=lambda name: f"library of {name}")
    assert [e.owner for e in found.entries] == ["library of memcpy", "core"]
    ruled = ledger(file, owner_of_symbol=lambda _: "mine", last_resort=lambda _: "last")
    assert [e.owner for e in ruled.entries] == ["mine", "core"]


# Source files


class HalfLines:
    """Debug information that knows every other 6 bytes."""

    def files(self, start: int, end: int) -> list[tuple[int, int, str | None]]:
        bounds = [start, *range(start + 6, end, 6), end]
        return [
            (low, high, "known.c" if number % 2 == 0 else None)
            for number, (low, high) in enumerate(pairwise(bounds))
        ]


def test_files_come_from_debug_information_then_from_local_symbols() -> None:
    symbols = [unit("local.c"), Sym("f", 0x101, 12, binding=LOCAL), Sym("g", 0x10D, 20)]
    assert [e.file for e in with_files(text(symbols)).entries] == ["local.c", None]
    found = with_files(text(symbols), HalfLines())
    assert [(e.start, e.file) for e in found.entries][:4] == [
        (0x100, "known.c"),
        (0x106, "local.c"),
        (0x10C, "known.c"),
        (0x112, None),
    ]


def test_a_codegen_unit_is_no_source_file() -> None:
    symbols = [unit("core.0f-cgu.0"), Sym(CORE, 0x101, 32, binding=LOCAL)]
    assert [e.file for e in with_files(text(symbols)).entries] == [None]


# All of it at once


@settings(max_examples=300, deadline=None)
@given(st.lists(ANY_SYMBOL, max_size=20), st.binary(min_size=96, max_size=96), st.binary(max_size=60))
def test_every_pass_keeps_every_byte(symbols: list[Sym], code: bytes, constants: bytes) -> None:
    of = made(
        [
            Sec(".text", 0x100, code, flags=CODE),
            Sec(".rodata", 0x200, constants, flags=ALLOC),
            Sec(".bss", 0x100, None, size=100, flags=DATA, type=SectionType.NOBITS),
        ],
        symbols,
    )
    before = account(of.elf)
    for changed in (with_literals(of), with_files(of), with_files(of, HalfLines())):
        assert sum(e.size for e in changed.entries) == of.size == sum(s.size for s in before.sections)


def test_a_ledger_that_does_not_fill_its_sections_is_refused() -> None:
    of = text([Sym(CORE, 0x101, 16), Sym(WASM, 0x111, 16)])
    first, second = of.entries
    wrong: list[list[Entry]] = [
        [],
        [first],
        [second, first],
        [first, first, second],
        [first, second, second],
        [first._replace(end=0x111), second],
        [first, second._replace(end=0x121)],
        [first._replace(end=first.start), first, second],
    ]
    for entries in wrong:
        with pytest.raises(ValueError, match="entries"):
            of.with_entries(entries)
    assert of.with_entries([first, second]) == of
