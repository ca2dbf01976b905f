"""Which function code was written in, also where it was inlined into another one: by the entries of units.

It is read here where symbolic cannot: in object files, in files whose rest is elsewhere (``.dwo``, ``.dwp``),
and where functions that the linker removed have the addresses of others (docs/decisions/0250-inlined.md).
"""

import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from wasmfit.elf.dwarf.abbreviations import Abbreviation, Value, read_abbreviations, read_entry
from wasmfit.elf.dwarf.address_ranges import RangeSource
from wasmfit.elf.dwarf.cursor import DamagedError, DwarfCursor, text_at
from wasmfit.elf.dwarf.forms import (
    ADDRESS,
    INDEXED_ADDRESSES,
    INDEXED_TEXTS,
    LIST_BY_NUMBER,
    TEXT,
    UNIT_REFERENCES,
    UnitSizes,
    read_number,
)
from wasmfit.elf.dwarf.headers import UnitHeader
from wasmfit.elf.errors import ElfError

MOST_SECONDS = 60.0
"""Longest time that is spent on entries, in seconds."""

_SUBPROGRAM, _INLINED = 0x2E, 0x1D
_NAME, _LINKAGE_NAMES, _LOW, _HIGH, _RANGES = 0x03, (0x6E, 0x2007), 0x11, 0x12, 0x55
_ORIGINS = (0x31, 0x47)
_FUNCTION = frozenset({_NAME, *_LINKAGE_NAMES, _LOW, _HIGH, _RANGES, *_ORIGINS})
_WANTED = dict.fromkeys((_SUBPROGRAM, _INLINED), _FUNCTION)
_MOST_STEPS = 32  # from an entry to the one that has its name


class InlinedRange(NamedTuple):
    """Code of a function, or of a call of it that was inlined.

    Attributes:
        start: First address.
        end: First address after it.
        function: The function's mangled name, or the name in the source; empty without either.
        outer: Number of the function that has it, in the order of all functions that have code: what is
            inlined has the one of the function it is in.
    """

    start: int
    end: int
    function: str
    outer: int


@dataclass(frozen=True, slots=True)
class EntrySource:
    """Units, and the sections that their entries refer to.

    Attributes:
        info: The section of the units.
        abbreviations: Their abbreviations.
        texts: Texts that they refer to by offset.
        line_texts: The same of line tables.
        text_offsets: Offsets of texts, by number.
        big_endian: The byte order.
    """

    info: bytes
    abbreviations: bytes
    texts: bytes
    line_texts: bytes
    text_offsets: bytes
    big_endian: bool


@dataclass(frozen=True, slots=True)
class EntryUnit:
    """A unit whose entries are read.

    Attributes:
        header: Where it is.
        ranges: What its addresses refer to.
        text_base: Where its offsets of texts begin.
        abbreviations: Offset of its abbreviations, wherever its header says they are.
    """

    header: UnitHeader
    ranges: RangeSource
    text_base: int
    abbreviations: int


_CONSTANT = -1
"""In the place of a form: the value itself follows."""


@dataclass
class InlinedReader:
    """Reads the functions of units.

    Args:
        source: The units' sections.
        units: The units, in order of address.
    """

    source: EntrySource
    units: list[EntryUnit]
    _starts: list[int] = field(default_factory=list)
    _tables: dict[tuple[int, UnitSizes], dict[int, Abbreviation]] = field(default_factory=dict)
    _names: dict[int, str] = field(default_factory=dict)
    _outer: int = -1
    _removed: bool = False
    _deadline: float = 0.0

    def __post_init__(self) -> None:
        self._starts = [unit.header.start for unit in self.units]
        self._deadline = time.monotonic() + MOST_SECONDS

    def ranges(self, is_live: Callable[[int, int], bool]) -> Iterator[InlinedRange]:
        """All code that is known, what is inlined after what it is inlined into; damaged units end early.

        Args:
            is_live: Whether a function with a first address and a first address after it is in the image.

        Raises:
            ElfError: It takes longer than :data:`MOST_SECONDS`.
        """
        for unit in self.units:
            try:
                yield from self._of_unit(unit, is_live)
            except DamagedError:
                continue

    def _of_unit(self, unit: EntryUnit, is_live: Callable[[int, int], bool]) -> Iterator[InlinedRange]:
        if time.monotonic() > self._deadline:
            raise ElfError(
                f"Reading inlined calls took longer than {MOST_SECONDS:g} s.",
                "Build it with less debug information (-g1), or leave --inlined out.",
            )
        table = self._table(unit)
        cursor = DwarfCursor(
            self.source.info, unit.header.first, unit.header.end, big_endian=self.source.big_endian
        )
        depth, hidden = 0, 0  # hidden: the depth from which on a removed function's entries are passed over
        while cursor.at < cursor.end:
            start = cursor.at
            code = cursor.leb()
            if code == 0:
                depth -= 1
                if depth <= 0:
                    return
                hidden = hidden if depth >= hidden else 0
                continue
            abbreviation = table.get(code)
            if abbreviation is None:
                raise DamagedError("Debug information has an entry of unknown shape.", "Build it again.")
            values = read_entry(cursor, abbreviation.steps, unit.header.sizes)
            if values and not hidden:
                yield from self._function(unit, abbreviation, start, values, is_live)
                if self._removed and abbreviation.children:
                    hidden = depth + 1
            depth += abbreviation.children
            if not depth:
                return

    def _function(
        self,
        unit: EntryUnit,
        abbreviation: Abbreviation,
        start: int,
        values: dict[int, Value],
        is_live: Callable[[int, int], bool],
    ) -> Iterator[InlinedRange]:
        """The code of an entry. Sets whether it is a function that was removed."""
        self._removed = False
        ranges = self._code(unit, values)
        if not ranges:
            return
        if abbreviation.tag == _SUBPROGRAM:
            self._outer += 1
            if not is_live(*ranges[0]):
                self._removed = True
                return
        name = self._name(start, values, abbreviation.constants, unit)
        for low, high in ranges:
            yield InlinedRange(low, high, name, self._outer)

    def _code(self, unit: EntryUnit, values: dict[int, Value]) -> list[tuple[int, int]]:
        if _RANGES in values:
            form, at = values[_RANGES]
            number = self._number(unit, form, at)
            return unit.ranges.listed(number, by_number=form == LIST_BY_NUMBER)
        if _LOW not in values or _HIGH not in values:
            return []
        low = self._address(unit, *values[_LOW])
        form, at = values[_HIGH]
        is_address = form == ADDRESS or form in INDEXED_ADDRESSES
        high = self._address(unit, form, at) if is_address else low + self._number(unit, form, at)
        return [(low, high)] if low < high else []

    def _address(self, unit: EntryUnit, form: int, at: int) -> int:
        number = self._number(unit, form, at)
        return unit.ranges.indexed(number) if form in INDEXED_ADDRESSES else number

    def _number(self, unit: EntryUnit, form: int, at: int) -> int:
        return at if form == _CONSTANT else read_number(self._cursor(at, unit), form, unit.header.sizes)

    def _cursor(self, at: int, unit: EntryUnit) -> DwarfCursor:
        return DwarfCursor(self.source.info, at, unit.header.end, big_endian=self.source.big_endian)

    def _name(
        self, start: int, values: dict[int, Value], constants: dict[int, int], unit: EntryUnit, steps: int = 0
    ) -> str:
        """The name of an entry's function, which another entry may have."""
        known = self._names.get(start)
        if known is not None:
            return known
        linkage = next((self._text(unit, *values[name]) for name in _LINKAGE_NAMES if name in values), "")
        plain = self._text(unit, *values[_NAME]) if _NAME in values else ""
        name = linkage
        if not name:
            for origin in _ORIGINS:
                if origin in values or origin in constants:
                    name = self._name_of(self._reference(unit, origin, values, constants), steps + 1)
                    break
        name = name or plain
        self._names[start] = name
        return name

    def _reference(
        self, unit: EntryUnit, origin: int, values: dict[int, Value], constants: dict[int, int]
    ) -> int:
        if origin in constants:
            return unit.header.start + constants[origin]
        form, at = values[origin]
        number = self._number(unit, form, at)
        return number + unit.header.start if form in UNIT_REFERENCES else number

    def _name_of(self, offset: int, steps: int) -> str:
        """The name of the entry at an offset; empty where there is none."""
        number = bisect_right(self._starts, offset) - 1
        if number < 0 or steps > _MOST_STEPS:
            return ""
        unit = self.units[number]
        if not unit.header.first <= offset < unit.header.end:
            return ""
        known = self._names.get(offset)
        if known is not None:
            return known
        cursor = self._cursor(offset, unit)
        abbreviation = self._table(unit).get(cursor.leb())
        if abbreviation is None:
            return ""
        values = read_entry(cursor, abbreviation.steps, unit.header.sizes)
        return self._name(offset, values, abbreviation.constants, unit, steps)

    def _text(self, unit: EntryUnit, form: int, at: int) -> str:
        cursor = self._cursor(at, unit)
        if form == TEXT:
            return cursor.text()
        number = read_number(cursor, form, unit.header.sizes)
        if form in INDEXED_TEXTS:
            offsets = self.source.text_offsets
            place = unit.text_base + number * unit.header.sizes.offset
            reader = DwarfCursor(offsets, place, len(offsets), big_endian=self.source.big_endian)
            return text_at(self.source.texts, reader.number(unit.header.sizes.offset))
        return text_at(self.source.line_texts if form == 0x1F else self.source.texts, number)

    def _table(self, unit: EntryUnit) -> dict[int, Abbreviation]:
        key = unit.abbreviations, unit.header.sizes
        known = self._tables.get(key)
        if known is None:
            known = self._tables[key] = read_abbreviations(
                self.source.abbreviations, unit.abbreviations, unit.header.sizes, _WANTED
            )
        return known
