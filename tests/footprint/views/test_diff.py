"""Differences: exact to the byte, by whatever question; what moved, and which crates are not the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wasmfit.elf import parse_elf
from wasmfit.footprint import ByteMap, attribute_bytes
from wasmfit.footprint.views.crate_versions import CrateChange, crate_changes, crates, sentences
from wasmfit.footprint.views.diff import ChangeKind, SizeChange, build_changes, moves
from wasmfit.footprint.views.memories import MemoryLayout
from wasmfit.footprint.views.tree import NO_FILTER, GroupBy, PlacedRange, placed_ranges

from ...elf.elf_builder import CODE, ElfBuilder, Sec, Sym
from ..attribution.test_section_totals import ANY_SYMBOL, CORE, WASM


def byte_map_of(*symbols: Sym, size: int = 64, rodata: bytes = b"") -> ByteMap:
    built = ElfBuilder(
        sections=[Sec(".text", 0x100, b"\x70\x47" * (size // 2), flags=CODE), Sec(".rodata", 0x400, rodata)],
        symbols=list(symbols),
    )
    return attribute_bytes(
        parse_elf(built.build()), owner_of_symbol=lambda name: name.partition(".")[0] or None
    )


def all_of(of: ByteMap) -> list[PlacedRange]:
    return placed_ranges(of, MemoryLayout(of.elf), regions=False, only=NO_FILTER)


def difference(old: ByteMap, new: ByteMap, *by: GroupBy, top: tuple[int | None, ...] = (None,)) -> SizeChange:
    return build_changes(all_of(old), all_of(new), by, top=top)


def rows_by_name(change: SizeChange) -> dict[str, tuple[int, int, ChangeKind]]:
    return {row.name: (row.before, row.after, row.kind) for row in change.rows}


def check(change: SizeChange) -> None:
    assert change.bytes == change.after - change.before
    if change.rows:
        assert sum(row.before for row in change.rows) == change.before
        assert sum(row.after for row in change.rows) == change.after
    for row in change.rows:
        check(row)


def test_what_grew_shrank_appeared_and_vanished() -> None:
    old = byte_map_of(Sym("a.1", 0x101, 16), Sym("b.1", 0x111, 16), Sym("c.1", 0x121, 32))
    new = byte_map_of(Sym("a.1", 0x101, 20), Sym("b.1", 0x115, 12), Sym("d.1", 0x121, 40), size=72)
    change = difference(old, new, GroupBy.CRATE)
    assert rows_by_name(change) == {
        "a": (16, 20, ChangeKind.GREW),
        "b": (16, 12, ChangeKind.SHRANK),
        "c": (32, 0, ChangeKind.VANISHED),
        "d": (0, 40, ChangeKind.APPEARED),
    }
    assert (change.before, change.after, change.bytes) == (64, 72, 8)
    check(change)


def test_what_did_not_change_is_one_row() -> None:
    old = byte_map_of(Sym("a.1", 0x101, 16), Sym("b.1", 0x111, 16), Sym("c.1", 0x121, 32))
    change = difference(old, old, GroupBy.CRATE)
    assert rows_by_name(change) == {"3 unchanged": (64, 64, ChangeKind.SAME)}


def test_a_row_of_the_same_size_whose_parts_changed_is_shown() -> None:
    old = byte_map_of(Sym("a.x1", 0x101, 16), Sym("a.x2", 0x111, 48))
    new = byte_map_of(Sym("a.x1", 0x101, 48), Sym("a.x2", 0x131, 16))
    change = difference(old, new, GroupBy.CRATE, GroupBy.SYMBOL)
    assert rows_by_name(change) == {"a": (64, 64, ChangeKind.SAME)}
    assert {row.name: row.bytes for row in change.rows[0].rows} == {"x1": 32, "x2": -32}


def test_symbols_are_matched_without_hashes_and_disambiguators() -> None:
    old = byte_map_of(Sym("_RNvCs1_4core3abc", 0x101, 16), Sym("_ZN4core3abd17h0123456789abcdefE", 0x111, 48))
    new = byte_map_of(Sym("_RNvCs2_4core3abc", 0x101, 20), Sym("_ZN4core3abd17hfedcba9876543210E", 0x115, 44))
    change = difference(old, new, GroupBy.SYMBOL)
    assert {row.name: row.bytes for row in change.rows} == {"core::abc": 4, "core::abd": -4}


def test_what_the_compiler_numbers_again_is_one_row() -> None:
    old = byte_map_of(Sym(".Lanon.0f.1", 0x100, 16), Sym(".Lanon.0f.2", 0x110, 48))
    new = byte_map_of(Sym(".Lanon.ee.7", 0x100, 64))
    change = difference(old, new, GroupBy.SYMBOL)
    assert [row.kind for row in change.rows] == [ChangeKind.SAME]


def test_rows_that_are_not_shown_add_up() -> None:
    old = byte_map_of(*(Sym(f"f{n}.x", 0x101 + 8 * n, 8) for n in range(8)))
    new = byte_map_of(*(Sym(f"g{n}.x", 0x101 + 8 * n, 8) for n in range(8)))
    change = difference(old, new, GroupBy.CRATE, top=(3,))
    assert [row.name for row in change.rows] == ["f0", "f1", "f2", "the other 13"]
    assert change.rows[-1].count == 13
    check(change)


def test_what_moved_is_named() -> None:
    old = byte_map_of(Sym("a.x1", 0x101, 16), Sym("same", 0x111, 48))
    new = attribute_bytes(old.elf, owner_of_symbol=lambda name: "new" if name == "a.x1" else "same")
    assert [(m.name, m.before, m.after, m.bytes_before) for m in moves(all_of(old), all_of(new))] == [
        ("x1", (".text", "a"), (".text", "new"), 16)
    ]
    assert moves(all_of(old), all_of(old)) == ()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(ANY_SYMBOL, max_size=12),
    st.lists(ANY_SYMBOL, max_size=12),
    st.lists(st.sampled_from(GroupBy), min_size=1, max_size=3),
    st.lists(st.none() | st.integers(1, 3), min_size=1, max_size=3).map(tuple),
)
def test_every_difference_adds_up(
    before: list[Sym], after: list[Sym], by: list[GroupBy], top: tuple[int | None, ...]
) -> None:
    def built(symbols: list[Sym], size: int) -> ByteMap:
        sections = [Sec(".text", 0x100, bytes(size), flags=CODE), Sec(".bss", 0x180, bytes(64))]
        return attribute_bytes(parse_elf(ElfBuilder(sections=sections, symbols=symbols).build()))

    old, new = built(before, 96), built(after, 128)
    change = difference(old, new, *by, top=top)
    check(change)
    assert change.bytes == new.size - old.size == 32


# Crates


def versions(path: bytes, symbol: str = CORE) -> ByteMap:
    return byte_map_of(Sym(symbol, 0x101, 64), rodata=path)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            versions(b"/cargo/registry/wasm-1.1.0/src/lib.rs"),
            versions(b"/cargo/registry/wasm-2.0.0-rc.1/src/lib.rs"),
            "wasm: 1.1.0 became 2.0.0-rc.1",
        ),
        (
            # As paths begin since registries' names are left out of them: right after another constant.
            versions(b"is emptywasm-1.1.0/src/lib.rs", "_RNvCs1_4wasm3abc"),
            versions(b"is emptywasm-1.2.0/src/lib.rs", "_RNvCs2_4wasm3abc"),
            "wasm: 1.1.0 became 1.2.0",
        ),
        (
            versions(b"/x/wasm-1.1.0/src/lib.rs", "_RNvCs1_4wasm3abc"),
            versions(b"/x/wasm-1.1.0/src/lib.rs", "_RNvCs2_4wasm3abc"),
            "wasm 1.1.0: other features or flags, or another compiler",
        ),
        (
            versions(b"", "_RNvCs1_4wasm3abc"),
            versions(b"", "_RNvCs2_4wasm3abc"),
            "wasm: another version, features, flags or compiler; no path in the files says which",
        ),
    ],
)
def test_crates_that_are_not_the_same_are_named_as_far_as_is_certain(
    old: ByteMap, new: ByteMap, sentence: str
) -> None:
    changes = crate_changes(crates(old.elf), crates(new.elf))
    assert sentences(changes) == [sentence]


def test_crates_that_are_the_same_or_only_in_one_file_are_not_named() -> None:
    old = versions(b"/x/wasm-1.1.0/src/lib.rs", CORE)
    new = versions(b"/x/wasm-1.1.0/src/lib.rs\0/x/other-1.0.0/src/lib.rs", CORE)
    assert crate_changes(crates(old.elf), crates(new.elf)) == []
    assert crate_changes(crates(old.elf), crates(byte_map_of(Sym(WASM, 0x101, 64)).elf)) == []


def test_a_crate_with_hyphens_is_called_as_its_symbols_are() -> None:
    of = versions(b"/x/tiny-wasm-0.1.2/src/lib.rs")
    assert crates(of.elf).versions == {"tiny_wasm": frozenset({"0.1.2"})}


def test_crates_of_which_the_same_is_known_share_a_sentence() -> None:
    changes = [CrateChange("a", None, None), CrateChange("b", "1", "2"), CrateChange("c", None, None)]
    assert sentences(changes) == [
        "b: 1 became 2",
        "a, c: another version, features, flags or compiler; no path in the files says which",
    ]
