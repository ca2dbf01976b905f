"""Why bytes are in a file, and what would be removed with them.

Something stays because a path of references leads to it from a root: the entry point, the vector table, an
initialiser, or what the linker was told to keep. Where every path goes through one fragment, that fragment
dominates it: without the one, the other would be removed as well.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from wasmfit.elf.records import Elf, ElfKind, Machine, SectionFlag
from wasmfit.footprint.attribution.kinds import VECTOR_SECTIONS, ByteKind
from wasmfit.footprint.graph.dominators import immediate_dominators, subtree_sums, tree_order
from wasmfit.footprint.graph.fragments import Fragment
from wasmfit.footprint.graph.reference import ReferenceKind
from wasmfit.footprint.graph.reference_graph import Edge, ReferenceGraph
from wasmfit.words import counted


class MemoryBytes(NamedTuple):
    """Bytes in the device's memories.

    Attributes:
        flash: Bytes that are written to the device.
        ram: Bytes of sections that can be written to at run time; initialised data counts in both.
    """

    flash: int
    ram: int

    def __sub__(self, other: "MemoryBytes") -> "MemoryBytes":
        return MemoryBytes(self.flash - other.flash, self.ram - other.ram)


class RootReason(Enum):
    """Why a fragment stays without a reference from another one; the value is what a reader sees."""

    ENTRY = "entry point"
    VECTORS = "vector table"
    INITIALISER = "run before main"
    LINKER = "laid down by the linker"
    UNREFERENCED = "nothing that is known refers to it"


_INITIALISERS = (".init_array", ".preinit_array", ".fini_array", ".ctors", ".dtors", ".init", ".fini")


class PathStep(NamedTuple):
    """A fragment on a path.

    Attributes:
        fragment: Its number.
        kind: How the fragment before it refers to it; None for the first one.
    """

    fragment: int
    kind: ReferenceKind | None


@dataclass(frozen=True, slots=True)
class RetentionReason:
    """Why a fragment is in the file.

    Attributes:
        fragment: Its number.
        own: Its bytes.
        retained: The bytes that would be removed with it, its own included.
        root: Why the first fragment of ``path`` stays.
        path: A shortest path of references to it, from a root.
        dominators: The fragments that each path from a root to it goes through, in that order.
        callers: What refers to it.
        callees: What it refers to.
        dominated: The fragments that would be removed with it, the largest first.
    """

    fragment: int
    own: MemoryBytes
    retained: MemoryBytes
    root: RootReason
    path: tuple[PathStep, ...]
    dominators: tuple[int, ...]
    callers: tuple[PathStep, ...]
    callees: tuple[PathStep, ...]
    dominated: tuple[int, ...]


@dataclass(frozen=True)
class Retention:
    """What retains what.

    Attributes:
        graph: The fragments and their references.
        roots: Number of a fragment → why it stays by itself. Padding is not a root and retained by nothing.
        dominator: For each fragment its immediate dominator, or -1 if no fragment dominates it.
    """

    graph: ReferenceGraph
    roots: dict[int, RootReason]
    dominator: tuple[int, ...]

    @cached_property
    def own(self) -> tuple[MemoryBytes, ...]:
        """For each fragment its bytes."""
        return tuple(bytes_of(fragment) for fragment in self.graph.fragments)

    @cached_property
    def retained(self) -> tuple[MemoryBytes, ...]:
        """For each fragment the bytes that would be removed with it, its own included."""
        order = tree_order(self.dominator)
        flash = subtree_sums(self.dominator, [own.flash for own in self.own], order)
        ram = subtree_sums(self.dominator, [own.ram for own in self.own], order)
        return tuple(MemoryBytes(*both) for both in zip(flash, ram, strict=True))

    @cached_property
    def _successors(self) -> list[list[int]]:
        return self.graph.successors()

    @cached_property
    def _edges(self) -> tuple[list[list[Edge]], list[list[Edge]]]:
        """For each fragment its references, and those to it."""
        outgoing: list[list[Edge]] = [[] for _ in self.graph.fragments]
        incoming: list[list[Edge]] = [[] for _ in self.graph.fragments]
        for edge in self.graph.edges:
            outgoing[edge.source].append(edge)
            incoming[edge.target].append(edge)
        return outgoing, incoming

    @cached_property
    def _before(self) -> list[int]:
        """For each fragment the one before it on a shortest path from a root, or -1."""
        before = [-1] * len(self.graph.fragments)
        seen = set(self.roots)
        waiting = deque(self.roots)
        while waiting:
            node = waiting.popleft()
            for target in self._successors[node]:
                if target not in seen:
                    seen.add(target)
                    before[target] = node
                    waiting.append(target)
        return before

    def path(self, fragment: int) -> tuple[PathStep, ...]:
        """A shortest path to a fragment from a root."""
        numbers = [fragment]
        while self._before[numbers[-1]] >= 0:
            numbers.append(self._before[numbers[-1]])
        numbers.reverse()
        kinds = [None, *(self._kind(*pair) for pair in pairwise(numbers))]
        return tuple(PathStep(number, kind) for number, kind in zip(numbers, kinds, strict=True))

    def _kind(self, source: int, target: int) -> ReferenceKind:
        return next(edge.kind for edge in self._edges[0][source] if edge.target == target)

    def dominators(self, fragment: int) -> tuple[int, ...]:
        """The fragments that each path from a root to a fragment goes through, in that order."""
        chain = []
        above = self.dominator[fragment]
        while above >= 0:
            chain.append(above)
            above = self.dominator[above]
        return tuple(reversed(chain))

    def dominated_by(self, fragment: int) -> tuple[int, ...]:
        """The fragments that would be removed with a fragment, the largest first."""
        children: dict[int, list[int]] = {}
        for node, above in enumerate(self.dominator):
            children.setdefault(above, []).append(node)
        dominated: list[int] = []
        stack = [fragment]
        while stack:
            below = children.get(stack.pop(), ())
            dominated.extend(below)
            stack.extend(below)
        return tuple(sorted(dominated, key=lambda node: (-sum(self.own[node]), node)))

    def why(self, fragment: int) -> RetentionReason:
        """Why a fragment is in the file, with all that is known of it."""
        outgoing, incoming = self._edges
        path = self.path(fragment)
        return RetentionReason(
            fragment=fragment,
            own=self.own[fragment],
            retained=self.retained[fragment],
            root=self.roots.get(path[0].fragment, RootReason.UNREFERENCED),
            path=path,
            dominators=self.dominators(fragment),
            callers=tuple(PathStep(edge.source, edge.kind) for edge in incoming[fragment]),
            callees=tuple(PathStep(edge.target, edge.kind) for edge in outgoing[fragment]),
            dominated=self.dominated_by(fragment),
        )

    def find(self, text: str, readable: Callable[[str], str] = str) -> tuple[int, ...]:
        """The fragments that a user may mean, the largest first.

        Args:
            text: A symbol's name, mangled or readable; a part of the readable one; or an address (``0x…``).
            readable: Makes a symbol's name readable.

        Returns:
            All fragments with exactly that name, else all whose readable name has the text in it.
        """
        named = [(n, p.symbol.name) for n, p in enumerate(self.graph.fragments) if p.symbol is not None]
        if text.startswith("0x"):
            number = self._at(text)
            return () if number is None else (number,)
        matches = [n for n, name in named if name == text]
        if not matches:
            names = [(n, readable(name)) for n, name in named]
            matches = [n for n, name in names if name == text] or [n for n, name in names if text in name]
        return tuple(sorted(matches, key=lambda n: (-sum(self.retained[n]), n)))

    def _at(self, text: str) -> int | None:
        try:
            return self.graph.fragment_at(int(text, 16))
        except (ValueError, OverflowError):
            return None

    def removed_with(self, removed: Collection[int]) -> frozenset[int]:
        """The fragments that would be removed with some fragments together, these included."""
        seen = set(removed)
        waiting = [root for root in self.roots if root not in seen]
        seen.update(waiting)
        stays = set(waiting)
        while waiting:
            for target in self._successors[waiting.pop()]:
                if target not in seen:
                    seen.add(target)
                    stays.add(target)
                    waiting.append(target)
        return self._reachable - stays

    def bytes_removed_with(self, removed: Collection[int]) -> MemoryBytes:
        """The bytes that would be removed with some fragments together, their own included."""
        return _sum(self.own[number] for number in self.removed_with(removed))

    @cached_property
    def _reachable(self) -> frozenset[int]:
        return frozenset(n for n, before in enumerate(self._before) if before >= 0 or n in self.roots)


def retention(graph: ReferenceGraph) -> Retention:
    """Find what retains what."""
    successors = graph.successors()
    roots = _roots(graph, successors)
    count = len(graph.fragments)
    dominator = immediate_dominators([*successors, sorted(roots)], count)
    return Retention(graph, roots, tuple(-1 if above == count else above for above in dominator[:count]))


def bytes_of(fragment: Fragment) -> MemoryBytes:
    """The bytes of a fragment in the device's memories."""
    flash = fragment.size if fragment.section.has_bytes else 0
    return MemoryBytes(flash, fragment.size if fragment.section.flags & SectionFlag.WRITE else 0)


def describe(elf: Elf, fragment: Fragment, readable: Callable[[str], str] = str) -> str:
    """What a reader may call a fragment: its symbol, else its text, else its address.

    The result may hold any character that a name in the file holds; escape it before it is printed.
    """
    if fragment.symbol is not None and (fragment.symbol.size or fragment.is_code):
        return readable(fragment.symbol.name)
    data = fragment.contents(elf)[:_SHOWN]
    text = data.split(b"\0")[0]
    if len(text) > 1 and text.isascii() and text.decode("ascii").isprintable():
        return f'"{text.decode("ascii")}{"…" if fragment.size > _SHOWN else ""}"'
    return f"{counted(fragment.size, 'byte')} of {fragment.section.name} at {fragment.start:#x}"


_SHOWN = 60  # characters


def _sum(parts: Iterable[MemoryBytes]) -> MemoryBytes:
    flash = ram = 0
    for part in parts:
        flash += part.flash
        ram += part.ram
    return MemoryBytes(flash, ram)


def _roots(graph: ReferenceGraph, successors: list[list[int]]) -> dict[int, RootReason]:
    elf = graph.byte_map.elf
    roots: dict[int, RootReason] = {}
    for number, fragment in enumerate(graph.fragments):
        root = _root(fragment)
        if root is not None:
            roots[number] = root
    entry = graph.fragment_at(elf.entry & ~1 if elf.machine == Machine.ARM else elf.entry)
    # An object file has none: its sections begin at 0, and so does what it records.
    if entry is not None and elf.kind != ElfKind.RELOCATABLE:
        roots[entry] = RootReason.ENTRY
    seen = set(roots)
    _reach(list(roots), successors, seen)
    # What is left stays all the same: the linker was told to keep it, or a reference was not seen.
    referred = {edge.target for edge in graph.edges}
    left = [
        n
        for n, p in enumerate(graph.fragments)
        if n not in seen and p.byte_range.kind is not ByteKind.PADDING
    ]
    for number in [*(n for n in left if n not in referred), *left]:
        if number not in seen:
            roots[number] = RootReason.UNREFERENCED
            seen.add(number)
            _reach([number], successors, seen)
    return roots


def _root(fragment: Fragment) -> RootReason | None:
    if fragment.byte_range.kind is ByteKind.VECTORS or fragment.section.name in VECTOR_SECTIONS:
        return RootReason.VECTORS
    if fragment.section.name.startswith(_INITIALISERS):
        return RootReason.INITIALISER
    return RootReason.LINKER if fragment.byte_range.kind in (ByteKind.TABLES, ByteKind.SCRIPT) else None


def _reach(waiting: list[int], successors: list[list[int]], seen: set[int]) -> None:
    while waiting:
        for target in successors[waiting.pop()]:
            if target not in seen:
                seen.add(target)
                waiting.append(target)
