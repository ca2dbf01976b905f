"""What must hold of any bytes, for the fuzzer, for the cases that it found, and for hypothesis."""

from wasmfit.elf import Elf, ElfError, parse_elf
from wasmfit.elf.names.stable import family
from wasmfit.footprint import ByteMap, attribute_bytes, section_totals, with_literals
from wasmfit.footprint.attribution.handlers import with_handlers
from wasmfit.footprint.attribution.inlined_calls import owners_by_entries
from wasmfit.footprint.attribution.libraries import library_rule, owner_of_object
from wasmfit.footprint.attribution.reserved import with_reserved
from wasmfit.footprint.attribution.source_files import with_files
from wasmfit.footprint.attribution.source_lines import files_by_line_tables
from wasmfit.footprint.attribution.symcache import LinesError
from wasmfit.footprint.attribution.unit_owners import owners_by_units
from wasmfit.footprint.graph.constants import attribute_by_references
from wasmfit.footprint.graph.reference_graph import build_graph
from wasmfit.footprint.graph.retention import retention
from wasmfit.footprint.graph.savings import find_savings
from wasmfit.footprint.views.crate_versions import crates
from wasmfit.footprint.views.diff import build_changes, moves
from wasmfit.footprint.views.memories import DeviceMemory, MemoryLayout
from wasmfit.footprint.views.tree import NO_FILTER, GroupBy, PlacedRange, build_view, placed_ranges

MEMORIES = (DeviceMemory("flash", 0x0, 0x10_0000, 4096), DeviceMemory("RAM", 0x2000_0000, 0x4_0000))


def survives(image: bytes) -> bool:
    """Whether the bytes are an ELF file that can be accounted for; then all of the account adds up.

    Raises:
        AssertionError: Something does not add up.
        Exception: Anything that is not an error for the user is a mistake of ours.
    """
    elf = _parsed(image)
    if elf is None:
        return False
    byte_map = attribute_bytes(elf, owner_of_object=owner_of_object, last_resort=library_rule(elf.symbols))
    byte_map = owners_by_units(with_reserved(with_handlers(byte_map)))
    byte_map = with_files(with_literals(byte_map))
    assert sum(byte_range.size for byte_range in byte_map.ranges) == byte_map.size
    assert [s.size for s in section_totals(byte_map).sections] == [s.size for s in elf.allocated()]
    for memories in (MemoryLayout(elf), MemoryLayout(elf, MEMORIES)):
        _views_add_up(byte_map, memories)
        assert all(use.bytes >= 0 for use in memories.uses())
    crates(elf)
    _files_add_up(byte_map)
    _calls_add_up(byte_map)
    _references_add_up(byte_map)
    return True


def _files_add_up(byte_map: ByteMap) -> None:
    try:
        divided, _ = files_by_line_tables(byte_map)
    except LinesError:
        return
    assert divided.size == byte_map.size


def _calls_add_up(byte_map: ByteMap) -> None:
    try:
        divided, _ = owners_by_entries(byte_map)
    except LinesError:
        return
    assert divided.size == byte_map.size


def _references_add_up(byte_map: ByteMap) -> None:
    graph = build_graph(byte_map)
    assert sum(fragment.size for fragment in graph.fragments) == byte_map.size
    retained = retention(graph)
    assert all(own.flash <= all_of.flash for own, all_of in zip(retained.own, retained.retained, strict=True))
    find_savings(retained, family=family)
    assert sum(byte_range.size for byte_range in attribute_by_references(byte_map).ranges) == byte_map.size


def _parsed(image: bytes) -> Elf | None:
    try:
        return parse_elf(image, "any.elf")
    except ElfError as error:
        refused = error
    assert refused.message.startswith("any.elf ")
    assert refused.message.endswith(".")
    assert refused.exit_code == 2
    return None


def _views_add_up(byte_map: ByteMap, memories: MemoryLayout) -> None:
    for by in GroupBy:
        placed = placed_ranges(byte_map, memories, regions=by is GroupBy.REGION, only=NO_FILTER)
        view = build_view(placed, (by,), top=(3,))
        assert sum(row.bytes for row in view.rows) == view.bytes
        if by is GroupBy.REGION:
            assert {row.name: row.bytes for row in view.rows}.keys() <= {use.name for use in memories.uses()}
        else:
            assert view.bytes == byte_map.size
        _difference_adds_up(placed, by)


def _difference_adds_up(placed: list[PlacedRange], by: GroupBy) -> None:
    half = placed[: len(placed) // 2]
    change = build_changes(half, placed, (by,), top=(3,))
    assert sum(row.before for row in change.rows) == change.before
    assert sum(row.after for row in change.rows) == change.after
    moves(half, placed)
