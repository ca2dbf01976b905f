"""The compile units of a file: where each was compiled, and whether its rest is in another file."""

from collections.abc import Iterator
from dataclasses import dataclass

from wasmfit.elf.dwarf.cursor import DamagedError, DwarfCursor, text_at
from wasmfit.elf.dwarf.sections import DebugSections
from wasmfit.elf.records import Elf

_COMP_DIR, _STMT_LIST, _STR_OFFSETS_BASE = 0x1B, 0x10, 0x72
_DWO_NAMES = (0x76, 0x2130)
_SKELETON, _TYPES = (4, 5), (2, 6)
_FIXED = {
    0x0B: 1, 0x05: 2, 0x06: 4, 0x07: 8, 0x1E: 16, 0x0C: 1, 0x11: 1, 0x12: 2, 0x13: 4, 0x14: 8, 0x20: 8,
    0x25: 1, 0x26: 2, 0x27: 3, 0x28: 4, 0x29: 1, 0x2A: 2, 0x2B: 3, 0x2C: 4, 0x1C: 4, 0x24: 8,
    0x19: 0, 0x21: 0,
}  # fmt: skip
_OFFSETS = frozenset({0x0E, 0x17, 0x1F, 0x1D, 0x10, 0x1F20, 0x1F21})
_LEBS = frozenset({0x0D, 0x0F, 0x15, 0x1A, 0x1B, 0x22, 0x23, 0x1F01, 0x1F02})
_IMPLICIT = 0x21


@dataclass(frozen=True, slots=True)
class CompileUnit:
    """A compile unit.

    Attributes:
        folder: The folder that the compiler ran in; empty where that is not recorded.
        lines: Offset of its line table; None without one.
        rest: The file that has its rest, if that is another one (``.dwo``).
    """

    folder: str
    lines: int | None
    rest: str | None


def compile_units(elf: Elf, sections: DebugSections) -> Iterator[CompileUnit]:
    """The compile units, in the file's order; those that are damaged end it.

    Raises:
        ElfError: A section cannot be unpacked.
    """
    info, abbreviations = sections.get(".debug_info"), sections.get(".debug_abbrev")
    at = 0
    while at < len(info):
        try:
            cursor = DwarfCursor(info, at, len(info), big_endian=elf.big_endian)
            length, width = cursor.length()
            end = cursor.at + length
            version = cursor.number(2)
            kind = cursor.number(1) if version >= 5 else 0
            if version >= 5:
                address = cursor.number(1)
                table = cursor.number(width)
                cursor.bytes(8 if kind in _SKELETON else 8 + width if kind in _TYPES else 0)
            else:
                table = cursor.number(width)
                address = cursor.number(1)
            cursor.end = min(end, len(info))
            if version in (2, 3, 4, 5):
                yield _unit(cursor, abbreviations, table, _Sizes(version, width, address), sections)
        except DamagedError:
            return
        at = end


@dataclass(frozen=True, slots=True)
class _Sizes:
    version: int
    offset: int
    address: int


def _unit(
    cursor: DwarfCursor, abbreviations: bytes, table: int, sizes: _Sizes, sections: DebugSections
) -> CompileUnit:
    code = cursor.leb()
    values: dict[int, tuple[int, int]] = {}
    for attribute, form in _specification(abbreviations, table, code):
        wanted = attribute in (_COMP_DIR, _STMT_LIST, _STR_OFFSETS_BASE, *_DWO_NAMES)
        start = cursor.at
        _skip(cursor, form, sizes)
        if wanted:
            values[attribute] = form, start
    reader = _Values(cursor, values, sizes, sections)
    rest = next((reader.text(name) for name in _DWO_NAMES if name in values), None)
    return CompileUnit(reader.text(_COMP_DIR), reader.offset(_STMT_LIST), rest)


def _specification(table: bytes, at: int, wanted: int) -> Iterator[tuple[int, int]]:
    """The attributes and forms of an abbreviation."""
    cursor = DwarfCursor(table, at, len(table), big_endian=False)
    while (code := cursor.leb()) != 0:
        cursor.leb()
        cursor.bytes(1)
        while True:
            attribute, form = cursor.leb(), cursor.leb()
            if form == _IMPLICIT:
                cursor.skip_leb()
            if attribute == form == 0:
                break
            if code == wanted:
                yield attribute, form
        if code == wanted:
            return


def _skip(cursor: DwarfCursor, form: int, sizes: _Sizes) -> None:
    """Passes over a value."""
    if form in _FIXED:
        cursor.bytes(_FIXED[form])
    elif form == 0x01:
        cursor.bytes(sizes.address)
    elif form in _OFFSETS:
        cursor.bytes(sizes.address if form == 0x10 and sizes.version == 2 else sizes.offset)
    elif form in _LEBS:
        cursor.skip_leb()
    elif form == 0x08:
        cursor.text()
    elif form in (0x09, 0x18):
        cursor.bytes(cursor.leb())
    elif form in (0x0A, 0x03, 0x04):
        cursor.bytes(cursor.number({0x0A: 1, 0x03: 2, 0x04: 4}[form]))
    elif form == 0x16:
        _skip(cursor, cursor.leb(), sizes)
    else:
        raise DamagedError("Debug information has a form that is not known.", "Build it again.")


@dataclass(frozen=True, slots=True)
class _Values:
    """Values of a unit's attributes."""

    cursor: DwarfCursor
    values: dict[int, tuple[int, int]]
    sizes: _Sizes
    sections: DebugSections

    def offset(self, attribute: int) -> int | None:
        if attribute not in self.values:
            return None
        form, self.cursor.at = self.values[attribute]
        return self.cursor.number(4 if form == 0x06 else 8 if form == 0x07 else self.sizes.offset)

    def text(self, attribute: int) -> str:
        if attribute not in self.values:
            return ""
        form, self.cursor.at = self.values[attribute]
        if form == 0x08:
            return self.cursor.text()
        if form in (0x0E, 0x1F):
            name = ".debug_str" if form == 0x0E else ".debug_line_str"
            return text_at(self.sections.get(name), self.cursor.number(self.sizes.offset))
        if form in (0x1A, 0x1F02, 0x25, 0x26, 0x27, 0x28):
            size = _FIXED.get(form)
            return self._indexed(self.cursor.leb() if size is None else self.cursor.number(size))
        return ""

    def _indexed(self, number: int) -> str:
        base = self.offset(_STR_OFFSETS_BASE)
        offsets = self.sections.get(".debug_str_offsets")
        at = (8 if base is None else base) + number * self.sizes.offset
        place = DwarfCursor(offsets, at, len(offsets), big_endian=False)
        place._order = self.cursor._order
        return text_at(self.sections.get(".debug_str"), place.number(self.sizes.offset))
