"""The analysis of one firmware: its byte map, memories and view, with notes."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wasmfit.elf.machines import machine_name
from wasmfit.elf.read import read_elf
from wasmfit.elf.records import Elf, ElfKind, Machine
from wasmfit.errors import UsageError
from wasmfit.footprint.attribution.any_firmware import attribute_any_firmware
from wasmfit.footprint.attribution.byte_map import ByteMap, with_literals
from wasmfit.footprint.attribution.owners import ANONYMOUS_CONSTANTS, STRINGS, UNKNOWN
from wasmfit.footprint.attribution.section_totals import SectionTotals, section_totals
from wasmfit.footprint.attribution.wasm_file import is_module, read_module
from wasmfit.footprint.views.memories import OUTSIDE, DeviceMemory, MemoryLayout, MemoryUse
from wasmfit.footprint.views.tree import (
    NO_FILTER,
    GroupBy,
    PlacedRange,
    SortOrder,
    ViewFilter,
    ViewRow,
    build_view,
    placed_ranges,
)
from wasmfit.frames import frame

if TYPE_CHECKING:
    from pandas import DataFrame

    from wasmfit.footprint.graph.budget import ReferenceBudget
    from wasmfit.footprint.views.diff import SizeDifference


DEFAULT_BY = (GroupBy.SECTION, GroupBy.CRATE, GroupBy.SYMBOL)
"""The groupings of a view for which none are given."""


@dataclass(frozen=True, slots=True)
class SizeOptions:
    """What to show.

    Attributes:
        by: The groupings, the outermost first.
        only: What to show of the file.
        top: Most rows of each level, from the outermost on; the last number holds for all further levels, and
            None is no limit.
        sort: Order of the rows.
        memories: The device's memories; without any they are guessed.
        link_map: The linker's map of the same link.
        references: Whether constants that nothing names belong to the code that refers to them. All code is
            decoded.
        inlined: Whether code belongs to the crate that it was inlined from, by debug information.
        limit: What a search for references may take.
    """

    by: tuple[GroupBy, ...] = DEFAULT_BY
    only: ViewFilter = NO_FILTER
    top: tuple[int | None, ...] = (None,)
    sort: SortOrder = SortOrder.SIZE
    memories: tuple[DeviceMemory, ...] = ()
    link_map: Path | None = None
    references: bool = False
    inlined: bool = False
    limit: "ReferenceBudget | None" = None


DEFAULT_OPTIONS = SizeOptions()
"""Everything, by section, crate and symbol."""


@dataclass(frozen=True, slots=True)
class SizeAnalysis:
    """Who owns each byte of a file.

    Attributes:
        file: Its path.
        machine: Its processor, in words.
        bits: 32 or 64.
        kind: What kind of file it is, in words.
        size: Bytes of all sections that take memory.
        sections: The bytes of each of these sections by owner; they add up to the section.
        uses: What each memory holds.
        guessed: Whether the memories are a guess from the file itself.
        by: The groupings of the view.
        view: The view; it adds up to what was asked for.
        notes: What to know when reading it.
        difference: What changed since another file, if that was asked for.
    """

    file: str
    machine: str
    bits: int
    kind: str
    size: int
    sections: tuple[SectionTotals, ...]
    uses: tuple[MemoryUse, ...]
    guessed: bool
    by: tuple[GroupBy, ...]
    view: ViewRow
    notes: tuple[str, ...]
    difference: "SizeDifference | None" = None

    def rows(self) -> list[dict[str, str | int | None]]:
        """The innermost rows of the view, flat: a column for each grouping, and the bytes."""
        return [
            {**{row.by.value: row.name for row in path if row.by}, "bytes": path[-1].bytes}
            for path in self.view.walk()
            if not path[-1].rows
        ]

    def to_frame(self) -> "DataFrame":
        """The innermost rows as a pandas table, for notebooks.

        Raises:
            UsageError: pandas is not installed.
        """
        return frame(self.rows(), columns=[*(by.value for by in self.by), "bytes"])


_KINDS = {
    ElfKind.RELOCATABLE: "object file",
    ElfKind.EXECUTABLE: "program",
    ElfKind.SHARED: "shared object or position-independent program",
}


def analyse(
    path: str | Path, options: SizeOptions = DEFAULT_OPTIONS, base: str | Path | None = None
) -> SizeAnalysis:
    """Analyse a file.

    Args:
        path: The ELF file, or a WebAssembly module.
        options: What to show.
        base: Another ELF file to compare with.

    Raises:
        ElfError: A file cannot be read.
        LinkMapError: The map cannot be read, or is of another link.
        UsageError: Nothing in the file matches the filter.
    """
    elf = _read(path)
    byte_map, notes = byte_map_for(elf, options, options.link_map)
    memories = MemoryLayout(elf, options.memories)
    ranges = _placed(byte_map, memories, options)
    if not ranges and not options.only.is_open:
        raise UsageError(f"Nothing in {path} matches the filter.", _what_there_is(byte_map, memories))
    return SizeAnalysis(
        file=str(path),
        machine=machine_name(elf.machine),
        bits=elf.bits,
        kind="module"
        if elf.machine == Machine.WASM
        else _KINDS.get(ElfKind(elf.kind), "file")
        if elf.kind in _KINDS
        else "file",
        size=byte_map.size,
        sections=section_totals(byte_map).sections,
        uses=tuple(memories.uses()) if _has_memories(elf) else (),
        guessed=memories.guessed,
        by=options.by,
        view=build_view(ranges, options.by, top=options.top, sort=options.sort),
        notes=(*notes, *_notes(elf, byte_map, memories, options)),
        difference=None if base is None else _difference(elf, ranges, base, options),
    )


def _read(path: str | Path) -> Elf:
    """The file, also if it is a WebAssembly module."""
    return read_module(Path(path)) if is_module(Path(path)) else read_elf(path)


def byte_map_for(elf: Elf, options: SizeOptions, link_map: Path | None) -> tuple[ByteMap, list[str]]:
    """The byte map of a file as options ask for it, and notes on how it was made.

    Raises:
        LinkMapError: The map cannot be read, or is of another link.
        LinesError: Inlined code is asked for, and debug information is missing or cannot be read.
    """
    notes: list[str] = []
    byte_map = attribute_any_firmware(elf, link_map)
    if GroupBy.KIND in options.by:
        byte_map = with_literals(byte_map)
    if options.references:
        # Imported here like all below, since most analyses do without.
        from wasmfit.footprint.graph.constants import with_constant_owners
        from wasmfit.footprint.graph.reference_graph import build_graph

        graph = build_graph(byte_map, options.limit)
        byte_map = with_constant_owners(graph)
        notes += graph.references.limits
    if options.inlined:
        byte_map, on_calls = _with_inlined(byte_map)
        notes += on_calls
    if GroupBy.FILE in options.by:
        byte_map, on_files = _with_files(byte_map)
        notes += on_files
    return byte_map, notes


def _with_inlined(byte_map: ByteMap) -> tuple[ByteMap, list[str]]:
    """Code with the crates that it was inlined from, by whatever can read it in this file."""
    from wasmfit.footprint.attribution.debug_lines import owners_by_inlining, require_debug_information
    from wasmfit.footprint.attribution.inlined_calls import needs_entries, owners_by_entries

    require_debug_information(byte_map.elf)
    if not needs_entries(byte_map.elf):
        return owners_by_inlining(byte_map), []
    divided, missing = owners_by_entries(byte_map)
    return divided, [] if missing is None else [missing.sentence("what was inlined in them is unknown")]


def _with_files(byte_map: ByteMap) -> tuple[ByteMap, list[str]]:
    """Source files by debug information where there is some, else by local symbols, which is said."""
    from wasmfit.elf.dwarf.sections import LINE_SECTIONS
    from wasmfit.footprint.attribution.source_files import with_files

    if not any(section.name in LINE_SECTIONS for section in byte_map.elf.sections):
        return with_files(byte_map), [
            "It has no debug information, so only local symbols of C have a source file. "
            "Compile with -g for more."
        ]
    from wasmfit.footprint.attribution.source_lines import files_by_line_tables
    from wasmfit.footprint.attribution.symcache import LinesError

    try:
        divided, missing = files_by_line_tables(byte_map)
        said = [] if missing is None else [missing.sentence("the line tables in the file itself are used")]
        return with_files(divided), said
    except LinesError as error:
        return with_files(byte_map), [f"Only local symbols of C have a source file. {error}"]


def _placed(byte_map: ByteMap, memories: MemoryLayout, options: SizeOptions) -> list[PlacedRange]:
    return placed_ranges(byte_map, memories, regions=GroupBy.REGION in options.by, only=options.only)


def _difference(elf: Elf, new: list[PlacedRange], base: str | Path, options: SizeOptions) -> "SizeDifference":
    from wasmfit.footprint.views.crate_versions import crate_changes, crates
    from wasmfit.footprint.views.diff import SizeDifference, build_changes, moves

    old_elf = _read(base)
    byte_map, _ = byte_map_for(old_elf, options, None)
    old = _placed(byte_map, MemoryLayout(old_elf, options.memories), options)
    return SizeDifference(
        str(base),
        build_changes(old, new, options.by, top=options.top),
        moves(old, new),
        tuple(crate_changes(crates(old_elf), crates(elf))),
    )


_MOST_SHARED = 5


def _has_memories(elf: Elf) -> bool:
    return elf.kind != ElfKind.RELOCATABLE and not elf.only_debug


def _notes(elf: Elf, byte_map: ByteMap, memories: MemoryLayout, options: SizeOptions) -> list[str]:
    notes = []
    if elf.kind == ElfKind.RELOCATABLE:
        notes.append(
            "It is an object file, not linked yet: its sections have no addresses, and it fills no memory."
        )
    if not byte_map.ranges and any(s.name.startswith((".gnu.lto_", ".llvm.lto")) for s in elf.sections):
        notes.append(
            "It holds a compiler's intermediate code (-flto) and no code of the processor yet; name the "
            "linked file."
        )
    if not elf.symbols:
        notes.append("It has no symbols (stripped), so most bytes have no owner; use the file as linked.")
    elif elf.stripped:
        notes.append("It is stripped but for its dynamic symbols; use the file as linked.")
    if GroupBy.OBJECT in options.by and options.link_map is None:
        notes.append(f"Objects are only in the linker's map: --map {_map_next_to(elf)}.")
    if elf.only_debug and elf.kind != ElfKind.RELOCATABLE:
        notes.append(
            "Its sections hold no bytes, only their debug information (as objcopy --only-keep-debug leaves "
            "it), so memories and fill are unknown; use the file as linked."
        )
    if _has_memories(elf):
        notes += _notes_on_memories(memories)
    return [*notes, *_notes_on_owners(elf, byte_map, options)]


def _notes_on_memories(memories: MemoryLayout) -> list[str]:
    notes = []
    if memories.guessed:
        notes.append(
            "Flash and RAM are a guess from the file; --board or --flash and --ram say what they are."
        )
    if memories.loaded_elsewhere:
        notes.append(
            f"A boot loader copies {memories.loaded_elsewhere:,} bytes from flash to RAM; the file does not "
            "say where in flash they lie, so they count in RAM alone."
        )
    notes += [
        f"{shared.bytes:,} bytes of {shared.section.name} lie where others do in {shared.memory}, as those "
        "of overlays and aliases do; they count once, for the others."
        for shared in memories.account.shared[:_MOST_SHARED]
    ]
    if len(memories.account.shared) > _MOST_SHARED:
        notes.append(
            f"{len(memories.account.shared) - _MOST_SHARED:,} more sections share bytes with others."
        )
    for use in memories.uses():
        if use.name == OUTSIDE:
            notes.append(f"{use.bytes:,} bytes lie outside of all memories.")
        elif use.size is not None and use.bytes > use.size:
            notes.append(f"It does not fit: {use.name} has {use.size:,} bytes, {use.bytes:,} are taken.")
    return notes


def _notes_on_owners(elf: Elf, byte_map: ByteMap, options: SizeOptions) -> list[str]:
    notes = []
    unknown = sum(r.size for r in byte_map.ranges if r.owner == UNKNOWN)
    mapped = options.link_map is not None or elf.machine == Machine.WASM
    if elf.symbols and unknown * 20 > byte_map.size and not mapped:
        notes.append(
            f"{unknown:,} bytes are of functions and data that carry no crate's name; the linker's map has "
            f"their objects: --map {_map_next_to(elf)}."
        )
    nameless = sum(r.size for r in byte_map.ranges if r.owner in (ANONYMOUS_CONSTANTS, STRINGS))
    if GroupBy.CRATE in options.by and not options.references and nameless * 20 > byte_map.size:
        notes.append(
            f"{nameless:,} bytes are constants without a name; --references finds the code that uses them."
        )
    return notes


def _map_next_to(elf: Elf) -> str:
    path = Path(elf.path).with_suffix(".map")
    return str(path) if path.is_file() else "FILE"


def _what_there_is(byte_map: ByteMap, memories: MemoryLayout) -> str:
    sections = sorted({byte_range.section.name for byte_range in byte_map.ranges})
    regions = sorted({use.name for use in memories.uses()})
    return f"Its sections are {', '.join(sections[:20])}; its regions {', '.join(regions)}."
