"""Pieces and the references between them, as one graph."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from wasmfit.footprint.elf import Elf, Section
from wasmfit.footprint.pieces import Piece, divide
from wasmfit.footprint.reference import Integers, Kind
from wasmfit.footprint.references import References, find_references
from wasmfit.footprint.spans import Claim, Span


class Edge(NamedTuple):
    """One piece refers to another.

    Attributes:
        source: Number of the piece that refers.
        target: Number of the piece referred to; never ``source``.
        kind: How; of several ways the most direct.
    """

    source: int
    target: int
    kind: Kind


@dataclass(frozen=True, slots=True)
class Graph:
    """All bytes of a file and what refers to what.

    Attributes:
        pieces: The pieces in order of address; they fill every section that takes memory.
        edges: Their references, ordered by source and target, at most one for each pair.
        references: The references that the edges were made from.
    """

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
        number = int(_numbers(self.pieces, np.array([address], dtype=np.int64))[0])
        return number if number >= 0 else None


def build_graph(elf: Elf, layout: Sequence[tuple[Section, Sequence[Span]]]) -> Graph:
    """Find the references of a file and make them a graph.

    Args:
        elf: The file.
        layout: Its sections with their spans, see :func:`~wasmfit.footprint.account.elf_spans`.
    """
    references = find_references(elf, layout)
    pieces = divide(elf, layout, references.target)
    source = _numbers(pieces, references.source)
    target = _numbers(pieces, references.target)
    padding = np.array([piece.span.claim is Claim.PADDING for piece in pieces] or [False], dtype=np.bool_)
    kept = (source >= 0) & (target >= 0) & (source != target) & ~padding[np.maximum(target, 0)]
    best: dict[tuple[int, int], int] = {}
    for one, other, kind in zip(
        source[kept].tolist(), target[kept].tolist(), references.kind[kept].tolist(), strict=True
    ):
        while True:
            pair = (one, other)
            best[pair] = min(best.get(pair, kind), kind)
            # A text that shares its end with another needs that one's bytes as well.
            if not pieces[other].runs_on or other + 1 == one:
                break
            other += 1
    edges = tuple(Edge(one, other, Kind(kind)) for (one, other), kind in sorted(best.items()))
    return Graph(pieces, edges, references)


def _numbers(pieces: Sequence[Piece], addresses: Integers) -> Integers:
    """For each address, the number of the piece that it lies in, or -1."""
    if not pieces:
        return np.full(len(addresses), -1, np.int64)
    starts = np.array([piece.start for piece in pieces], dtype=np.int64)
    ends = np.array([piece.end for piece in pieces], dtype=np.int64)
    number = np.searchsorted(starts, addresses, side="right") - 1
    inside = (number >= 0) & (addresses < ends[np.maximum(number, 0)])
    return np.where(inside, number, -1)
