"""Debug information in other files: next to objects (``.dwo``), or packed in one (``.dwp``).

A file with it has skeletons of its units, with line tables and addresses. All else, and so what was inlined
where, is in the file that a skeleton names, or in one package for all.
"""

import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from wasmfit.elf.dwarf.address_ranges import RangeSource
from wasmfit.elf.dwarf.headers import UnitHeader, unit_headers
from wasmfit.elf.dwarf.inlined import EntrySource, EntryUnit, InlinedReader
from wasmfit.elf.dwarf.sections import DebugSections
from wasmfit.elf.dwarf.units import HEADERS, LIST_HEADERS, CompileUnit
from wasmfit.elf.errors import ElfError
from wasmfit.elf.read import read_elf
from wasmfit.elf.records import Elf

_INFO, _ABBREVIATIONS, _TEXT_OFFSETS, _LISTS = 1, 3, 6, 8


def inlined_readers(
    elf: Elf, sections: DebugSections, units: Sequence[CompileUnit]
) -> tuple[list[InlinedReader], list[CompileUnit]]:
    """What reads the entries of a file's units, and those whose rest is missing.

    Args:
        elf: The file.
        sections: Its debug information.
        units: Its units.

    Raises:
        ElfError: A section of the file itself cannot be unpacked.
    """
    whole = [EntryUnit(u.header, own_ranges(elf, sections, u), u.text_base, u.header.abbreviations)
             for u in units if u.rest is None]  # fmt: skip
    readers = [InlinedReader(_source(sections, "", big_endian=elf.big_endian), whole)] if whole else []
    split = [unit for unit in units if unit.rest is not None]
    missing = []
    package = _Package.next_to(elf) if split else None
    for unit in split:
        reader = None
        with suppress(ElfError):
            reader = (package and package.reader(elf, sections, unit)) or _in_file(elf, sections, unit)
        if reader is None:
            missing.append(unit)
        else:
            readers.append(reader)
    return readers, missing


def missing_rests(elf: Elf, units: Sequence[CompileUnit]) -> list[CompileUnit]:
    """The units whose rest is neither where it was made nor next to the file."""
    split = [unit for unit in units if unit.rest is not None]
    package = _Package.next_to(elf) if split else None
    return [
        unit
        for unit in split
        if (package is None or not package.has(unit)) and not any(p.is_file() for p in _paths(elf, unit))
    ]


def _source(sections: DebugSections, suffix: str, *, big_endian: bool) -> EntrySource:
    names = (".debug_info", ".debug_abbrev", ".debug_str", ".debug_line_str", ".debug_str_offsets")
    info, abbreviations, texts, line_texts, offsets = (sections.get(name + suffix) for name in names)
    return EntrySource(info, abbreviations, texts, line_texts, offsets, big_endian)


def own_ranges(elf: Elf, sections: DebugSections, unit: CompileUnit) -> RangeSource:
    """What the ranges of a unit are read from that is in the file as a whole."""
    modern = unit.header.sizes.version >= 5
    return RangeSource(
        unit.header.sizes,
        elf.big_endian,
        unit.low,
        sections.get(".debug_addr"),
        unit.address_base,
        sections.get(".debug_rnglists" if modern else ".debug_ranges"),
        unit.ranges_base if modern else 0,
    )


def _split_ranges(
    elf: Elf, sections: DebugSections, rest: DebugSections, unit: CompileUnit, list_base: int
) -> RangeSource:
    """The same of a unit whose rest is elsewhere, and its lists of ranges with it or counted from here."""
    own = own_ranges(elf, sections, unit)
    if unit.header.sizes.version >= 5:
        return replace(own, lists=rest.get(".debug_rnglists.dwo"), list_base=list_base)
    return replace(own, list_base=unit.ranges_base)


def _in_file(elf: Elf, sections: DebugSections, unit: CompileUnit) -> InlinedReader | None:
    """Reads a unit's rest in the file of its name: where it was made, or next to the image."""
    for path in _paths(elf, unit):
        if not path.is_file():
            continue
        rest_elf = read_elf(path)
        rest = DebugSections(rest_elf)
        source = _source(rest, ".dwo", big_endian=elf.big_endian)
        for header in unit_headers(source.info, big_endian=elf.big_endian):
            # DWARF 4 has the identity in an attribute: there the file's first unit is it.
            if header.identity in (None, unit.identity) and header.sizes.version == unit.header.sizes.version:
                modern = header.sizes.version >= 5
                lists = LIST_HEADERS[header.sizes.offset] if modern else 0
                ranges = _split_ranges(elf, sections, rest, unit, lists)
                texts = HEADERS[header.sizes.offset] if modern else 0
                return InlinedReader(source, [EntryUnit(header, ranges, texts, header.abbreviations)])
    return None


def _paths(elf: Elf, unit: CompileUnit) -> Iterator[Path]:
    folder, name = Path(elf.path).parent, unit.rest or ""
    if "\0" in name or "\0" in unit.folder:
        return
    yield Path(unit.folder) / name
    yield folder / name
    yield folder / Path(name).name


class _Package:
    """A file with the rests of many units, and its index."""

    def __init__(self, elf: Elf) -> None:
        self._sections = DebugSections(elf)
        self._big_endian = elf.big_endian
        self._rows = dict(self._read_index())
        self._source = _source(self._sections, ".dwo", big_endian=elf.big_endian)

    @classmethod
    def next_to(cls, elf: Elf) -> "_Package | None":
        """The package of a file, called like it with ``.dwp`` after its name or for its suffix."""
        path = Path(elf.path)
        for candidate in (path.with_name(f"{path.name}.dwp"), path.with_suffix(".dwp")):
            if candidate.is_file() and candidate != path:
                with suppress(ElfError):
                    return cls(read_elf(candidate))
        return None

    def has(self, unit: CompileUnit) -> bool:
        """Whether it has a unit's rest."""
        return unit.identity in self._rows

    def reader(self, elf: Elf, sections: DebugSections, unit: CompileUnit) -> InlinedReader | None:
        """Reads a unit's rest; None if it is not in the package."""
        row = self._rows.get(unit.identity or 0)
        header = None if row is None else self._header(row.get(_INFO, 0))
        if row is None or header is None:
            return None
        modern = header.sizes.version >= 5
        lists = row.get(_LISTS, 0) + LIST_HEADERS[header.sizes.offset] if modern else 0
        texts = row.get(_TEXT_OFFSETS, 0) + (HEADERS[header.sizes.offset] if modern else 0)
        ranges = _split_ranges(elf, sections, self._sections, unit, lists)
        abbreviations = row.get(_ABBREVIATIONS, 0) + header.abbreviations
        return InlinedReader(self._source, [EntryUnit(header, ranges, texts, abbreviations)])

    def _header(self, at: int) -> UnitHeader | None:
        return next(unit_headers(self._source.info, big_endian=self._big_endian, at=at), None)

    def _read_index(self) -> Iterator[tuple[int, dict[int, int]]]:
        """Identity → kind of section → offset of the unit's part of it."""
        data = self._sections.get(".debug_cu_index")
        order = ">" if self._big_endian else "<"
        if len(data) < 16:
            return
        columns, units, slots = struct.unpack_from(f"{order}III", data, 4)
        kinds_at = 16 + slots * 12
        offsets_at = kinds_at + columns * 4
        if offsets_at + units * columns * 4 > len(data):
            return
        kinds = struct.unpack_from(f"{order}{columns}I", data, kinds_at)
        identities = struct.unpack_from(f"{order}{slots}Q", data, 16)
        numbers = struct.unpack_from(f"{order}{slots}I", data, 16 + slots * 8)
        for identity, number in zip(identities, numbers, strict=True):
            if 0 < number <= units:
                row = struct.unpack_from(f"{order}{columns}I", data, offsets_at + (number - 1) * columns * 4)
                yield identity, dict(zip(kinds, row, strict=True))
