"""The ledger: every byte of every section that takes memory, in entries that all views add up.

A view groups entries by some of their fields, so each adds up to the section, whatever it groups by. What
learns more about bytes (from debug information, from references) is a :data:`Pass`: it may divide entries and
give the parts another owner, file or kind, and nothing can be lost or counted twice on the way.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from wasmfit.elf.linkmap.records import InputSection, LinkMap
from wasmfit.elf.mapping_symbols import DATA, MappingSymbols
from wasmfit.elf.records import Elf, Section, Symbol
from wasmfit.footprint.attribution.claimed_ranges import section_spans, symbols_by_section
from wasmfit.footprint.attribution.kinds import Kind, kind_of_section
from wasmfit.footprint.attribution.owners import (
    ANONYMOUS_CONSTANTS,
    KIND_OF_OWNER,
    STRINGS,
    ObjectRule,
    Owners,
    SymbolRule,
    is_nameless,
)


class Entry(NamedTuple):
    """Adjacent bytes of a section that have one answer to every question.

    Attributes:
        start: First address.
        end: First address behind it; always greater than ``start``.
        section: The section that it lies in.
        kind: What the bytes are.
        owner: A crate, what a rule of the caller's said, or a name in brackets from
            :mod:`~wasmfit.footprint.attribution.owners`.
        symbol: The symbol that claims it.
        input: The input section that it lies in, when there is a map that knows it.
        file: Its source file; None as long as nobody asked or where nothing tells.
    """

    start: int
    end: int
    section: Section
    kind: Kind
    owner: str
    symbol: Symbol | None
    input: InputSection | None
    file: str | None

    @property
    def size(self) -> int:
        """Length in bytes."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Ledger:
    """Entries that fill the sections of a file that take memory, without gap or overlap.

    Attributes:
        elf: The file.
        entries: In the file's order of sections, and by address in each.

    Raises:
        ValueError: They do not fill the sections.
    """

    elf: Elf
    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        entries = iter(self.entries)
        for section in self.elf.allocated():
            at = section.address
            while at < section.end:
                entry = next(entries, None)
                if entry is None or entry.section is not section or entry.start != at or entry.end <= at:
                    raise ValueError(f"the entries of {section.name} do not go on at {at:#x}")
                at = entry.end
            if at != section.end:
                raise ValueError(f"the entries of {section.name} leave it")
        if next(entries, None) is not None:
            raise ValueError("there are entries of no section")

    @property
    def size(self) -> int:
        """Bytes of all sections that take memory."""
        return sum(section.size for section in self.elf.allocated())

    def with_entries(self, entries: Iterable[Entry]) -> "Ledger":
        """The same file with other entries."""
        return Ledger(self.elf, tuple(entries))


Pass = Callable[[Ledger], Ledger]
"""Something that learns more about the bytes."""

# Text of some length, with the NUL behind it if there is one: C has one, and rustc's text has a symbol. Not
# insisting on the NUL here keeps the search linear.
_TEXT = re.compile(rb"[\t\n\r\x1b\x20-\x7e\x80-\xff]{4,}+\x00?")


def ledger(
    elf: Elf,
    link_map: LinkMap | None = None,
    *,
    owner_of_object: ObjectRule | None = None,
    owner_of_symbol: SymbolRule | None = None,
    last_resort: SymbolRule | None = None,
) -> Ledger:
    """Account for every byte of the sections that take memory.

    Args:
        elf: The file.
        link_map: The linker's map of the same link, which tells the objects of what has no telling symbol.
        owner_of_object: The owner of what comes from an object and has no Rust name; asked with the object's
            path in the map or, without a map, with the name of the ``STT_FILE`` symbol.
        owner_of_symbol: The owner of a symbol without a Rust name; asked before ``owner_of_object``.
        last_resort: The same, asked when nothing else tells.

    Raises:
        LinkMapError: The map is of another link.
    """
    owners = Owners(elf, owner_of_object, owner_of_symbol, last_resort)
    return Ledger(elf, tuple(_entries(elf, link_map, owners)))


def _entries(elf: Elf, link_map: LinkMap | None, owners: Owners) -> Iterator[Entry]:
    symbols = symbols_by_section(elf)
    for section in elf.allocated():
        mapped = None if link_map is None else link_map.find(section.name, section.address, section.size)
        usual = kind_of_section(section)
        for span in section_spans(elf, section, symbols.get(section.index, ()), mapped):
            owner = owners.owner(span, section)
            kind = KIND_OF_OWNER.get(owner, usual)
            entry = Entry(span.start, span.end, section, kind, owner, span.symbol, span.input, None)
            if owner == ANONYMOUS_CONSTANTS and span.input is None and is_nameless(span):
                yield from _text_apart(elf, entry._replace(symbol=None))
            else:
                yield entry


def _text_apart(elf: Elf, entry: Entry) -> Iterator[Entry]:
    """An entry of constants that nothing names, with text in entries of its own."""
    offset = entry.start - entry.section.address
    at = entry.start
    for start, end in _texts(elf.contents(entry.section)[offset : offset + entry.size]):
        if at < entry.start + start:
            yield entry._replace(start=at, end=entry.start + start)
        at = entry.start + end
        yield entry._replace(start=entry.start + start, end=at, kind=Kind.STRINGS, owner=STRINGS)
    if at < entry.end:
        yield entry._replace(start=at)


def _texts(data: memoryview) -> Iterator[tuple[int, int]]:
    """Where strings that end with a NUL lie; adjacent ones as one."""
    first = last = -1
    for match in _TEXT.finditer(data):
        if data[match.end() - 1]:
            continue
        if match.start() != last:
            if first >= 0:
                yield first, last
            first = match.start()
        last = match.end()
    if first >= 0:
        yield first, last


def with_literals(made: Ledger) -> Ledger:
    """A pass: the data in code (literal pools, jump tables) apart from the code, by the mapping symbols.

    It keeps its owner: a function's literals are the function's.
    """
    marks = MappingSymbols(made.elf)
    return made.with_entries(_literals_apart(made, marks))


def _literals_apart(made: Ledger, marks: MappingSymbols) -> Iterator[Entry]:
    for entry in made.entries:
        if entry.kind is not Kind.CODE:
            yield entry
            continue
        parts = marks.split(entry.section.index, entry.start, entry.end)
        for is_data, adjacent in groupby(parts, key=lambda part: part[2] == DATA):
            bounds = list(adjacent)
            kind = Kind.LITERALS if is_data else Kind.CODE
            yield entry._replace(start=bounds[0][0], end=bounds[-1][1], kind=kind)
