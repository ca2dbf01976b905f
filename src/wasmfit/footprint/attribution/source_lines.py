"""The source files of code by line tables, section by section.

Line tables are read here rather than by symbolic where files are asked for: they need relocations in object
files, which symbolic does not apply; are all that is left of split debug information; and hold functions that
the linker has removed, which only the symbols tell from those at the same addresses
(docs/decisions/0222-line-tables.md).
"""

from bisect import bisect_left
from collections.abc import Sequence

from wasmfit.elf.dwarf.line_sections import LINE_SECTIONS
from wasmfit.elf.dwarf.line_table import LineSequence, SourceFile, line_sequences
from wasmfit.elf.dwarf.sections import DebugSections
from wasmfit.elf.dwarf.split import missing_rests
from wasmfit.elf.dwarf.stabs import stab_sequences
from wasmfit.elf.dwarf.units import compile_units
from wasmfit.elf.errors import ElfError
from wasmfit.elf.records import Elf, Section
from wasmfit.footprint.attribution.byte_map import ByteMap
from wasmfit.footprint.attribution.code_parts import CodePart, divide_code
from wasmfit.footprint.attribution.live_code import LiveCode
from wasmfit.footprint.attribution.missing_units import MissingUnits, missing_units
from wasmfit.footprint.attribution.source_paths import source_path
from wasmfit.footprint.attribution.symcache import LinesError
from wasmfit.words import escape_unprintable


def files_by_line_tables(byte_map: ByteMap) -> tuple[ByteMap, MissingUnits | None]:
    """A pass: code is divided by source file. Inlined code counts for the file that it was written in.

    Returns:
        The bytes, and what of the debug information is missing.

    Raises:
        LinesError: There is no debug information, or it cannot be read.
    """
    elf = byte_map.elf
    shown = escape_unprintable(elf.path)
    if not any(section.name in LINE_SECTIONS and section.size for section in elf.sections):
        raise LinesError(
            f"{shown} has no debug information, so the source files of its code are unknown.",
            'Build it with debug information: debug = "full" in the profile (cargo), or -g (C).',
        )
    try:
        sections = DebugSections(elf)
        units = list(compile_units(elf, sections))
        folders = {unit.lines: unit.folder for unit in units if unit.lines is not None}
        sequences = [*line_sequences(elf, sections, folders), *stab_sequences(elf, sections)]
    except ElfError as error:
        raise LinesError(str(error)) from None
    if not units and not sequences:
        raise LinesError(f"The debug information of {shown} cannot be read.", "Build it again.")
    tables = _Tables(elf, sections, sequences)
    divided = byte_map.with_ranges(
        byte_range if file is None else byte_range._replace(file=file)
        for byte_range, file in divide_code(byte_map, tables.of)
    )
    return divided, missing_units([unit.rest or "" for unit in missing_rests(elf, units)])


class _Tables:
    """The parts of line tables that are about each section."""

    def __init__(self, elf: Elf, sections: DebugSections, sequences: Sequence[LineSequence]) -> None:
        self._sections = sections
        self._sequences = sorted(sequences, key=lambda sequence: (sequence.start, sequence.end))
        self._starts = [sequence.start for sequence in self._sequences]
        self._paths: dict[int, str | None] = {}
        self._live = LiveCode(elf, sections)

    def of(self, section: Section) -> list[CodePart]:
        """The parts in a section, with their files."""
        base = self._sections.base(section)
        low = bisect_left(self._starts, section.address + base)
        high = bisect_left(self._starts, section.end + base)
        parts: list[CodePart] = []
        at = 0
        for sequence in self._sequences[low:high]:
            # A damaged table may end a sequence before its first line.
            if not sequence.parts or not self._live.has(section, sequence.start, sequence.end):
                continue
            ends = [start for start, _ in sequence.parts[1:]] + [sequence.end]
            for (start, source), end in zip(sequence.parts, ends, strict=True):
                first, last = max(start - base, at), min(end - base, section.end)
                if first < last:
                    parts.append((first, last, self._path(source)))
                    at = last
        return parts

    def _path(self, source: SourceFile | None) -> str | None:
        if source is None:
            return None
        known = self._paths.get(id(source))
        if known is None:
            known = self._paths[id(source)] = source_path(*source) or ""
        return known or None
