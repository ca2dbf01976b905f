"""Images that take any module: linked once, with the places that a module's size decides on.

A module lies at the end of an image's flash, before the initial values of data. Its size moves those, and
with them a few symbols, a few words of start-up code, and what the file's headers say. An image that was
linked with one module, and a list of these places, is enough to make without a linker the very file that the
linker would have made with another: :func:`put`. Which places they are is found by linking with several
modules and looking at what differs (:func:`prelink`); the result is held against the linker's own files.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from wasmfit.model import Record

MODULE = ".module"
"""The section that a module is in: see link.py."""

_HEADER = struct.Struct("<16sHHIIIIIHHHHHH")
_SEGMENT = struct.Struct("<8I")
_SECTION = struct.Struct("<10I")
_SYMBOL = struct.Struct("<IIIBBH")
_WORD = struct.Struct("<I")
_LOAD, _ALLOC = 1, 2
_NULL, _SYMTAB, _NOBITS = 0, 2, 8
_AUIPC, _LUI, _ADDI = 0x17, 0x37, 0x13
_MASK = 0xFFFF_FFFF


class PrelinkError(Exception):
    """An image depends on the module in a way that is not known."""


class Place(Record):
    """A place in the file whose value a module's size decides on.

    Attributes:
        at: Its offset in the file that was linked.
        kind: A word, or the two instructions with which RISC-V loads an address.
        term: What it moves with: see :meth:`Layout.terms`.
        addend: What is added to that.
    """

    at: int
    kind: Literal["word", "pair"]
    term: str
    addend: int


class MapPlace(Record):
    """A line of the link map that a module's size decides on.

    Attributes:
        line: Its number, from 0.
        address: The term of its address, with what is added; ``None`` where it stays.
        size: The term of its size, likewise.
    """

    line: int
    address: tuple[str, int] | None = None
    size: tuple[str, int] | None = None


class Prelinked(Record):
    """What is known of an image besides its bytes.

    Attributes:
        moved: Sections after the module whose address moves, by number.
        places: Places outside headers.
        lines: Lines of its map.
    """

    moved: tuple[int, ...]
    places: tuple[Place, ...]
    lines: tuple[MapPlace, ...] = ()


@dataclass(frozen=True)
class _Section:
    name: int
    type: int
    flags: int
    address: int
    offset: int
    size: int
    link: int
    info: int
    alignment: int
    entry: int

    @property
    def fields(self) -> tuple[int, ...]:
        return (
            self.name,
            self.type,
            self.flags,
            self.address,
            self.offset,
            self.size,
            self.link,
            self.info,
            self.alignment,
            self.entry,
        )


class Layout:
    """An image's headers.

    Raises:
        PrelinkError: It is no 32-bit little-endian ELF file with a module in it.
    """

    def __init__(self, data: bytes) -> None:
        if len(data) < _HEADER.size or data[:6] != b"\x7fELF\x01\x01":
            raise PrelinkError("it is no 32-bit little-endian ELF file")
        self.data = data
        self.header = _HEADER.unpack_from(data)
        segments_at, sections_at, segments, sections, names = (self.header[i] for i in (5, 6, 10, 12, 13))
        self.segments: list[list[int]] = [
            list(_SEGMENT.unpack_from(data, segments_at + n * _SEGMENT.size)) for n in range(segments)
        ]
        self.sections = [
            _Section(*_SECTION.unpack_from(data, sections_at + n * _SECTION.size)) for n in range(sections)
        ]
        strings = self.sections[names].offset
        self.names = [
            data[strings + one.name : data.index(b"\0", strings + one.name)].decode("ascii", "replace")
            for one in self.sections
        ]
        if MODULE not in self.names:
            raise PrelinkError(f"it has no section {MODULE}")
        self.module = self.names.index(MODULE)

    def segment_of(self, section: _Section) -> list[int] | None:
        """The loaded segment that a section with bytes is in."""
        if not section.flags & _ALLOC or not section.size:
            return None
        for segment in self.segments:
            kind, _, address, _, _, size, _, _ = segment
            if (
                kind == _LOAD
                and address <= section.address
                and section.address + section.size <= address + size
            ):
                return segment
        return None

    def loads(self) -> Iterator[int]:
        """Sections after the module whose bytes are stored elsewhere than they are used."""
        for number, section in enumerate(self.sections[self.module + 1 :], start=self.module + 1):
            segment = self.segment_of(section)
            if segment is not None and section.type != _NOBITS and segment[2] != segment[3]:
                yield number

    def terms(self, size: int, moved: Sequence[int]) -> dict[str, int]:
        """What moves with the module's size: name → value.

        ``size`` itself; ``end``, the address after the module; ``SECTION``, the address at which a section
        after it is stored; ``used``, the address after all that is in flash.
        """
        end = self.sections[self.module].address + size
        terms, place = {"size": size, "end": end}, end
        for number in sorted({*moved, *self.loads()}):
            section = self.sections[number]
            place = _up(place, section.alignment)
            terms[self.names[number]] = place
            place += section.size
        terms["used"] = place
        return terms


def _up(value: int, alignment: int) -> int:
    return value if alignment <= 1 else -(-value // alignment) * alignment


def put(linked: bytes, known: Prelinked, job: bytes) -> bytes:
    """The image with another job.

    Args:
        linked: The image, linked with some job.
        known: What is known of it.
        job: The job.

    Raises:
        PrelinkError: The image is damaged.
    """
    layout = Layout(linked)
    terms = layout.terms(len(job), known.moved)
    body = bytearray(linked)
    for place in known.places:
        _write(body, place, (terms[place.term] + place.addend) & _MASK)
    return _laid_out(layout, bytes(body), terms, known, job)


def _laid_out(layout: Layout, body: bytes, terms: Mapping[str, int], known: Prelinked, job: bytes) -> bytes:
    """The file with the job in it, and its headers as lld writes them (``ELF/Writer.cpp``)."""
    sections: list[_Section] = []
    segments = [list(segment) for segment in layout.segments]
    loads = set(layout.loads())
    made = bytearray(body[: layout.sections[layout.module].offset])
    end = 0
    for number, old in enumerate(layout.sections):
        is_module, stored = number == layout.module, old.type not in (_NULL, _NOBITS)
        moved = {"address": terms[layout.names[number]]} if number in known.moved else {}
        new = replace(old, size=len(job) if is_module else old.size, **moved)
        if number > layout.module:
            new = replace(new, offset=_offset(layout, old, new, end))
        if (index := _begun(layout, old)) is not None:
            segments[index][1] = new.offset
            if number in loads:
                segments[index][3] = terms[layout.names[number]]
            if is_module:
                segments[index][4] = segments[index][5] = new.size
        if stored and number >= layout.module:
            made += bytes(new.offset - len(made))
            made += job if is_module else body[old.offset : old.offset + old.size]
        end = new.offset + (new.size if stored else 0)
        sections.append(new)
    _follow(segments, layout.sections, sections)
    table = _up(len(made), _WORD.size)
    made += bytes(table - len(made))
    made += b"".join(_SECTION.pack(*section.fields) for section in sections)
    header = list(layout.header)
    header[6] = table
    _HEADER.pack_into(made, 0, *header)
    for number, segment in enumerate(segments):
        _SEGMENT.pack_into(made, header[5] + number * _SEGMENT.size, *segment)
    return bytes(made)


def _offset(layout: Layout, old: _Section, new: _Section, end: int) -> int:
    """Where a section after the module is put in the file, whose sections before it end at ``end``."""
    index = _begun(layout, old)
    if index is not None:
        alignment = max(layout.segments[index][7], 1)
        return end + (new.address - end) % alignment
    return end if old.type == _NOBITS else _up(end, old.alignment)


def _begun(layout: Layout, section: _Section) -> int | None:
    """The number of the loaded segment that begins with a section."""
    segment = layout.segment_of(section)
    return None if segment is None or segment[2] != section.address else layout.segments.index(segment)


def _follow(segments: Sequence[list[int]], old: Sequence[_Section], new: Sequence[_Section]) -> None:
    """Moves segments of sections that are not loaded, such as RISC-V's attributes, with them."""
    for segment in segments:
        if segment[0] != _LOAD and segment[4]:
            segment[1] = next(
                after.offset
                for before, after in zip(old, new, strict=True)
                if (before.offset, before.size) == (segment[1], segment[4])
            )


def _write(body: bytearray, place: Place, value: int) -> None:
    if place.kind == "word":
        _WORD.pack_into(body, place.at, value)
        return
    high, low = _WORD.unpack_from(body, place.at)[0], _WORD.unpack_from(body, place.at + 4)[0]
    _WORD.pack_into(body, place.at, (high & 0xFFF) | ((value + 0x800) & 0xFFFF_F000))
    _WORD.pack_into(body, place.at + 4, (low & 0xF_FFFF) | ((value & 0xFFF) << 20))


def _read(body: bytes, at: int, kind: str) -> int | None:
    """The value at a place; ``None`` where there is no such place."""
    if at < 0 or at + (4 if kind == "word" else 8) > len(body):
        return None
    (first,) = _WORD.unpack_from(body, at)
    if kind == "word":
        return int(first)
    (second,) = _WORD.unpack_from(body, at + 4)
    register = first >> 7 & 0x1F
    if first & 0x7F not in (_AUIPC, _LUI) or second & 0x7F != _ADDI or second >> 15 & 0x1F != register:
        return None
    low = second >> 20
    return int((first & 0xFFFF_F000) + low - (low & 0x800) * 2) & _MASK


# ---- finding the places ----


def prelink(linked: Sequence[tuple[bytes, bytes]], maps: Sequence[str] = ()) -> Prelinked:
    """What is known of an image, from what the linker made of it with several jobs.

    Args:
        linked: Image and job, at least three, of sizes that leave different remainders and are pages apart.
        maps: Reduced link maps of the same (:func:`reduced`).

    Raises:
        PrelinkError: It depends on the module in another way than is known: it cannot be used.
    """
    layouts = [Layout(image) for image, _ in linked]
    first = layouts[0]
    if any(one.names != first.names or len(one.segments) != len(first.segments) for one in layouts):
        raise PrelinkError("the linker makes other sections of it")
    moved = tuple(
        number
        for number in range(len(first.sections))
        if len({one.sections[number].address for one in layouts}) > 1
    )
    terms = [layout.terms(len(job), moved) for layout, (_, job) in zip(layouts, linked, strict=True)]
    places = [*_symbols(layouts, terms), *_contents(layouts, terms, moved)]
    known = Prelinked(moved=moved, places=tuple(places), lines=tuple(_lines(maps, terms)))
    for image, job in linked:
        if put(first.data, known, job) != image:
            raise PrelinkError("the linker lays it out in another way")
    return known


def _symbols(layouts: Sequence[Layout], terms: Sequence[Mapping[str, int]]) -> Iterator[Place]:
    tables = [next((one for one in layout.sections if one.type == _SYMTAB), None) for layout in layouts]
    first = tables[0]
    if first is None or any(table is None or table.size != first.size for table in tables):
        raise PrelinkError("the linker makes other symbols of it")
    for number in range(first.size // _SYMBOL.size):
        found = [
            _SYMBOL.unpack_from(layout.data, table.offset + number * _SYMBOL.size)
            for layout, table in zip(layouts, tables, strict=True)
            if table is not None
        ]
        values = [one[1] for one in found]
        if len(set(values)) > 1:
            term, addend = _fitting(values, terms, "a symbol")
            yield Place(at=first.offset + number * _SYMBOL.size + 4, kind="word", term=term, addend=addend)


def _contents(
    layouts: Sequence[Layout], terms: Sequence[Mapping[str, int]], moved: Sequence[int]
) -> Iterator[Place]:
    first = layouts[0]
    for number, section in enumerate(first.sections):
        if number in (0, first.module) or section.type in (_SYMTAB, _NOBITS) or number in moved:
            continue
        parts = [
            one.data[one.sections[number].offset : one.sections[number].offset + section.size]
            for one in layouts
        ]
        done = -1
        for index in _differing(parts):
            if index <= done:
                continue
            kind, at, values = _word_at(parts, index, first.names[number])
            term, addend = _fitting(values, terms, f"{first.names[number]} at {at:#x}")
            done = at + (3 if kind == "word" else 7)
            yield Place(at=section.offset + at, kind=kind, term=term, addend=addend)


def _differing(parts: Sequence[bytes]) -> Iterator[int]:
    first = parts[0]
    for other in parts[1:]:
        if len(other) != len(first):
            raise PrelinkError("a section has another size")
    if all(other == first for other in parts[1:]):
        return
    for index, byte in enumerate(first):
        if any(other[index] != byte for other in parts[1:]):
            yield index


def _word_at(
    parts: Sequence[bytes], index: int, where: str
) -> tuple[Literal["word", "pair"], int, list[int]]:
    """What the first byte that differs belongs to."""
    for back in range(8):
        if (index - back) % 2 == 0:
            values = [_read(part, index - back, "pair") for part in parts]
            if all(value is not None for value in values):
                return "pair", index - back, [value for value in values if value is not None]
    at = index - index % 4
    values = [_read(part, at, "word") for part in parts]
    if any(value is None for value in values):
        raise PrelinkError(f"{where} at {index:#x} depends on the module")
    return "word", at, [value for value in values if value is not None]


def _fitting(values: Sequence[int], terms: Sequence[Mapping[str, int]], what: str) -> tuple[str, int]:
    """The term that values move with, and what is added to it."""
    for name in terms[0]:
        addends = {(value - known[name]) & _MASK for value, known in zip(values, terms, strict=True)}
        if len(addends) == 1:
            addend = addends.pop()
            return name, addend - (1 << 32) if addend >> 31 else addend
    raise PrelinkError(f"{what} depends on the module in a way that is not known")


# ---- the link map ----


def reduced(text: str) -> str:
    """What accounting reads of lld's map: sections and what they were made of, by file and folder."""
    lines = text.split("\n")
    kept = [lines[0]]
    for line in lines[1:]:
        fields = line[:_COLUMNS]
        rest = line[_COLUMNS:]
        if not line.strip() or rest.startswith(" " * 16):
            continue
        indent = " " * (len(rest) - len(rest.lstrip(" ")))
        path, separator, section = rest.strip().rpartition(":(")
        if separator and indent:
            archive, bracket, member = path.partition("(")
            parts = archive.split("/")
            path = "/".join(parts[-1:] if bracket else parts[-2:]) + bracket + member
        kept.append(f"{fields}{indent}{path}{separator}{section}" if separator else line)
    return "\n".join([*kept, ""])


_COLUMNS = 33
"""Characters of a line before its name: two addresses, a size, an alignment, and blanks between."""


def _row(line: str) -> tuple[int, int]:
    return int(line[:8], 16), int(line[18:26], 16)


def _lines(maps: Sequence[str], terms: Sequence[Mapping[str, int]]) -> Iterator[MapPlace]:
    texts = [text.split("\n") for text in maps]
    for number, lines in enumerate(zip(*texts, strict=True)):
        if len(set(lines)) == 1:
            continue
        rows = [_row(line) for line in lines]
        columns = []
        for column in (0, 1):
            values = [row[column] for row in rows]
            columns.append(
                None if len(set(values)) == 1 else _fitting(values, terms, f"line {number + 1} of its map")
            )
        yield MapPlace(line=number, address=columns[0], size=columns[1])


def put_map(text: str, known: Prelinked, terms: Mapping[str, int]) -> str:
    """The reduced map of an image with another job; load addresses are left out, which nothing reads."""
    lines = text.split("\n")
    for place in known.lines:
        line = lines[place.line]
        address, size = _row(line)
        if place.address is not None:
            address = terms[place.address[0]] + place.address[1]
        if place.size is not None:
            size = terms[place.size[0]] + place.size[1]
        lines[place.line] = f"{address:8x} {address:8x} {size:8x}{line[26:]}"
    return "\n".join(lines)
