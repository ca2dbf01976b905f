"""A file with all of its bytes attributed, as options ask: one of two that are compared, or the only one."""

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from wasmfit.elf.dwarf.line_sections import LINE_SECTIONS
from wasmfit.elf.records import Elf, ElfKind
from wasmfit.errors import UsageError
from wasmfit.footprint.attribution.any_firmware import attribute_any_firmware
from wasmfit.footprint.attribution.byte_map import ByteMap, with_literals
from wasmfit.footprint.inputs.library_members import of_member
from wasmfit.footprint.inputs.sources import SizeSource
from wasmfit.footprint.size_options import SizeOptions
from wasmfit.footprint.views.memories import MemoryLayout
from wasmfit.footprint.views.tree import GroupBy, PlacedRange, placed_ranges


class AttributedPart(NamedTuple):
    """A part of a file: its bytes, the memories that they are in, and notes on how they were attributed."""

    byte_map: ByteMap
    memories: MemoryLayout
    notes: list[str]


class AttributedFile(NamedTuple):
    """A file with its bytes attributed: all parts, and the ranges that a view adds up."""

    parts: tuple[AttributedPart, ...]
    ranges: list[PlacedRange]


def has_memories(elf: Elf) -> bool:
    """Whether a file says what it takes of memories."""
    return elf.kind != ElfKind.RELOCATABLE and not elf.only_debug


def attributed(source: SizeSource, options: SizeOptions, link_map: Path | None) -> AttributedFile:
    """Attributes all bytes of a file.

    Args:
        source: The file.
        options: What is asked for.
        link_map: The map that the linker wrote of it.

    Raises:
        LinkMapError: The map cannot be read, or is of another link.
        LinesError: Inlined code is asked for, and debug information is missing or cannot be read.
        UsageError: A map is given of what was not linked, or memories are asked for of what is in none.
    """
    if GroupBy.REGION in options.by or options.only.regions:
        _require_memories(source)
    if link_map is not None and not source.is_elf:
        raise UsageError(f"{source.path} is not a linked file, so it has no map.", "Leave --map out.")
    parts: list[AttributedPart] = []
    ranges: list[PlacedRange] = []
    for name, elf in source.parts:
        if name is None:
            byte_map, notes = byte_map_for(elf, options, link_map)
        else:
            byte_map, notes = _of_library(source, name, elf, options)
        memories = MemoryLayout(elf, options.memories)
        parts.append(AttributedPart(byte_map, memories, notes))
        ranges += _placed(byte_map, memories, options)
    return AttributedFile(tuple(parts), ranges)


def _require_memories(source: SizeSource) -> None:
    elf = next((elf for _, elf in source.parts if not has_memories(elf)), None)
    if elf is None:
        return
    if elf.kind == ElfKind.RELOCATABLE:
        why = "not linked yet: its sections have no addresses, and so no memory"
    else:
        why = "with debug information alone, which does not say what is in which memory"
    raise UsageError(
        f"{source.path} is {_article(source.kind)} {source.kind}, {why}.",
        "Leave regions out (`--by section --by owner` says who owns its bytes), or name the linked file.",
    )


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" else "a"


def _of_library(source: SizeSource, name: str, elf: Elf, options: SizeOptions) -> tuple[ByteMap, list[str]]:
    """The bytes of a member, which may be without debug information while others have some."""
    has_lines = any(section.name in LINE_SECTIONS for section in elf.sections)
    kept = options if has_lines else replace(options, inlined=False)
    byte_map, notes = byte_map_for(elf, kept, None, in_library=True)
    return of_member(byte_map, Path(source.path).name, name), notes


def byte_map_for(
    elf: Elf, options: SizeOptions, link_map: Path | None, *, in_library: bool = False
) -> tuple[ByteMap, list[str]]:
    """The byte map of a file as options ask for it, and notes on how it was made.

    Args:
        elf: The file.
        options: What is asked for.
        link_map: The map that the linker wrote of it.
        in_library: Whether it is a member of a static library.

    Raises:
        LinkMapError: The map cannot be read, or is of another link.
        LinesError: Inlined code is asked for, and debug information is missing or cannot be read.
    """
    notes: list[str] = []
    byte_map = attribute_any_firmware(elf, link_map, in_library=in_library)
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
    from wasmfit.footprint.attribution.source_files import with_files

    if not any(section.name in LINE_SECTIONS and section.size for section in byte_map.elf.sections):
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
