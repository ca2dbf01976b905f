"""The functions that code was inlined from, by the entries of debug information, section by section.

:mod:`.debug_lines` has symbolic read that where it can, which is quicker.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from wasmfit.elf.dwarf.inlined import InlinedReader
from wasmfit.elf.dwarf.sections import DebugSections, check_claims
from wasmfit.elf.dwarf.split import inlined_readers
from wasmfit.elf.dwarf.units import compile_units
from wasmfit.elf.errors import ElfError
from wasmfit.elf.names.crates import rust_crate
from wasmfit.elf.records import Elf, ElfKind, Section
from wasmfit.footprint.attribution.byte_map import ByteMap
from wasmfit.footprint.attribution.code_parts import CodePart, divide_code
from wasmfit.footprint.attribution.live_code import LiveCode
from wasmfit.footprint.attribution.missing_units import MissingUnits, missing_units
from wasmfit.footprint.attribution.overlaps import UNCLAIMED, resolve_overlaps
from wasmfit.footprint.attribution.symcache import LinesError

_LOW = 1 << 16
"""Below this address functions that the linker removed may seem to lie, in bytes: as much as one has."""

FunctionPart = tuple[int, int, str]
"""First address, first address after it, and the name of the innermost function."""


@dataclass(frozen=True, slots=True)
class InlinedCalls:
    """The innermost functions of a file's code.

    Attributes:
        parts: Number of a section → its parts, disjoint, in order.
        missing: The files that would have more, and are not there.
    """

    parts: dict[int, tuple[FunctionPart, ...]]
    missing: tuple[str, ...]


def needs_entries(elf: Elf) -> bool:
    """Whether entries have to be read one by one: in object files, where units are elsewhere, where sections
    are packed with zstd, and where code lies at addresses that removed functions have as well.

    Raises:
        ElfError: A section of debug information cannot be unpacked.
    """
    if check_claims(elf) or elf.kind == ElfKind.RELOCATABLE:
        return True
    if any(section.executable and section.address < _LOW for section in elf.allocated()):
        return True
    return any(unit.rest is not None for unit in compile_units(elf, DebugSections(elf)))


def read_inlined_calls(elf: Elf) -> InlinedCalls:
    """Read which function each part of the code was written in.

    Raises:
        LinesError: The debug information cannot be read, or that takes too long.
    """
    try:
        sections = DebugSections(elf)
        units = list(compile_units(elf, sections))
        readers, missing = inlined_readers(elf, sections, units)
        collector = _Collector(elf, sections)
        for reader in readers:
            collector.add(reader)
    except ElfError as error:
        raise LinesError(str(error)) from None
    return InlinedCalls(collector.parts(), tuple(unit.rest or "" for unit in missing))


@dataclass
class _Collector:
    """Collects ranges of functions by section."""

    elf: Elf
    debug: DebugSections
    _found: dict[int, list[tuple[int, int, str]]] = field(default_factory=dict)
    _code: list[Section] = field(default_factory=list)
    _starts: list[int] = field(default_factory=list)
    _live_in: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        code = [section for section in self.elf.allocated() if section.executable]
        self._code = sorted(code, key=lambda section: section.address + self.debug.base(section))
        self._starts = [section.address + self.debug.base(section) for section in self._code]
        self._live = LiveCode(self.elf, self.debug)

    def add(self, reader: InlinedReader) -> None:
        """Adds all that a reader finds."""
        for item in reader.ranges(self._is_live):
            holders = list(self._at(item.start))
            for section in holders:
                if len(holders) == 1 or section.index in self._live_in:
                    base = self.debug.base(section)
                    where = self._found.setdefault(section.index, [])
                    where.append((item.start - base, item.end - base, item.function))

    def parts(self) -> dict[int, tuple[FunctionPart, ...]]:
        """What was found, where the innermost function wins."""
        return {number: tuple(self._innermost(number)) for number in self._found}

    def _innermost(self, number: int) -> Iterator[FunctionPart]:
        section = self.elf.sections[number]
        found = self._found[number]
        claims = [(start, end) for start, end, _ in found]
        for start, end, claim in resolve_overlaps(section.address, section.end, claims):
            if claim != UNCLAIMED:
                yield start, end, found[claim][2]

    def _is_live(self, start: int, end: int) -> bool:
        self._live_in = tuple(s.index for s in self._at(start) if self._live.has(s, start, end))
        return bool(self._live_in)

    def _at(self, address: int) -> Iterator[Section]:
        """The sections that an address lies in; of overlays there are several."""
        number = bisect_right(self._starts, address) - 1
        while number >= 0:
            section, start = self._code[number], self._starts[number]
            if address < start + section.size:
                yield section
            elif start < self._starts[number + 1 if number + 1 < len(self._starts) else number]:
                # Sections that do not overlap end the search.
                return
            number -= 1


def owners_by_entries(byte_map: ByteMap) -> tuple[ByteMap, MissingUnits | None]:
    """A pass: code belongs to the crate of the innermost function that it was inlined from.

    What has no debug information, and what does not come from Rust, keeps its owner.

    Returns:
        The bytes, and what of the debug information is missing.

    Raises:
        LinesError: The debug information cannot be read, or that takes too long.
    """
    calls = read_inlined_calls(byte_map.elf)
    crate_of = cache(_crate)

    def parts_of(section: Section) -> list[CodePart]:
        return [(start, end, crate_of(name)) for start, end, name in calls.parts.get(section.index, ())]

    divided = byte_map.with_ranges(
        byte_range if owner is None else byte_range._replace(owner=owner)
        for byte_range, owner in divide_code(byte_map, parts_of)
    )
    return divided, missing_units(calls.missing)


def _crate(function: str) -> str | None:
    crate = rust_crate(function)
    return None if crate is None else crate.name
