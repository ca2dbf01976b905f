"""Owners for constants without a name, by who refers to them.

What the compiler named itself (``.Lanon.…``), what the linker merged, and what nothing names, in sections
without code, belongs to the only owner that refers to it, directly or through other such constants. Of what
several owners refer to:

1. a path of a source file, as panic messages have it, belongs to the crate that it names;
2. what only crates of the standard library and one other owner refer to belongs to that other owner: the
   library's generic code is there for the owner's sake;
3. what rustc named belongs to the owner of most constants of the same codegen unit: before link-time
   optimisation LLVM names all anonymous constants of a unit after one hash (``.Lanon.<hash>.<number>``), and
   most of them are referred to by one owner only;
4. the rest is a row of its own, :data:`SHARED_CONSTANTS`.
"""

import re
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from wasmfit.elf.records import Elf
from wasmfit.footprint.attribution.byte_map import ByteMap, ByteRange
from wasmfit.footprint.attribution.owners import (
    ANONYMOUS_CONSTANTS,
    MERGED_CONSTANTS,
    MERGED_STRINGS,
    PADDING,
    STRINGS,
    UNKNOWN,
)
from wasmfit.footprint.graph.fragments import Fragment, merged_constant_size
from wasmfit.footprint.graph.reference import ReferenceKind
from wasmfit.footprint.graph.reference_graph import ReferenceGraph, build_graph

SHARED_CONSTANTS = "[shared constants]"
"""Constants that several owners refer to."""

STANDARD_LIBRARY = frozenset({"core", "alloc", "std", "compiler_builtins"})
"""Rust's standard library."""

_OPEN = frozenset({ANONYMOUS_CONSTANTS, MERGED_CONSTANTS, MERGED_STRINGS, STRINGS, UNKNOWN})
_ANONYMOUS = re.compile(r"anon\.([0-9a-f]{32})\.[0-9]+(?:\.|$)")
_LONGEST_PATH = 512  # bytes
# registry-…/wasmi-2.0.0/src/engine.rs, vendor/foo/src/lib.rs, library/core/src/str/mod.rs
_REGISTRY = re.compile(rb"(?:^|/)([A-Za-z][A-Za-z0-9_-]*?)-[0-9]+\.[0-9]+\.[0-9][^/]*/[^\0]*?\.rs(?:\0|$)")
_LIBRARY = re.compile(rb"(?:^|/)library/(core|alloc|std)/src/[^\0]*\.rs(?:\0|$)")


class OwnershipBasis(Enum):
    """What a fragment's owner is known by."""

    NAME = auto()
    """Its own names: symbol, object, section."""
    REFERENCES = auto()
    """Whoever refers to it has this one owner."""
    PATH = auto()
    """Several refer to it, and it is a path of a source file of the owner's."""
    LIBRARY = auto()
    """The standard library and one other owner refer to it; it is the other's."""
    UNIT = auto()
    """Several refer to it; most constants of its codegen unit are this owner's."""
    SHARED = auto()
    """Several owners refer to it."""
    NO_REFERENCE = auto()
    """Nothing is known to refer to it."""


class OwnedFragment(NamedTuple):
    """A fragment and its owner.

    Attributes:
        fragment: The fragment.
        owner: Its owner, or a row in brackets.
        basis: What the owner is known by.
    """

    fragment: Fragment
    owner: str
    basis: OwnershipBasis


@dataclass(frozen=True, slots=True)
class ConstantOwners:
    """Every fragment of a file with its owner.

    Attributes:
        owned: In order of address, as the graph's fragments.
    """

    owned: tuple[OwnedFragment, ...]

    def owners(self) -> dict[str, dict[str, int]]:
        """Section name → owner → bytes; sections of one name are added up."""
        table: dict[str, dict[str, int]] = {}
        for fragment, owner, _ in self.owned:
            rows = table.setdefault(fragment.section.name, {})
            rows[owner] = rows.get(owner, 0) + fragment.size
        return table

    def share(self, section: str, *, without: Collection[str] = (PADDING,)) -> float:
        """The part of a section's bytes that have an owner, from 0 to 1: no row in brackets.

        Args:
            section: The section's name.
            without: Rows that are left out of the whole.
        """
        rows = self.owners().get(section, {})
        whole = sum(size for owner, size in rows.items() if owner not in without)
        named = sum(size for owner, size in rows.items() if not owner.startswith("["))
        return named / whole if whole else 1.0


def attribute_by_references(byte_map: ByteMap) -> ByteMap:
    """A pass: constants whose names have no owner get the owner that refers to them."""
    return with_constant_owners(build_graph(byte_map))


def with_constant_owners(graph: ReferenceGraph) -> ByteMap:
    """The same for a graph that has been made; its references say what could not be read."""
    return graph.byte_map.with_ranges(_ranges(graph.byte_map, find_constant_owners(graph)))


def find_constant_owners(
    graph: ReferenceGraph, *, library: Collection[str] = STANDARD_LIBRARY
) -> ConstantOwners:
    """Find owners for the constants whose names have none.

    Args:
        graph: The graph of a file; its byte map has the owners that names have.
        library: Owners of code that is made for others, by generics: see the rules above.
    """
    elf = graph.byte_map.elf
    names = [fragment.byte_range.owner for fragment in graph.fragments]
    is_open = [_is_open(fragment) for fragment in graph.fragments]
    claims = _claims(graph, names, is_open, library)
    owned = [
        _decide(elf, fragment, name, claim, library)
        if opened
        else OwnedFragment(fragment, name, OwnershipBasis.NAME)
        for fragment, name, opened, claim in zip(graph.fragments, names, is_open, claims, strict=True)
    ]
    units = _units(owned)
    return ConstantOwners(
        tuple(
            OwnedFragment(owning.fragment, units[unit], OwnershipBasis.UNIT)
            if owning.basis is OwnershipBasis.SHARED and (unit := unit_of(owning.fragment)) in units
            else owning
            for owning in owned
        )
    )


def unit_of(fragment: Fragment) -> str | None:
    """The hash of the codegen unit that an anonymous constant comes from; None when its name has none."""
    symbol, source = fragment.symbol, fragment.byte_range.input
    for name in (symbol.name if symbol else "", source.section if source else ""):
        match = _ANONYMOUS.search(name)
        if match is not None:
            return match[1]
    return None


def _units(owned: Sequence[OwnedFragment]) -> dict[str, str]:
    """From a codegen unit's hash to the owner of most of its constants, of those with one owner only."""
    votes: dict[str, dict[str, int]] = {}
    for fragment, owner, basis in owned:
        if basis is OwnershipBasis.REFERENCES and (unit := unit_of(fragment)) is not None:
            ballot = votes.setdefault(unit, {})
            ballot[owner] = ballot.get(owner, 0) + fragment.size
    return {unit: max(ballot.items(), key=lambda row: (row[1], row[0]))[0] for unit, ballot in votes.items()}


def _is_open(fragment: Fragment) -> bool:
    if fragment.is_code or not fragment.section.has_bytes:
        return False
    return fragment.byte_range.owner in _OPEN or merged_constant_size(fragment.byte_range) is not None


def _ranges(byte_map: ByteMap, constants: ConstantOwners) -> Iterator[ByteRange]:
    """The byte map's ranges, those of open fragments divided and with their new owners."""
    parts: dict[tuple[int, int], list[ByteRange]] = {}
    for fragment, owner, basis in constants.owned:
        if basis in (OwnershipBasis.NAME, OwnershipBasis.NO_REFERENCE):
            continue
        ranges = parts.setdefault((fragment.section.index, fragment.byte_range.start), [])
        if ranges and ranges[-1].end == fragment.start and ranges[-1].owner == owner:
            ranges[-1] = ranges[-1]._replace(end=fragment.end)
        else:
            ranges.append(fragment.byte_range._replace(start=fragment.start, end=fragment.end, owner=owner))
    for byte_range in byte_map.ranges:
        at = byte_range.start
        for part in parts.get((byte_range.section.index, byte_range.start), ()):
            if at < part.start:
                yield byte_range._replace(start=at, end=part.start)
            yield part
            at = part.end
        if at < byte_range.end:
            yield byte_range._replace(start=at)


def _claims(
    graph: ReferenceGraph, names: Sequence[str], is_open: Sequence[bool], library: Collection[str]
) -> list[frozenset[str]]:
    """For each open fragment the owners that refer to it, through other open fragments as well.

    Of owners other than the library at most two are kept: that they are several is all that matters.
    """
    claims: list[frozenset[str]] = [frozenset()] * len(graph.fragments)
    following: list[list[int]] = [[] for _ in graph.fragments]
    waiting: deque[int] = deque()
    for edge in graph.edges:
        if not is_open[edge.target] or edge.kind in (ReferenceKind.CALL, ReferenceKind.JUMP):
            continue
        if is_open[edge.source]:
            following[edge.source].append(edge.target)
        elif not names[edge.source].startswith("["):
            claims[edge.target] = _joined(claims[edge.target], frozenset({names[edge.source]}), library)
            waiting.append(edge.target)
    while waiting:
        number = waiting.popleft()
        for target in following[number]:
            union = _joined(claims[target], claims[number], library)
            if union != claims[target]:
                claims[target] = union
                waiting.append(target)
    return claims


def _joined(claim: frozenset[str], more: frozenset[str], library: Collection[str]) -> frozenset[str]:
    others = [owner for owner in claim if owner not in library]
    room = 2 - len(others)
    new = [owner for owner in sorted(more - claim) if owner not in library][:room]
    return claim.union(new, [owner for owner in more if owner in library])


def _decide(
    elf: Elf, fragment: Fragment, name: str, claim: frozenset[str], library: Collection[str]
) -> OwnedFragment:
    if not claim:
        crate = _crate_of_path(elf, fragment)
        if crate is not None:
            return OwnedFragment(fragment, crate, OwnershipBasis.PATH)
        return OwnedFragment(
            fragment, name, OwnershipBasis.NO_REFERENCE if name.startswith("[") else OwnershipBasis.NAME
        )
    if len(claim) == 1:
        return OwnedFragment(fragment, next(iter(claim)), OwnershipBasis.REFERENCES)
    crate = _crate_of_path(elf, fragment)
    if crate is not None:
        return OwnedFragment(fragment, crate, OwnershipBasis.PATH)
    others = [owner for owner in claim if owner not in library]
    if len(others) == 1:
        return OwnedFragment(fragment, others[0], OwnershipBasis.LIBRARY)
    return OwnedFragment(fragment, SHARED_CONSTANTS, OwnershipBasis.SHARED)


def _crate_of_path(elf: Elf, fragment: Fragment) -> str | None:
    """The crate in the path of a source file that a fragment is."""
    if fragment.size > _LONGEST_PATH:
        return None
    text = fragment.contents(elf)
    match = _LIBRARY.search(text) or _REGISTRY.search(text)
    return match[1].decode("ascii").replace("-", "_") if match else None
