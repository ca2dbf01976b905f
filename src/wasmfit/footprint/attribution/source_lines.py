"""The source files of code by line tables, section by section.

Line tables are read here rather than by symbolic where files are asked for: they need relocations in object
files, which symbolic does not apply; are all that is left of split debug information; and hold functions that
the linker has removed, which only the symbols tell from those at the same addresses
(docs/decisions/0222-line-tables.md).
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from wasmfit.elf.dwarf.line_table import LineSequence, SourceFile, line_sequences
from wasmfit.elf.dwarf.sections import DebugSections
from wasmfit.elf.dwarf.units import CompileUnit, compile_units
from wasmfit.elf.errors import ElfError
from wasmfit.elf.mapping_symbols import is_mapping_symbol
from wasmfit.elf.records import Elf, Section, SymbolType
from wasmfit.footprint.attribution.byte_map import ByteMap, ByteRange
from wasmfit.footprint.attribution.kinds import ByteKind
from wasmfit.footprint.attribution.source_paths import source_path
from wasmfit.footprint.attribution.symcache import LinesError
from wasmfit.words import escape_unprintable

_LONGEST_PADDING = 64  # bytes after a function that its sequence may leave out


class SplitUnits(NamedTuple):
    """Compile units whose debug information is in other files.

    Attributes:
        units: How many.
        example: The file of the first of them, as the compiler recorded it.
    """

    units: int
    example: str


def files_by_line_tables(byte_map: ByteMap) -> tuple[ByteMap, SplitUnits | None]:
    """A pass: code is divided by source file. Inlined code counts for the file that it was written in.

    Returns:
        The bytes, and what of the debug information is elsewhere.

    Raises:
        LinesError: There is no debug information, or it cannot be read.
    """
    elf = byte_map.elf
    shown = escape_unprintable(elf.path)
    if not any(section.name in _NEEDED and section.size for section in elf.sections):
        raise LinesError(
            f"{shown} has no debug information, so the source files of its code are unknown.",
            'Build it with debug information: debug = "full" in the profile (cargo), or -g (C).',
        )
    try:
        sections = DebugSections(elf)
        units = list(compile_units(elf, sections))
        folders = {unit.lines: unit.folder for unit in units if unit.lines is not None}
        sequences = list(line_sequences(elf, sections, folders))
    except ElfError as error:
        raise LinesError(str(error)) from None
    if not units and not sequences:
        raise LinesError(f"The debug information of {shown} cannot be read.", "Build it again.")
    tables = _Tables(elf, sections, sequences)
    return byte_map.with_ranges(_divided(byte_map, tables)), _split(units)


_NEEDED = frozenset({".debug_info", ".zdebug_info", ".debug_line", ".zdebug_line"})


def split_units(elf: Elf) -> SplitUnits | None:
    """What of the debug information of a file is in other files.

    Raises:
        LinesError: It cannot be read.
    """
    try:
        return _split(list(compile_units(elf, DebugSections(elf))))
    except ElfError as error:
        raise LinesError(str(error)) from None


def _split(units: Sequence[CompileUnit]) -> SplitUnits | None:
    elsewhere = [unit.rest for unit in units if unit.rest is not None]
    return SplitUnits(len(elsewhere), elsewhere[0]) if elsewhere else None


class _Tables:
    """The parts of line tables that are about each section."""

    def __init__(self, elf: Elf, sections: DebugSections, sequences: Sequence[LineSequence]) -> None:
        self._elf = elf
        self._sections = sections
        self._sequences = sorted(sequences, key=lambda sequence: (sequence.start, sequence.end))
        self._starts = [sequence.start for sequence in self._sequences]
        self._paths: dict[int, str | None] = {}
        self._shared = _sharing([s for s in elf.allocated() if s.executable and not sections.base(s)])
        self._functions: dict[int, set[int]] = {}
        self._bounds: dict[int, list[int]] = {}

    def of(self, section: Section) -> list[tuple[int, int, str | None]]:
        """The parts in a section: first address, first address after it, and the file; disjoint, in order."""
        base = self._sections.base(section)
        low = bisect_left(self._starts, section.address + base)
        high = bisect_left(self._starts, section.end + base)
        parts: list[tuple[int, int, str | None]] = []
        at = 0
        for sequence in self._sequences[low:high]:
            if not self._is_live(section, sequence, base):
                continue
            ends = [start for start, _ in sequence.parts[1:]] + [sequence.end]
            for (start, source), end in zip(sequence.parts, ends, strict=True):
                first, last = max(start - base, at), min(end - base, section.end)
                if first < last:
                    parts.append((first, last, self._path(source)))
                    at = last
        return parts

    def _is_live(self, section: Section, sequence: LineSequence, base: int) -> bool:
        """Whether a sequence is about what is in the section, and not about a function that was removed.

        Linkers put those at address 0, whatever begins there; overlays have others' code at their addresses.
        """
        if base or (sequence.start and section.index not in self._shared):
            return True
        functions, bounds = self._of_symbols(section)
        if not bounds:
            return sequence.start != 0
        if sequence.start not in functions or sequence.end > section.end:
            return False
        # It ends where something ends, but for fill.
        number = bisect_left(bounds, sequence.end)
        after = bounds[number] if number < len(bounds) else section.end
        return after - sequence.end < min(_LONGEST_PADDING, section.align) or after == sequence.end

    def _of_symbols(self, section: Section) -> tuple[set[int], list[int]]:
        """Where functions begin in a section, and where anything begins or ends."""
        if section.index not in self._bounds:
            functions, bounds = set(), {section.address, section.end}
            for symbol in self._elf.symbols:
                if symbol.section != section.index or is_mapping_symbol(symbol.name):
                    continue
                if symbol.type in (SymbolType.FUNC, SymbolType.GNU_IFUNC, SymbolType.NOTYPE):
                    functions.add(symbol.address)
                    bounds |= {symbol.address, symbol.address + symbol.size}
            self._functions[section.index] = functions
            self._bounds[section.index] = sorted(bounds)
        return self._functions[section.index], self._bounds[section.index]

    def _path(self, source: SourceFile | None) -> str | None:
        if source is None:
            return None
        known = self._paths.get(id(source))
        if known is None:
            known = self._paths[id(source)] = source_path(*source) or ""
        return known or None


def _sharing(code: Sequence[Section]) -> set[int]:
    """Numbers of sections that run where another one does."""
    ordered = sorted(code, key=lambda section: section.address)
    return {section.index for pair in pairwise(ordered) if pair[1].address < pair[0].end for section in pair}


def _divided(byte_map: ByteMap, tables: _Tables) -> Iterator[ByteRange]:
    """The byte map's ranges, code divided where the file changes."""
    section: Section | None = None
    parts: list[tuple[int, int, str | None]] = []
    starts: list[int] = []
    for byte_range in byte_map.ranges:
        if byte_range.kind not in (ByteKind.CODE, ByteKind.LITERALS):
            yield byte_range
            continue
        if byte_range.section is not section:
            section = byte_range.section
            parts = tables.of(section)
            starts = [start for start, _, _ in parts]
        yield from _cut(byte_range, parts, max(bisect_right(starts, byte_range.start) - 1, 0))


def _cut(
    byte_range: ByteRange, parts: Sequence[tuple[int, int, str | None]], number: int
) -> Iterator[ByteRange]:
    pieces: list[tuple[int, int, str | None]] = []
    at = byte_range.start
    while number < len(parts) and parts[number][0] < byte_range.end:
        low, high, file = parts[number]
        low, high = max(low, at), min(high, byte_range.end)
        if low < high:
            if at < low:
                pieces.append((at, low, None))
            pieces.append((low, high, file))
            at = high
        number += 1
    if at < byte_range.end:
        pieces.append((at, byte_range.end, None))
    first = 0
    for position, (_, high, file) in enumerate(pieces):
        if position + 1 == len(pieces) or pieces[position + 1][2] != file:
            start = pieces[first][0]
            piece = byte_range._replace(start=start, end=high)
            yield piece if file is None else piece._replace(file=file)
            first = position + 1
