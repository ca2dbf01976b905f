"""The byte map: every byte of every section that takes memory, in ranges that all views add up.

A view groups ranges by some of their fields, so each view adds up to the section, whatever it groups by. What
learns more about bytes (from debug information, from references) is a :data:`Pass`: it may divide ranges and
give the parts another owner, file or kind, and no byte can be lost or counted twice on the way.
"""

import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from wasmfit.elf.linkmap.records import InputSection, LinkMap
from wasmfit.elf.mapping_symbols import DATA, MappingSymbols
from wasmfit.elf.records import Elf, Section, Symbol, SymbolType
from wasmfit.footprint.attribution.claimed_ranges import (
    ClaimedRange,
    ClaimKind,
    claimed_ranges,
    symbols_by_section,
)
from wasmfit.footprint.attribution.data_in_code import DataInCode, GapKind, GapPart
from wasmfit.footprint.attribution.kinds import ByteKind, kind_of_claim, kind_of_section
from wasmfit.footprint.attribution.owners import (
    ANONYMOUS_CONSTANTS,
    KIND_OF_OWNER,
    STRINGS,
    ObjectRule,
    OwnerRules,
    SymbolRule,
    is_nameless,
)
from wasmfit.footprint.attribution.texts import texts


class ByteRange(NamedTuple):
    """Adjacent bytes of a section that have everything in common: owner, kind, symbol and file.

    Attributes:
        start: First address.
        end: First address after it; always greater than ``start``.
        section: The section that it lies in.
        kind: What the bytes are.
        owner: A crate, what a rule of the caller's said, or a name in brackets from
            :mod:`~wasmfit.footprint.attribution.owners`.
        symbol: The symbol that claims it.
        input: The input section that it lies in, when there is a map that has it.
        file: Its source file; None before a pass looks for it, and where nothing is known.
    """

    start: int
    end: int
    section: Section
    kind: ByteKind
    owner: str
    symbol: Symbol | None
    input: InputSection | None
    file: str | None

    @property
    def size(self) -> int:
        """Length in bytes."""
        return self.end - self.start


_NEW: Callable[[type[ByteRange], tuple[object, ...]], ByteRange] = tuple.__new__


@dataclass(frozen=True, slots=True)
class ByteMap:
    """Ranges that fill the sections of a file that take memory, without gap or overlap.

    Attributes:
        elf: The file.
        ranges: In the file's order of sections, and by address in each.

    Raises:
        ValueError: They do not fill the sections.
    """

    elf: Elf
    ranges: tuple[ByteRange, ...]

    def __post_init__(self) -> None:
        ranges = iter(self.ranges)
        for section in self.elf.allocated():
            at, end = section.address, section.end
            # Each range is looked at: by position, which is quicker than by name.
            while at < end:
                following = next(ranges, None)
                if following is None or following[2] is not section or following[0] != at:
                    raise ValueError(f"the ranges of {section.name} do not go on at {at:#x}")
                if following[1] <= at:
                    raise ValueError(f"a range of {section.name} at {at:#x} is empty")
                at = following[1]
            if at != end:
                raise ValueError(f"the ranges of {section.name} exceed it")
        if next(ranges, None) is not None:
            raise ValueError("there are ranges of no section")

    @property
    def size(self) -> int:
        """Bytes of all sections that take memory."""
        return sum(section.size for section in self.elf.allocated())

    def with_ranges(self, ranges: Iterable[ByteRange]) -> "ByteMap":
        """The same file with other ranges."""
        return ByteMap(self.elf, tuple(ranges))


Pass = Callable[[ByteMap], ByteMap]
"""Something that learns more about the bytes."""


def attribute_bytes(
    elf: Elf,
    link_map: LinkMap | None = None,
    *,
    owner_of_object: ObjectRule | None = None,
    owner_of_symbol: SymbolRule | None = None,
    last_resort: SymbolRule | None = None,
) -> ByteMap:
    """Attribute every byte of the sections that take memory to an owner.

    Args:
        elf: The file.
        link_map: The linker's map of the same link, which has the objects of what no symbol identifies.
        owner_of_object: The owner of what comes from an object and has no Rust name; called with the object's
            path in the map or, without a map, with the name of the ``STT_FILE`` symbol.
        owner_of_symbol: The owner of a symbol without a Rust name; called before ``owner_of_object``.
        last_resort: The same, called when nothing else decides.

    Raises:
        LinkMapError: The map is of another link.
    """
    owners = OwnerRules(elf, owner_of_object, owner_of_symbol, last_resort)
    return ByteMap(elf, tuple(_ranges(elf, link_map, owners)))


def _ranges(elf: Elf, link_map: LinkMap | None, owners: OwnerRules) -> Iterator[ByteRange]:
    symbols = symbols_by_section(elf)
    data = DataInCode(elf)
    for section in elf.allocated():
        mapped = None if link_map is None else link_map.find(section.name, section.address, section.size)
        claimed = claimed_ranges(elf, section, symbols.get(section.index, ()), mapped)
        yield from _ranges_of(elf, section, claimed, owners, data, with_map=mapped is not None)


def _ranges_of(
    elf: Elf,
    section: Section,
    divided: Sequence[ClaimedRange],
    owners: OwnerRules,
    data: DataInCode,
    *,
    with_map: bool,
) -> list[ByteRange]:
    """The ranges of a section. This runs for every symbol of a file: what is the same for all of a section is
    found before."""
    executable, usual = section.executable, kind_of_section(section)
    # A function is code wherever a linker put it, but for what .opd has.
    functions_are_code = executable and not with_map and usual is ByteKind.CODE and section.name != ".opd"
    simple = not executable and not with_map
    padding = ClaimedRange(section.address, section.end, ClaimKind.PADDING, None, None)
    fill = owners.owner(padding, section)
    fill_kind = KIND_OF_OWNER.get(fill) or (usual if simple else _kind(elf, section, padding))
    owner_of, kind_of_owner, function = owners.owner, KIND_OF_OWNER.get, SymbolType.FUNC
    is_padding, is_nobodys = ClaimKind.PADDING, ClaimKind.NONE
    ranges: list[ByteRange] = []
    append = ranges.append
    for number, claimed in enumerate(divided):
        start, end, claim, symbol, source = claimed
        if claim is is_padding:
            append(_NEW(ByteRange, (start, end, section, fill_kind, fill, None, None, None)))
            continue
        if claim is is_nobodys and executable:
            ranges.extend(_unclaimed_code(elf, section, data.parts(section, divided, number), owners))
            continue
        owner = owner_of(claimed, section)
        kind = kind_of_owner(owner)
        if kind is None:
            is_function = symbol is not None and symbol[3] == function
            as_usual = is_function if functions_are_code else simple and not is_function
            kind = usual if as_usual else _kind(elf, section, claimed)
        if owner == ANONYMOUS_CONSTANTS and source is None and is_nameless(claimed):
            byte_range = ByteRange(start, end, section, kind, owner, None, source, None)
            ranges.extend(_text_apart(elf, byte_range))
        else:
            append(_NEW(ByteRange, (start, end, section, kind, owner, symbol, source, None)))
    return ranges


def _kind(elf: Elf, section: Section, claimed: ClaimedRange) -> ByteKind:
    symbol, source = claimed.symbol, claimed.input
    if symbol is not None and symbol.type == SymbolType.OBJECT and _is_vectors(elf, section, claimed):
        return ByteKind.LITERALS
    return kind_of_claim(
        section,
        symbol.type if symbol is not None and symbol.size else None,
        None if source is None else source.section,
    )


def _is_vectors(elf: Elf, section: Section, claimed: ClaimedRange) -> bool:
    """Whether code begins with a table that has the entry point's address: vectors of any name."""
    if not section.executable or claimed.start != section.address or not section.has_bytes:
        return False
    word = elf.bits // 8
    data = elf.contents(section)[: claimed.size // word * word]
    words = struct.iter_unpack(f"{'>' if elf.big_endian else '<'}{'Q' if word == 8 else 'I'}", data)
    return any(address == elf.entry or address & ~1 == elf.entry for (address,) in words)


def _unclaimed_code(
    elf: Elf, section: Section, parts: Iterator[GapPart], owners: OwnerRules
) -> Iterator[ByteRange]:
    for start, end, gap_kind, claimed in parts:
        if gap_kind is GapKind.CONSTANTS:
            byte_range = ByteRange(
                start, end, section, ByteKind.CONSTANTS, ANONYMOUS_CONSTANTS, None, None, None
            )
            yield from _text_apart(elf, byte_range)
            continue
        owner = owners.owner(claimed, section)
        kind = KIND_OF_OWNER.get(owner, ByteKind.CODE)
        symbol = claimed.symbol if gap_kind is GapKind.POOL else None
        yield ByteRange(start, end, section, kind, owner, symbol, None, None)


def _text_apart(elf: Elf, constants: ByteRange) -> Iterator[ByteRange]:
    """A range of constants that nothing names, with text in ranges of its own."""
    offset = constants.start - constants.section.address
    at = constants.start
    for start, end in texts(elf.contents(constants.section)[offset : offset + constants.size]):
        if at < constants.start + start:
            yield constants._replace(start=at, end=constants.start + start)
        at = constants.start + end
        yield constants._replace(start=constants.start + start, end=at, kind=ByteKind.STRINGS, owner=STRINGS)
    if at < constants.end:
        yield constants._replace(start=at)


def with_literals(byte_map: ByteMap) -> ByteMap:
    """A pass: the data in code (literal pools, jump tables) apart from the code, by the mapping symbols.

    It keeps its owner: a function's literals are the function's.
    """
    return byte_map.with_ranges(_literals_apart(byte_map, MappingSymbols(byte_map.elf)))


def _literals_apart(byte_map: ByteMap, marks: MappingSymbols) -> Iterator[ByteRange]:
    for byte_range in byte_map.ranges:
        if byte_range.kind is not ByteKind.CODE:
            yield byte_range
            continue
        parts = marks.split(byte_range.section.index, byte_range.start, byte_range.end)
        for is_data, adjacent in groupby(parts, key=lambda part: part[2] == DATA):
            bounds = list(adjacent)
            kind = ByteKind.LITERALS if is_data else ByteKind.CODE
            yield byte_range._replace(start=bounds[0][0], end=bounds[-1][1], kind=kind)
