"""All bytes of a file and what refers to what, as one graph."""

from bisect import bisect_right
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from wasmfit.footprint.arrays import REACH, Integers
from wasmfit.footprint.attribution.byte_map import Ledger
from wasmfit.footprint.attribution.kinds import Kind
from wasmfit.footprint.graph.fragments import Piece, divide
from wasmfit.footprint.graph.reference import How
from wasmfit.footprint.graph.references import References, find_references


class Edge(NamedTuple):
    """One piece refers to another.

    Attributes:
        source: Number of the piece that refers.
        target: Number of the piece referred to; never ``source``.
        how: In which way; of several ways the most direct.
    """

    source: int
    target: int
    how: How


@dataclass(frozen=True, slots=True)
class Graph:
    """Pieces, which fill every section that takes memory, and the references between them.

    Attributes:
        ledger: The bytes that the pieces are made of.
        pieces: The pieces in order of address.
        edges: Their references, ordered by source and target, at most one for each pair.
        references: The references that the edges were made from.
    """

    ledger: Ledger
    pieces: tuple[Piece, ...]
    edges: tuple[Edge, ...]
    references: References

    def successors(self) -> list[list[int]]:
        """For each piece, the pieces that it refers to, in order."""
        lists: list[list[int]] = [[] for _ in self.pieces]
        for edge in self.edges:
            lists[edge.source].append(edge.target)
        return lists

    def predecessors(self) -> list[list[int]]:
        """For each piece, the pieces that refer to it, in order."""
        lists: list[list[int]] = [[] for _ in self.pieces]
        for edge in self.edges:
            lists[edge.target].append(edge.source)
        return lists

    def piece_at(self, address: int) -> int | None:
        """The number of the piece that an address lies in."""
        number = bisect_right(self.pieces, address, key=lambda piece: piece.start) - 1
        return number if number >= 0 and address < self.pieces[number].end else None


def build_graph(ledger: Ledger) -> Graph:
    """Find the references of a file and make them a graph."""
    references = find_references(ledger)
    pieces = divide(ledger, references.target)
    source = _numbers(pieces, references.source)
    target = _numbers(pieces, references.target)
    padding = np.array([piece.entry.kind is Kind.PADDING for piece in pieces] or [False], dtype=np.bool_)
    kept = (source >= 0) & (target >= 0) & (source != target) & ~padding[np.maximum(target, 0)]
    best: dict[tuple[int, int], int] = {}
    for one, first, how in zip(
        source[kept].tolist(), target[kept].tolist(), references.how[kept].tolist(), strict=True
    ):
        other = first
        best[one, other] = min(best.get((one, other), how), how)
        # What refers to the beginning needs all of it.
        while pieces[other].runs_on and other + 1 != one:
            other += 1
            best[one, other] = min(best.get((one, other), how), how)
    edges = tuple(Edge(one, other, How(how)) for (one, other), how in sorted(best.items()))
    return Graph(ledger, pieces, edges, references)


def _numbers(pieces: tuple[Piece, ...], addresses: Integers) -> Integers:
    """For each address, the number of the piece that it lies in, or -1."""
    if not pieces:
        return np.full(len(addresses), -1, np.int64)
    starts = np.array([min(piece.start, REACH) for piece in pieces], dtype=np.int64)
    ends = np.array([min(piece.end, REACH) for piece in pieces], dtype=np.int64)
    number = np.searchsorted(starts, addresses, side="right") - 1
    inside = (number >= 0) & (addresses < ends[np.maximum(number, 0)])
    return np.where(inside, number, -1)
