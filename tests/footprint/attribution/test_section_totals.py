"""Section totals: owners add up to the section, and each byte has the owner that the rules say."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from wasmfit.elf import Elf, LinkMap, LinkMapError, Machine, Section, SectionType, parse_elf, parse_link_map
from wasmfit.footprint import (
    ANONYMOUS_CONSTANTS,
    LINKER,
    LINKER_SCRIPT,
    MERGED_CONSTANTS,
    MERGED_STRINGS,
    PADDING,
    RESERVED,
    UNKNOWN,
    UNWIND_TABLES,
    VENEERS,
    OwnerTotal,
    SectionTotals,
)
from wasmfit.footprint.attribution.claimed_ranges import (
    ClaimedRange,
    ClaimKind,
    claimed_ranges,
    symbols_by_section,
)

from ...elf.elf_builder import ABS, ALLOC, CODE, DATA, ElfBuilder, Sec, Sym
from ...elf.test_lld_map import HEADER
from ..totals import totals

CORE = "_RNvC4core3abc"
WASM = "_RNvC4wasm3abc"
LOCAL, GLOBAL = 0, 1
NOTYPE, OBJECT, FUNC, FILE = 0, 1, 2, 4


def claimed(elf: Elf, link_map: LinkMap | None = None) -> Iterator[tuple[Section, list[ClaimedRange]]]:
    symbols = symbols_by_section(elf)
    for section in elf.allocated():
        mapped = None if link_map is None else link_map.find(section.name, section.address, section.size)
        yield section, claimed_ranges(elf, section, symbols.get(section.index, ()), mapped)


def rule(name: str) -> str | None:
    """Owners of C code in these tests."""
    return {"c.c": "c", "c.o": "c", "libc.a(memcpy.o)": "libc"}.get(name)


def owners(
    symbols: list[Sym], data: bytes = bytes(32), *, align: int = 4, flags: int = CODE
) -> dict[str, int]:
    """The owners of a section of the given bytes at 0x100 with these symbols."""
    built = ElfBuilder(sections=[Sec(".text", 0x100, data, flags=flags, align=align)], symbols=symbols)
    return totals(parse_elf(built.build()), owner_of_object=rule).owners()[".text"]


def test_without_symbols_all_is_unknown() -> None:
    assert owners([]) == {UNKNOWN: 32}
    assert owners([Sym(CORE, 0x100, 32, ABS)]) == {UNKNOWN: 32}


def test_a_crate_owns_its_symbols() -> None:
    assert owners([Sym(CORE, 0x101, 20), Sym(WASM, 0x115, 12)]) == {"core": 20, "wasm": 12}


def test_aliases_are_counted_once() -> None:
    assert owners(
        [Sym(CORE, 0x101, 32), Sym("_RNvC4core3abd", 0x101, 32), Sym("alias", 0x100, 32, type=NOTYPE)]
    ) == {"core": 32}


def test_of_folded_functions_one_owner_is_chosen_whatever_the_order() -> None:
    symbols = [Sym(CORE, 0x101, 32), Sym(WASM, 0x101, 32, binding=LOCAL), Sym("folded", 0x101, 32)]
    assert owners(symbols) == owners(symbols[::-1]) == {"core": 32}


def test_a_typed_symbol_is_preferred_to_a_label() -> None:
    symbols = [
        Sym("c.c", section=ABS, type=FILE, binding=LOCAL),
        Sym("a", 0x101, 32, binding=LOCAL),
        Sym("z", 0x100, 32, type=NOTYPE),
    ]
    assert owners(symbols) == {"c": 32}


def test_a_label_where_a_symbol_begins_divides_nothing() -> None:
    built = ElfBuilder(
        sections=[Sec(".text", 0x100, b"\x70\x47" * 16, flags=CODE)],
        symbols=[Sym(CORE, 0x111, 16), Sym("label", 0x110, type=NOTYPE), Sym("last", 0x120, type=NOTYPE)],
    )
    ((_, ranges),) = claimed(parse_elf(built.build()))
    assert [(r.start, r.end, r.claim) for r in ranges] == [
        (0x100, 0x110, ClaimKind.NONE),
        (0x110, 0x120, ClaimKind.SYMBOL),
    ]


def test_a_symbol_in_another_takes_its_part() -> None:
    assert owners([Sym(CORE, 0x101, 32), Sym(WASM, 0x109, 8)]) == {"core": 24, "wasm": 8}


def test_overlapping_symbols_share_without_overlap() -> None:
    assert owners([Sym(CORE, 0x101, 20), Sym(WASM, 0x10D, 20)]) == {"core": 12, "wasm": 20}


def test_a_symbol_that_leaves_its_section_is_cut_off() -> None:
    assert owners([Sym(CORE, 0x111, 4000)], b"\x70\x47" * 16) == {UNKNOWN: 16, "core": 16}
    assert owners([Sym(CORE, 0xF1, 32)], b"\x70\x47" * 16) == {"core": 16, UNKNOWN: 16}


def test_the_thumb_bit_moves_nothing() -> None:
    assert owners([Sym(CORE, 0x101, 31), Sym(WASM, 0x11F, 2)], align=2) == {"core": 30, "wasm": 2}


@pytest.mark.parametrize("name", ["$t", "$d", "$a", "$x", "$d.7", "$t.1", "$xrv32imac_zicsr2p0", "$x.3"])
def test_mapping_symbols_own_nothing(name: str) -> None:
    # With a size, which no assembler gives them, to show that they are not looked at.
    assert owners([Sym(CORE, 0x101, 32), Sym(name, 0x110, 16, type=NOTYPE, binding=LOCAL)]) == {"core": 32}


@pytest.mark.parametrize("name", ["$", "$tea", "$dx", "$xylophone", "t"])
def test_what_only_looks_like_a_mapping_symbol_owns(name: str) -> None:
    symbols = [
        Sym("c.c", section=ABS, type=FILE, binding=LOCAL),
        Sym(name, 0x100, 32, type=OBJECT, binding=LOCAL),
    ]
    assert owners(symbols) == {"c": 32}


def test_c_code_belongs_to_its_file_by_the_callers_rule() -> None:
    symbols = [
        Sym("c.c", section=ABS, type=FILE, binding=LOCAL),
        Sym("helper", 0x101, 8, binding=LOCAL),
        Sym("other.c", section=ABS, type=FILE, binding=LOCAL),
        Sym("stranger", 0x109, 8, binding=LOCAL),
        Sym("exported", 0x111, 16),
    ]
    assert owners(symbols) == {"c": 8, UNKNOWN: 24}


@pytest.mark.parametrize(
    ("file", "symbol", "owner"),
    [
        ("c.c", Sym("f", 0x101, 32, binding=LOCAL), "c"),
        ("c.c", Sym("f", 0x101, 32, binding=LOCAL, visibility=2), UNKNOWN),
        ("c.c", Sym("f", 0x100, 32, type=NOTYPE, binding=LOCAL), UNKNOWN),
        ("builtins.0f-cgu.0", Sym("memcpy", 0x101, 32, binding=LOCAL, visibility=2), "builtins"),
    ],
)
def test_a_file_is_not_asked_for_what_may_be_another_objects(file: str, symbol: Sym, owner: str) -> None:
    # lld writes no file symbol for assembly, whose symbols then seem to be of the file before.
    built = ElfBuilder(
        sections=[Sec(".text", 0x100, bytes(32), flags=CODE)],
        symbols=[Sym(file, section=ABS, type=FILE, binding=LOCAL), symbol],
    )
    footprint = totals(parse_elf(built.build()), owner_of_object=lambda name: name.split(".")[0])
    assert footprint.owners() == {".text": {owner: 32}}


def test_the_rule_for_symbols_comes_before_the_one_for_objects_and_after_crates() -> None:
    built = ElfBuilder(
        sections=[Sec(".text", 0x100, bytes(32), flags=CODE)],
        symbols=[
            Sym("c.c", section=ABS, type=FILE, binding=LOCAL),
            Sym("Reset", 0x101, 8, binding=LOCAL),
            Sym(CORE, 0x109, 8, binding=LOCAL),
            Sym("other", 0x111, 16, binding=LOCAL),
        ],
    )
    footprint = totals(
        parse_elf(built.build()),
        owner_of_object=rule,
        owner_of_symbol=lambda name: "start-up" if name == "Reset" else None,
    )
    assert footprint.owners()[".text"] == {"c": 16, "core": 8, "start-up": 8}


# Gaps


def test_fill_before_an_aligned_symbol_is_padding() -> None:
    assert owners([Sym(CORE, 0x101, 14), Sym(WASM, 0x111, 16)]) == {"core": 14, PADDING: 2, "wasm": 16}


def test_fill_at_the_end_of_a_section_is_padding() -> None:
    assert owners([Sym(CORE, 0x101, 30)]) == {"core": 30, PADDING: 2}


def test_a_gap_as_large_as_the_alignment_is_no_padding() -> None:
    assert owners([Sym(CORE, 0x101, 12), Sym(WASM, 0x111, 16)]) == {"core": 12, UNKNOWN: 4, "wasm": 16}


def test_a_gap_larger_than_what_the_next_address_needs_is_no_padding() -> None:
    # The next symbol lies at an odd multiple of 2: no alignment asked for 3 bytes of fill.
    assert owners([Sym(CORE, 0x101, 15), Sym(WASM, 0x113, 14)], align=16) == {
        "core": 15,
        UNKNOWN: 3,
        "wasm": 14,
    }


def test_a_gap_with_content_is_no_padding() -> None:
    code = bytes(14) + b"\x70\x47" + bytes(16)
    assert owners([Sym(CORE, 0x101, 14), Sym(WASM, 0x111, 16)], code) == {"core": 14, UNKNOWN: 2, "wasm": 16}


def test_gaps_of_uninitialised_data_can_be_padding() -> None:
    built = ElfBuilder(
        sections=[Sec(".bss", 0x2000_0000, None, size=16, flags=DATA, align=8, type=SectionType.NOBITS)],
        symbols=[Sym(CORE, 0x2000_0000, 1, ".bss", OBJECT), Sym(WASM, 0x2000_0008, 8, ".bss", OBJECT)],
    )
    assert totals(parse_elf(built.build())).owners() == {".bss": {"wasm": 8, PADDING: 7, "core": 1}}


def test_a_symbol_without_size_owns_what_follows_up_to_the_next_symbol() -> None:
    code = b"\x70\x47" * 16
    symbols = [
        Sym("c.c", section=ABS, type=FILE, binding=LOCAL),
        Sym("assembly", 0x105, 0, binding=LOCAL),
        Sym("more", 0x10D, 0, binding=LOCAL),
        Sym(CORE, 0x111, 8),
    ]
    assert owners(symbols, code) == {UNKNOWN: 4 + 8, "c": 12, "core": 8}


def test_a_symbol_without_size_owns_nothing_of_anothers() -> None:
    symbols = [
        Sym("c.c", section=ABS, type=FILE, binding=LOCAL),
        Sym(CORE, 0x101, 16),
        Sym("label", 0x108, 0, type=NOTYPE, binding=LOCAL),
    ]
    assert owners(symbols, b"\x70\x47" * 16) == {"core": 16, UNKNOWN: 16}


# With a map


def link_map(rows: str, size: int = 32, name: str = ".text") -> LinkMap:
    return parse_link_map(f"{HEADER}     100      100 {size:8x}     4 {name}\n{rows}")


def row(address: int, size: int, what: str, align: int = 4) -> str:
    return f"{address:8x} {address:8x} {size:8x} {align:5d}         {what}\n"


def mapped(
    symbols: list[Sym], rows: str, data: bytes = b"\x70\x47" * 16, name: str = ".text", flags: int = CODE
) -> dict[str, int]:
    built = ElfBuilder(sections=[Sec(name, 0x100, data, flags=flags)], symbols=symbols)
    file = parse_elf(built.build())
    return totals(file, link_map(rows, len(data), name), owner_of_object=rule).owners()[name]


def test_what_no_symbol_covers_belongs_to_the_input_section() -> None:
    rows = row(0x100, 16, "c.o:(.text)") + row(0x110, 16, f"x.o:(.text.unlikely.{WASM})")
    assert mapped([Sym("f", 0x101, 10)], rows) == {"c": 16, "wasm": 16}
    assert mapped([], rows) == {"c": 16, "wasm": 16}


def test_a_member_of_a_library_belongs_to_the_library() -> None:
    rows = row(0x100, 32, "libc.a(memcpy.o):(.text.memcpy)")
    assert mapped([Sym("memcpy", 0x101, 0), Sym("$d", 0x110, type=NOTYPE, binding=LOCAL)], rows) == {
        "libc": 32
    }


def test_a_crates_symbol_in_a_c_object_is_the_crates() -> None:
    assert mapped([Sym(CORE, 0x101, 32)], row(0x100, 32, "c.o:(.text)")) == {"core": 32}


def test_the_map_wins_over_the_file_symbol() -> None:
    symbols = [Sym("c.c", section=ABS, type=FILE, binding=LOCAL), Sym("f", 0x101, 32, binding=LOCAL)]
    assert mapped(symbols, row(0x100, 32, "libc.a(memcpy.o):(.text)")) == {"libc": 32}


def test_a_symbol_ends_with_its_input_section() -> None:
    rows = row(0x100, 16, "c.o:(.text)") + row(0x110, 16, "libc.a(memcpy.o):(.text)")
    assert mapped([Sym("f", 0x101, 400)], rows) == {"c": 16, "libc": 16}


def test_gaps_between_input_sections_are_padding_if_alignment_asks_for_them() -> None:
    rows = row(0x100, 14, "c.o:(.text)") + row(0x110, 16, "libc.a(memcpy.o):(.text)", align=4)
    assert mapped([], rows, bytes(32)) == {"libc": 16, "c": 14, PADDING: 2}
    rows = row(0x100, 14, "c.o:(.text)") + row(0x110, 16, "libc.a(memcpy.o):(.text)", align=2)
    assert mapped([], rows, bytes(32)) == {"libc": 16, "c": 14, UNKNOWN: 2}


def test_alignment_by_the_linker_script_is_padding_and_its_data_has_a_row() -> None:
    rows = (
        row(0x100, 4, "LONG ( 0x0 )", 1)
        + row(0x104, 24, "c.o:(.text)")
        + row(0x11C, 4, ". = ALIGN ( 32 )", 1)
    )
    assert mapped([], rows) == {"c": 24, LINKER_SCRIPT: 4, PADDING: 4}


def test_what_the_map_does_not_know_is_unknown() -> None:
    assert mapped([], row(0x108, 8, "c.o:(.text)")) == {"c": 8, UNKNOWN: 24}


def test_input_sections_that_overlap_are_counted_once() -> None:
    rows = row(0x100, 32, "c.o:(.text)") + row(0x110, 32, "libc.a(memcpy.o):(.text)")
    assert mapped([], rows) == {"c": 16, "libc": 16}


@pytest.mark.parametrize(
    ("section", "owner"),
    [
        (".rodata.str1.1", MERGED_STRINGS),
        (".rodata.foo.str1.4", MERGED_STRINGS),
        (".rodata.cst16", MERGED_CONSTANTS),
        (".got", LINKER),
    ],
)
def test_what_the_linker_makes_has_rows_of_its_own(section: str, owner: str) -> None:
    assert mapped([], row(0x100, 32, f"<internal>:({section})"), name=".rodata", flags=ALLOC) == {owner: 32}


def test_veneers_of_the_map_have_a_row() -> None:
    assert mapped([], row(0x100, 32, "<internal>:(.text.thunk)")) == {VENEERS: 32}


def test_a_named_constant_among_merged_ones_keeps_its_owner() -> None:
    symbols = [Sym(CORE, 0x100, 8, ".rodata", OBJECT)]
    rows = row(0x100, 32, "<internal>:(.rodata.cst16)")
    assert mapped(symbols, rows, name=".rodata") == {MERGED_CONSTANTS: 24, "core": 8}


def test_a_map_of_another_link_is_refused() -> None:
    file = parse_elf(ElfBuilder(sections=[Sec(".text", 0x100, bytes(32))]).build())
    with pytest.raises(LinkMapError):
        totals(file, link_map("", size=64))


# Constants that the compiler named


@pytest.mark.parametrize(
    "name",
    [
        ".Lanon.21f6ab57f49cdf4fd4d1c0ff4c316837.1",
        "anon.21f6ab57f49cdf4fd4d1c0ff4c316837.1",
        ".L__unnamed_4",
        "__unnamed_4",
        ".Lalloc_5bd4d1c0ff4c3168",
        "alloc_5bd4d1c0ff4c3168",
        "vtable.3",
        ".Lswitch.table.main",
        "switch.table.main",
        ".L.str.7",
    ],
)
def test_anonymous_constants_have_a_row(name: str) -> None:
    symbol = Sym(name, 0x100, 32, ".rodata", OBJECT, LOCAL)
    built = ElfBuilder(sections=[Sec(".rodata", 0x100, bytes(32), flags=DATA)], symbols=[symbol])
    assert totals(parse_elf(built.build())).owners() == {".rodata": {ANONYMOUS_CONSTANTS: 32}}
    # In code, such a name says nothing.
    assert owners([Sym(name, 0x100, 32, type=OBJECT, binding=LOCAL)]) == {UNKNOWN: 32}


def test_an_anonymous_constant_named_after_a_function_is_its_crates() -> None:
    symbols = [Sym(f".Lswitch.table.{WASM}", 0x100, 32, type=OBJECT, binding=LOCAL)]
    assert owners(symbols, flags=DATA) == {"wasm": 32}


def test_an_anonymous_constant_of_a_c_object_is_the_objects() -> None:
    rows = row(0x100, 32, "c.o:(.rodata..Lanon.0f.1)")
    assert mapped([], rows, name=".rodata", flags=DATA) == {"c": 32}


def test_an_anonymous_input_section_needs_no_symbol() -> None:
    rows = row(0x100, 32, "lto.o:(.rodata..Lanon.0f.1)")
    assert mapped([], rows, name=".rodata", flags=DATA) == {ANONYMOUS_CONSTANTS: 32}


# Sections of the linker's


@pytest.mark.parametrize(
    ("section", "type_", "owner"),
    [
        (".ARM.exidx", SectionType.ARM_EXIDX, UNWIND_TABLES),
        (".eh_frame", SectionType.PROGBITS, UNWIND_TABLES),
        (".dynsym", SectionType.DYNSYM, LINKER),
        (".note.gnu.build-id", SectionType.NOTE, LINKER),
        (".interp", SectionType.PROGBITS, LINKER),
        (".got", SectionType.PROGBITS, LINKER),
        (".stack", SectionType.NOBITS, RESERVED),
    ],
)
def test_tables_have_rows_of_their_own(section: str, type_: int, owner: str) -> None:
    built = ElfBuilder(sections=[Sec(section, 0x100, b"\1" * 8, type=type_)])
    assert totals(parse_elf(built.build())).owners() == {section: {owner: 8}}


@pytest.mark.parametrize(
    "name", ["__Thumbv7ABSLongThunk_main", "__ThumbV6MABSXOLongThunk_f", "__memcpy_veneer"]
)
def test_veneers_belong_to_the_linker(name: str) -> None:
    assert owners([Sym(name, 0x101, 32)]) == {VENEERS: 32}


# The records


def test_rows_are_ordered_by_size_and_sections_of_one_name_are_added_up() -> None:
    built = ElfBuilder(
        sections=[Sec(".text", 0x100, bytes(32), flags=CODE), Sec(".text", 0x200, b"\1" * 8, flags=CODE)],
        machine=Machine.RISCV,
    )
    footprint = totals(parse_elf(built.build()))
    assert len(footprint.sections) == 2
    assert footprint.owners() == {".text": {UNKNOWN: 40}}
    assert (footprint.size(".text"), footprint.size(".rodata")) == (40, 0)
    assert footprint.bytes_of([UNKNOWN, "core"], ".text") == 40
    assert footprint.bytes_of(["core"], ".text") == 0
    assert footprint.bytes_of([UNKNOWN], ".rodata") == 0


def test_rows_that_do_not_add_up_are_no_account() -> None:
    with pytest.raises(ValueError, match="add up to 3 of 4"):
        SectionTotals(name=".text", address=0, size=4, rows=(OwnerTotal(owner="core", bytes=3),))
    with pytest.raises(ValueError, match="core owns -1"):
        OwnerTotal(owner="core", bytes=-1)
    with pytest.raises(ValueError, match="core owns 0"):
        OwnerTotal(owner="core", bytes=0)


# All of it at once

ANY_SYMBOL = st.builds(
    Sym,
    name=st.sampled_from([CORE, WASM, "$t", "$d.1", "f", "g", ".Lanon.0f.1", "c.c", "_R", "_ZN3foo", ""]),
    value=st.integers(0xF0, 0x180),
    size=st.one_of(st.just(0), st.integers(0, 64), st.just(0xFFFF_FFFF)),
    section=st.sampled_from([".text", ".bss", 0, ABS, 0xFFF2]),
    type=st.sampled_from([0, 1, 2, 3, 4, 5, 6, 10, 13]),
    binding=st.sampled_from([0, 1, 2]),
)
ANY_ROW = st.builds(
    row,
    st.integers(0xF0, 0x180),
    st.integers(0, 64),
    st.sampled_from(
        ["c.o:(.text)", f"x.o:(.text.{CORE})", "<internal>:(.rodata.str1.1)", ". = ALIGN ( 4 )", "LONG ( 0 )"]
    ),
    st.sampled_from([1, 2, 4, 8]),
)


@settings(max_examples=500, deadline=None)
@given(
    st.lists(ANY_SYMBOL, max_size=20),
    st.none() | st.lists(ANY_ROW, max_size=12),
    st.sampled_from([0, 1, 2, 4, 16]),
    st.sampled_from([Machine.ARM, Machine.RISCV, 12345]),
    st.binary(min_size=96, max_size=96) | st.just(bytes(96)),
)
# Two that are said to begin before the section begin where it does.
@example(
    [Sym("_RNvC4core3abc", 241, 1 << 31), Sym("_RNvC4wasm3abc", 240, 1 << 31)],
    None,
    0,
    Machine.ARM,
    bytes(96),
)
def test_every_account_adds_up(
    symbols: list[Sym], rows: list[str] | None, align: int, machine: int, data: bytes
) -> None:
    built = ElfBuilder(
        sections=[
            Sec(".text", 0x100, data, flags=CODE, align=align),
            Sec(".bss", 0x100, None, size=100, flags=DATA, align=align, type=SectionType.NOBITS),
        ],
        symbols=symbols,
        machine=machine,
    )
    file = parse_elf(built.build())
    the_map = None if rows is None else link_map("".join(rows), 96)
    for section, ranges in claimed(file, the_map):
        assert ranges[0].start == section.address
        assert ranges[-1].end == section.end
        assert all(r.size > 0 for r in ranges)
        assert all(a.end == b.start for a, b in pairwise(ranges))
        assert all((r.symbol is not None) == (r.claim is ClaimKind.SYMBOL) for r in ranges)
    footprint = totals(file, the_map, owner_of_object=rule)
    assert {s.name: s.size for s in footprint.sections} == {".text": 96, ".bss": 100}
    assert all(row.bytes > 0 for s in footprint.sections for row in s.rows)
    # The order of the symbol table decides nothing, except which file a local symbol is of.
    if not any(s.type == FILE for s in symbols):
        built.symbols = symbols[::-1]
        assert totals(parse_elf(built.build()), the_map, owner_of_object=rule) == footprint
