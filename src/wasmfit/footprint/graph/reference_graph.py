"""All bytes of a file and what refers to what, as one graph."""

from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from wasmfit.footprint.arrays import REACH, Integers
from wasmfit.footprint.attribution.byte_map import ByteMap
from wasmfit.footprint.attribution.kinds import ByteKind
from wasmfit.footprint.graph.budget import ReferenceBudget
from wasmfit.footprint.graph.fragments import Fragment, divide_into_fragments
from wasmfit.footprint.graph.reference import ReferenceKind
from wasmfit.footprint.graph.references import References, find_references


class Edge(NamedTuple):
    """One fragment refers to another.

    Attributes:
        source: Number of the fragment that refers.
        target: Number of the fragment referred to; never ``source``.
        kind: How; of several ways the most direct.
    """

    source: int
    target: int
    kind: ReferenceKind


@dataclass(frozen=True, slots=True)
class ReferenceGraph:
    """Fragments, which fill every section that takes memory, and the references between them.

    Attributes:
        byte_map: The bytes that the fragments are made of.
        fragments: The fragments in order of address.
        edges: Their references, ordered by source and target, at most one for each pair.
        references: The references that the edges were made from.
    """

    byte_map: ByteMap
    fragments: tuple[Fragment, ...]
    edges: tuple[Edge, ...]
    references: References

    def successors(self) -> list[list[int]]:
        """For each fragment, the fragments that it refers to, in order."""
        lists: list[list[int]] = [[] for _ in self.fragments]
        for edge in self.edges:
            lists[edge.source].append(edge.target)
        return lists

    def predecessors(self) -> list[list[int]]:
        """For each fragment, the fragments that refer to it, in order."""
        lists: list[list[int]] = [[] for _ in self.fragments]
        for edge in self.edges:
            lists[edge.target].append(edge.source)
        return lists

    def fragment_at(self, address: int) -> int | None:
        """The number of the fragment that an address lies in."""
        number = bisect_right(self.fragments, address, key=lambda fragment: fragment.start) - 1
        return number if number >= 0 and address < self.fragments[number].end else None


def build_graph(byte_map: ByteMap, budget: ReferenceBudget | None = None) -> ReferenceGraph:
    """Find the references of a file and make them a graph.

    Args:
        byte_map: The bytes.
        budget: What it may take; see :func:`~wasmfit.footprint.graph.references.find_references`.
    """
    budget = budget or ReferenceBudget()
    references = find_references(byte_map, budget)
    if not budget.holds(len(references), _MEMORY_OF_REFERENCE):
        kept = budget.memory // _MEMORY_OF_REFERENCE
        said = f"Only {kept:,} of {len(references):,} references were followed within {budget.words}."
        references = replace(
            references,
            source=references.source[:kept],
            target=references.target[:kept],
            kind=references.kind[:kept],
            limits=(*references.limits, said),
        )
    fragments = divide_into_fragments(byte_map, references.target)
    source = _numbers(fragments, references.source)
    target = _numbers(fragments, references.target)
    padding = np.array(
        [fragment.byte_range.kind is ByteKind.PADDING for fragment in fragments] or [False], dtype=np.bool_
    )
    kept = (source >= 0) & (target >= 0) & (source != target) & ~padding[np.maximum(target, 0)]
    best: dict[tuple[int, int], int] = {}
    for source_number, first, kind in zip(
        source[kept].tolist(), target[kept].tolist(), references.kind[kept].tolist(), strict=True
    ):
        number = first
        best[source_number, number] = min(best.get((source_number, number), kind), kind)
        # What refers to the beginning needs all of it.
        while fragments[number].continues and number + 1 != source_number:
            number += 1
            best[source_number, number] = min(best.get((source_number, number), kind), kind)
    edges = tuple(Edge(*ends, ReferenceKind(kind)) for ends, kind in sorted(best.items()))
    return ReferenceGraph(byte_map, fragments, edges, references)


_MEMORY_OF_REFERENCE = 400  # bytes: a fragment, an edge and their places in tables


def _numbers(fragments: tuple[Fragment, ...], addresses: Integers) -> Integers:
    """For each address, the number of the fragment that it lies in, or -1."""
    if not fragments:
        return np.full(len(addresses), -1, np.int64)
    starts = np.array([min(fragment.start, REACH) for fragment in fragments], dtype=np.int64)
    ends = np.array([min(fragment.end, REACH) for fragment in fragments], dtype=np.int64)
    number = np.searchsorted(starts, addresses, side="right") - 1
    inside = (number >= 0) & (addresses < ends[np.maximum(number, 0)])
    return np.where(inside, number, -1)
