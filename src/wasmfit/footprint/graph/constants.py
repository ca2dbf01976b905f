"""Owners for constants without a name, by who refers to them.

What the compiler named itself (``.Lanon.…``), what the linker merged, and what nothing names, in sections
without code, belongs to the one owner that refers to it, directly or through other such constants. Of what
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
from wasmfit.footprint.attribution.byte_map import Entry, Ledger
from wasmfit.footprint.attribution.owners import (
    ANONYMOUS_CONSTANTS,
    MERGED_CONSTANTS,
    MERGED_STRINGS,
    PADDING,
    STRINGS,
    UNKNOWN,
)
from wasmfit.footprint.graph.fragments import Piece, merged_entry
from wasmfit.footprint.graph.reference import How
from wasmfit.footprint.graph.reference_graph import Graph, build_graph

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


class Basis(Enum):
    """What tells a piece's owner."""

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
    NOTHING = auto()
    """Nothing is known to refer to it."""


class Owned(NamedTuple):
    """A piece and its owner.

    Attributes:
        piece: The piece.
        owner: Its owner, or a row in brackets.
        basis: What tells the owner.
    """

    piece: Piece
    owner: str
    basis: Basis


@dataclass(frozen=True, slots=True)
class Constants:
    """Every piece of a file with its owner.

    Attributes:
        owned: In order of address, as the graph's pieces.
    """

    owned: tuple[Owned, ...]

    def owners(self) -> dict[str, dict[str, int]]:
        """Section name → owner → bytes; sections of one name are added up."""
        table: dict[str, dict[str, int]] = {}
        for piece, owner, _ in self.owned:
            rows = table.setdefault(piece.section.name, {})
            rows[owner] = rows.get(owner, 0) + piece.size
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


def attribute_by_references(ledger: Ledger) -> Ledger:
    """A pass: constants whose names tell no owner get the owner that refers to them."""
    constants = own_constants(build_graph(ledger))
    return ledger.with_entries(_entries(ledger, constants))


def own_constants(graph: Graph, *, library: Collection[str] = STANDARD_LIBRARY) -> Constants:
    """Find owners for the constants whose names tell none.

    Args:
        graph: The graph of a file; its ledger says what names tell.
        library: Owners of code that is made for others, by generics: see the rules above.
    """
    elf = graph.ledger.elf
    names = [piece.entry.owner for piece in graph.pieces]
    is_open = [_is_open(piece) for piece in graph.pieces]
    claims = _claims(graph, names, is_open, library)
    owned = [
        _decide(elf, piece, name, claim, library) if opened else Owned(piece, name, Basis.NAME)
        for piece, name, opened, claim in zip(graph.pieces, names, is_open, claims, strict=True)
    ]
    units = _units(owned)
    return Constants(
        tuple(
            Owned(one.piece, units[unit], Basis.UNIT)
            if one.basis is Basis.SHARED and (unit := unit_of(one.piece)) in units
            else one
            for one in owned
        )
    )


def unit_of(piece: Piece) -> str | None:
    """The hash of the codegen unit that an anonymous constant comes from; None when its name has none."""
    symbol, source = piece.symbol, piece.entry.input
    for name in (symbol.name if symbol else "", source.section if source else ""):
        match = _ANONYMOUS.search(name)
        if match is not None:
            return match[1]
    return None


def _units(owned: Sequence[Owned]) -> dict[str, str]:
    """From a codegen unit's hash to the owner of most of its constants, of those with one owner only."""
    votes: dict[str, dict[str, int]] = {}
    for piece, owner, basis in owned:
        if basis is Basis.REFERENCES and (unit := unit_of(piece)) is not None:
            ballot = votes.setdefault(unit, {})
            ballot[owner] = ballot.get(owner, 0) + piece.size
    return {unit: max(ballot.items(), key=lambda row: (row[1], row[0]))[0] for unit, ballot in votes.items()}


def _is_open(piece: Piece) -> bool:
    if piece.is_code or not piece.section.has_bytes:
        return False
    return piece.entry.owner in _OPEN or merged_entry(piece.entry) is not None


def _entries(ledger: Ledger, constants: Constants) -> Iterator[Entry]:
    """The ledger's entries, those of open pieces divided and with their new owners."""
    parts: dict[tuple[int, int], list[Entry]] = {}
    for piece, owner, basis in constants.owned:
        if basis in (Basis.NAME, Basis.NOTHING):
            continue
        found = parts.setdefault((piece.section.index, piece.entry.start), [])
        if found and found[-1].end == piece.start and found[-1].owner == owner:
            found[-1] = found[-1]._replace(end=piece.end)
        else:
            found.append(piece.entry._replace(start=piece.start, end=piece.end, owner=owner))
    for entry in ledger.entries:
        at = entry.start
        for part in parts.get((entry.section.index, entry.start), ()):
            if at < part.start:
                yield entry._replace(start=at, end=part.start)
            yield part
            at = part.end
        if at < entry.end:
            yield entry._replace(start=at)


def _claims(
    graph: Graph, names: Sequence[str], is_open: Sequence[bool], library: Collection[str]
) -> list[frozenset[str]]:
    """For each open piece the owners that refer to it, through other open pieces as well.

    Of owners that are not the library's two are kept at most: they are several, whoever else there is.
    """
    claims: list[frozenset[str]] = [frozenset()] * len(graph.pieces)
    following: list[list[int]] = [[] for _ in graph.pieces]
    waiting: deque[int] = deque()
    for edge in graph.edges:
        if not is_open[edge.target] or edge.how in (How.CALL, How.JUMP):
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


def _decide(elf: Elf, piece: Piece, name: str, claim: frozenset[str], library: Collection[str]) -> Owned:
    if not claim:
        crate = _crate_of_path(elf, piece)
        if crate is not None:
            return Owned(piece, crate, Basis.PATH)
        return Owned(piece, name, Basis.NOTHING if name.startswith("[") else Basis.NAME)
    if len(claim) == 1:
        return Owned(piece, next(iter(claim)), Basis.REFERENCES)
    crate = _crate_of_path(elf, piece)
    if crate is not None:
        return Owned(piece, crate, Basis.PATH)
    others = [owner for owner in claim if owner not in library]
    if len(others) == 1:
        return Owned(piece, others[0], Basis.LIBRARY)
    return Owned(piece, SHARED_CONSTANTS, Basis.SHARED)


def _crate_of_path(elf: Elf, piece: Piece) -> str | None:
    """The crate in the path of a source file that a piece is."""
    if piece.size > _LONGEST_PATH:
        return None
    text = piece.contents(elf)
    match = _LIBRARY.search(text) or _REGISTRY.search(text)
    return match[1].decode("ascii").replace("-", "_") if match else None
