"""Views: whatever is asked, in whatever order, rows add up to what was asked for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wasmfit.elf import SectionType, parse_elf
from wasmfit.footprint import ByteMap, attribute_bytes, with_literals
from wasmfit.footprint.attribution.source_files import with_files
from wasmfit.footprint.views.memories import DeviceMemory, MemoryLayout
from wasmfit.footprint.views.tree import (
    BETWEEN,
    NO_FILTER,
    GroupBy,
    SortOrder,
    ViewFilter,
    ViewRow,
    build_view,
    placed_ranges,
    row_label,
)

from ...elf.elf_builder import ABS, ALLOC, CODE, DATA, ElfBuilder, Sec, Seg, Sym
from ..attribution.test_section_totals import ANY_SYMBOL, CORE, WASM

MEMORIES = (DeviceMemory("flash", 0, 0x1000, 64), DeviceMemory("RAM", 0x2000_0000, 0x1000))
GENERIC = "_RINvC4core3getmE", "_RINvC4core3gethE"


def byte_map_of() -> ByteMap:
    built = ElfBuilder(
        sections=[
            Sec(".text", 0x100, b"\x70\x47" * 32, flags=CODE),
            Sec(".rodata", 0x148, b"text of mine\0" + bytes(3)),
            Sec(".data", 0x2000_0000, bytes(8), flags=DATA),
            Sec(".bss", 0x2000_0008, None, size=16, flags=DATA, type=SectionType.NOBITS),
        ],
        symbols=[
            Sym("a.c", section=ABS, type=4, binding=0),
            Sym("helper", 0x101, 8, binding=0),
            Sym("$d", 0x104, type=0, binding=0),
            Sym(CORE, 0x109, 24),
            Sym(GENERIC[0], 0x121, 12),
            Sym(GENERIC[1], 0x12D, 4),
            Sym(WASM, 0x131, 16),
            Sym(WASM.replace("abc", "abd"), 0x2000_0000, 8, ".data", 1),
            Sym(CORE.replace("abc", "abd"), 0x2000_0008, 16, ".bss", 1),
        ],
        segments=[
            Seg(0x100, 0x100, 0x58, 0x58),
            Seg(0x2000_0000, 0x158, 8, 8),
            Seg(0x2000_0008, 0x2000_0008, 0, 16),
        ],
    )
    return attribute_bytes(parse_elf(built.build()), owner_of_object=lambda name: name)


def view(
    *by: GroupBy,
    only: ViewFilter = NO_FILTER,
    top: tuple[int | None, ...] = (None,),
    sort: SortOrder = SortOrder.SIZE,
) -> ViewRow:
    of = with_files(with_literals(byte_map_of()))
    memories = MemoryLayout(of.elf, MEMORIES)
    return build_view(
        placed_ranges(of, memories, regions=GroupBy.REGION in by, only=only), by, top=top, sort=sort
    )


def rows(node: ViewRow) -> dict[str, int]:
    return {row.name: row.bytes for row in node.rows}


def check(node: ViewRow) -> None:
    if node.rows:
        assert sum(row.bytes for row in node.rows) == node.bytes
        assert all(row.bytes > 0 and row.count > 0 for row in node.rows)
    for row in node.rows:
        check(row)


def test_by_section() -> None:
    assert rows(view(GroupBy.SECTION)) == {".text": 64, ".rodata": 16, ".data": 8, ".bss": 16}


def test_by_crate() -> None:
    assert rows(view(GroupBy.CRATE)) == {
        "core": 24 + 16 + 16,
        "wasm": 24,
        "a.c": 8,
        "[strings]": 13,
        "[anonymous constants]": 3,
    }


def test_by_region_data_counts_in_both_and_fill_between_sections_counts() -> None:
    whole = view(GroupBy.REGION, GroupBy.SECTION)
    assert rows(whole) == {"flash": 0x58 + 8, "RAM": 24}
    assert rows(whole.rows[0]) == {".text": 64, ".rodata": 16, BETWEEN: 8, ".data": 8}


def test_by_kind_literals_have_a_row() -> None:
    by_name = rows(view(GroupBy.KIND))
    assert by_name["literals in code"] == 4 + 56  # from the $d to the end: no $t follows
    assert by_name["zeroed data"] == 16


def test_by_symbol_names_are_readable_and_keep_the_mangled_one() -> None:
    by_name = {row.name: row for row in view(GroupBy.SYMBOL).rows}
    assert by_name["core::get::<u32>"].symbol == GENERIC[0]
    assert by_name["core::get::<u32>"].bytes == 12


def test_by_family_instances_are_added_up() -> None:
    assert rows(view(GroupBy.FAMILY))["core::get"] == 16
    family = next(row for row in view(GroupBy.FAMILY, GroupBy.SYMBOL).rows if row.name == "core::get")
    assert rows(family) == {"core::get::<u32>": 12, "core::get::<u8>": 4}


def test_by_file() -> None:
    assert rows(view(GroupBy.FILE))["a.c"] == 8


def test_a_filter_leaves_the_rest_out() -> None:
    assert rows(view(GroupBy.CRATE, only=ViewFilter(sections=(".text",)))) == {
        "core": 40,
        "wasm": 16,
        "a.c": 8,
    }
    assert rows(view(GroupBy.SECTION, only=ViewFilter(owners=("w*",)))) == {".text": 16, ".data": 8}
    assert rows(view(GroupBy.SECTION, only=ViewFilter(regions=("RAM",)))) == {".data": 8, ".bss": 16}
    assert view(GroupBy.SECTION, only=ViewFilter(sections=("nothing",))).rows == ()


def test_the_row_of_the_others_adds_up() -> None:
    whole = view(GroupBy.CRATE, GroupBy.SYMBOL, top=(1, 1))
    assert [row.name for row in whole.rows] == ["core", "the other 4"]
    assert whole.rows[1].count == 4
    check(whole)


def test_one_row_more_is_shown_rather_than_called_the_others() -> None:
    assert len(view(GroupBy.SECTION, top=(3,)).rows) == 4
    assert [row.name for row in view(GroupBy.SECTION, top=(2,)).rows] == [".text", ".bss", "the other 2"]


def test_rows_are_sorted_as_asked() -> None:
    assert [r.name for r in view(GroupBy.SECTION, sort=SortOrder.NAME).rows] == [
        ".bss",
        ".data",
        ".rodata",
        ".text",
    ]
    assert [r.name for r in view(GroupBy.SECTION, sort=SortOrder.ADDRESS).rows] == [
        ".text",
        ".rodata",
        ".data",
        ".bss",
    ]
    assert [r.bytes for r in view(GroupBy.SECTION).rows] == [64, 16, 16, 8]


def test_compilers_constants_are_labelled_with_their_address() -> None:
    node = ViewRow(GroupBy.SYMBOL, ".Lanon.0f.1", 4, address=0x100, symbol=".Lanon.0f.1")
    assert row_label(node) == ".Lanon.0f.1 at 0x00000100"
    assert row_label(ViewRow(GroupBy.SYMBOL, "main", 4, symbol="main")) == "main"


@settings(max_examples=300, deadline=None)
@given(
    st.lists(ANY_SYMBOL, max_size=20),
    st.lists(st.sampled_from(GroupBy), min_size=1, max_size=4),
    st.lists(st.none() | st.integers(1, 4), min_size=1, max_size=3).map(tuple),
    st.sampled_from(SortOrder),
    st.lists(st.sampled_from([".t*", "*", ".bss", "core", "flash"]), max_size=2).map(tuple),
)
def test_every_view_adds_up(
    symbols: list[Sym],
    by: list[GroupBy],
    top: tuple[int | None, ...],
    sort: SortOrder,
    patterns: tuple[str, ...],
) -> None:
    built = ElfBuilder(
        sections=[
            Sec(".text", 0x100, bytes(96), flags=CODE),
            Sec(".bss", 0x100, None, size=100, flags=DATA, type=SectionType.NOBITS),
            Sec(".rodata", 0x200, bytes(20), flags=ALLOC),
        ],
        symbols=symbols,
        segments=[Seg(0x100, 0x100, 96, 100), Seg(0x200, 0x900, 32, 32)],
    )
    of = with_files(with_literals(attribute_bytes(parse_elf(built.build()))))
    memories = MemoryLayout(of.elf, MEMORIES)
    chosen = placed_ranges(of, memories, regions=GroupBy.REGION in by, only=ViewFilter(sections=patterns))
    whole = build_view(chosen, by, top=top, sort=sort)
    check(whole)
    assert whole.bytes == sum(item.byte_range.size for item in chosen)
    if not patterns and GroupBy.REGION not in by:
        assert whole.bytes == of.size == 216
    # No level loses or gains anything, and the whole does not depend on the questions or their order.
    assert sum(path[-1].bytes for path in whole.walk() if not path[-1].rows) == whole.bytes
    assert build_view(chosen, by[::-1]).bytes == whole.bytes


@pytest.mark.parametrize("by", list(GroupBy))
def test_every_question_has_an_answer_for_every_byte(by: GroupBy) -> None:
    check(view(by))
    assert view(by).bytes == (88 + 24 + 8 if by is GroupBy.REGION else 104)
