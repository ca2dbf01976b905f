"""The compile units of a file: where each was compiled, and whether its rest is in another file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from wasmfit.elf.dwarf.cursor import DamagedError, DwarfCursor, text_at
from wasmfit.elf.dwarf.forms import (
    ADDRESS,
    FIXED_SIZES,
    IMPLICIT,
    INDEXED_ADDRESSES,
    INDEXED_TEXTS,
    LIST_BY_NUMBER,
    TEXT,
    UnitSizes,
    read_number,
    skip_value,
)
from wasmfit.elf.dwarf.headers import UnitHeader, unit_headers
from wasmfit.elf.dwarf.sections import DebugSections
from wasmfit.elf.records import Elf

_NAME, _COMP_DIR, _STMT_LIST, _STR_OFFSETS_BASE = 0x03, 0x1B, 0x10, 0x72
_LOW_PC, _HIGH_PC, _RANGES = 0x11, 0x12, 0x55
_DWO_NAMES = (0x76, 0x2130)
_DWO_ID = 0x2131
_ADDRESS_BASES = (0x73, 0x2133)
_RANGES_BASES = (0x74, 0x2132)
_WANTED = frozenset(
    {_NAME, _COMP_DIR, _STMT_LIST, _STR_OFFSETS_BASE, _LOW_PC, _HIGH_PC, _RANGES, _DWO_ID}
    | {*_RANGES_BASES, *_DWO_NAMES, *_ADDRESS_BASES}
)


_NUMBER = rb"[\x80-\xff]{0,9}+[\x00-\x7f]"
# Pairs of attribute and form, of which implicit constants have a number more, up to two zeros.
_ATTRIBUTES = re.compile(
    rb"(?:(?!\x00\x00)%b(?:\x21%b|(?!\x21)%b))*+\x00\x00" % (_NUMBER, _NUMBER, _NUMBER), re.DOTALL
)

HEADERS = {4: 8, 8: 16}
"""Bytes before addresses, and before offsets of texts, by the length of an offset (DWARF 5)."""
LIST_HEADERS = {4: 12, 8: 20}
"""The same before lists of ranges."""


@dataclass(frozen=True, slots=True)
class CompileUnit:
    """A compile unit.

    Attributes:
        header: Where it is.
        folder: The folder that the compiler ran in; empty where that is not recorded.
        lines: Offset of its line table; None without one.
        rest: The file that has its rest, if that is another one (``.dwo``).
        identity: What it has in common with that; None without.
        address_base: Where its addresses begin in ``.debug_addr``.
        ranges_base: Where its lists of ranges begin in ``.debug_rnglists``, or those of its rest in
            ``.debug_ranges`` (GNU's extension of DWARF 4).
        text_base: Where its texts by number begin in ``.debug_str_offsets``.
        low: The address that its ranges count from.
        name: Its source file, or codegen unit, as the compiler recorded it; empty where it did not.
        high: The first address after its code; None if that is in several ranges, or not recorded.
        list: Its list of ranges, and whether that is a number instead of an offset; None without.
    """

    header: UnitHeader
    folder: str
    lines: int | None
    rest: str | None
    identity: int | None
    address_base: int
    ranges_base: int
    text_base: int
    low: int
    name: str = ""
    high: int | None = None
    list: tuple[int, bool] | None = None


def compile_units(elf: Elf, sections: DebugSections) -> Iterator[CompileUnit]:
    """The compile units, in the file's order; those that are damaged end it.

    Raises:
        ElfError: A section cannot be unpacked.
    """
    info, abbreviations = sections.get(".debug_info"), sections.get(".debug_abbrev")
    for header in unit_headers(info, big_endian=elf.big_endian):
        try:
            cursor = DwarfCursor(info, header.first, header.end, big_endian=elf.big_endian)
            yield _unit(cursor, abbreviations, header, sections)
        except DamagedError:
            return


def _unit(
    cursor: DwarfCursor, abbreviations: bytes, header: UnitHeader, sections: DebugSections
) -> CompileUnit:
    code = cursor.leb()
    values: dict[int, tuple[int, int]] = {}
    for attribute, form in _specification(abbreviations, header.abbreviations, code):
        start = cursor.at
        skip_value(cursor, form, header.sizes)
        if attribute in _WANTED:
            values[attribute] = form, start
    reader = _Values(cursor, values, header.sizes, sections)
    rest = next((reader.text(name) for name in _DWO_NAMES if name in values), None)
    identity = reader.number(_DWO_ID) if header.identity is None else header.identity
    modern = header.sizes.version >= 5
    base = reader.first(_ADDRESS_BASES, HEADERS[header.sizes.offset] if modern else 0)
    low = reader.number(_LOW_PC) or 0
    if _LOW_PC in values and values[_LOW_PC][0] in INDEXED_ADDRESSES:
        low = indexed_address(sections, base, low, header.sizes, big_endian=cursor.big_endian)
    high = None
    if _LOW_PC in values and _HIGH_PC in values:
        high = reader.number(_HIGH_PC) or 0
        form = values[_HIGH_PC][0]
        if form in INDEXED_ADDRESSES:
            high = indexed_address(sections, base, high, header.sizes, big_endian=cursor.big_endian)
        elif form != ADDRESS:
            high += low
    place = reader.number(_RANGES)
    return CompileUnit(
        header,
        reader.text(_COMP_DIR),
        reader.number(_STMT_LIST),
        rest,
        identity,
        base,
        reader.first(_RANGES_BASES, LIST_HEADERS[header.sizes.offset] if modern else 0),
        reader.first((_STR_OFFSETS_BASE,), HEADERS[header.sizes.offset] if modern else 0),
        low,
        reader.text(_NAME),
        high,
        None if place is None else (place, values[_RANGES][0] == LIST_BY_NUMBER),
    )


def indexed_address(
    sections: DebugSections, base: int, number: int, sizes: UnitSizes, *, big_endian: bool
) -> int:
    """An address by its number in ``.debug_addr``.

    Raises:
        DamagedError: There is none of that number.
    """
    addresses = sections.get(".debug_addr")
    at = base + number * sizes.address
    return DwarfCursor(addresses, at, len(addresses), big_endian=big_endian).number(sizes.address)


def _specification(table: bytes, at: int, wanted: int) -> Iterator[tuple[int, int]]:
    """The attributes and forms of an abbreviation."""
    cursor = DwarfCursor(table, at, len(table), big_endian=False)
    while (code := cursor.leb()) != 0:
        cursor.leb()
        cursor.bytes(1)
        if code != wanted and (others := _ATTRIBUTES.match(table, cursor.at)):
            cursor.at = others.end()  # a unit's own abbreviation may be the last of hundreds
            continue
        while True:
            attribute, form = cursor.leb(), cursor.leb()
            if form == IMPLICIT:
                cursor.skip_leb()
            if attribute == form == 0:
                break
            if code == wanted:
                yield attribute, form
        if code == wanted:
            return


@dataclass(frozen=True, slots=True)
class _Values:
    """Values of a unit's attributes."""

    cursor: DwarfCursor
    values: dict[int, tuple[int, int]]
    sizes: UnitSizes
    sections: DebugSections

    def number(self, attribute: int) -> int | None:
        if attribute not in self.values:
            return None
        form, self.cursor.at = self.values[attribute]
        return read_number(self.cursor, form, self.sizes)

    def first(self, attributes: tuple[int, ...], otherwise: int) -> int:
        found = next((self.number(attribute) for attribute in attributes if attribute in self.values), None)
        return otherwise if found is None else found

    def text(self, attribute: int) -> str:
        if attribute not in self.values:
            return ""
        form, self.cursor.at = self.values[attribute]
        at = self.cursor.at
        base = self.number(_STR_OFFSETS_BASE)
        self.cursor.at = at
        return read_text(self.cursor, form, self.sizes, self.sections, 8 if base is None else base)


def read_text(
    cursor: DwarfCursor, form: int, sizes: UnitSizes, sections: DebugSections, text_base: int
) -> str:
    """The text that a value is; empty for a value of another kind.

    Args:
        cursor: Where the value stands.
        form: Its form.
        sizes: What the unit's values depend on.
        sections: The debug information.
        text_base: Where the unit's texts by number begin in ``.debug_str_offsets``.

    Raises:
        DamagedError: It ends early.
    """
    if form == TEXT:
        return cursor.text()
    if form in (0x0E, 0x1F):
        name = ".debug_str" if form == 0x0E else ".debug_line_str"
        return text_at(sections.get(name), cursor.number(sizes.offset))
    if form in INDEXED_TEXTS:
        size = FIXED_SIZES.get(form)
        number = cursor.leb() if size is None else cursor.number(size)
        offsets = sections.get(".debug_str_offsets")
        place = DwarfCursor(
            offsets, text_base + number * sizes.offset, len(offsets), big_endian=cursor.big_endian
        )
        return text_at(sections.get(".debug_str"), place.number(sizes.offset))
    return ""
