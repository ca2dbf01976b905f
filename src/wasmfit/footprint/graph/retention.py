"""Why bytes are in a file, and what would go with them.

Something stays because a path of references leads to it from a root: the entry point, the vector table, an
initialiser, or what the linker was told to keep. Where every path goes through one piece, that piece alone
keeps all that it dominates; without it, those bytes would go.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from itertools import pairwise
from typing import NamedTuple

from wasmfit.elf.records import Elf, Machine, SectionFlag
from wasmfit.footprint.attribution.kinds import VECTOR_SECTIONS, Kind
from wasmfit.footprint.graph import dominators
from wasmfit.footprint.graph.fragments import Piece
from wasmfit.footprint.graph.reference import How
from wasmfit.footprint.graph.reference_graph import Edge, Graph


class Bytes(NamedTuple):
    """Bytes of the device's memories.

    Attributes:
        flash: Bytes that are written to the device.
        ram: Bytes of sections that can be written to at run time; initialised data counts in both.
    """

    flash: int
    ram: int

    def __sub__(self, other: "Bytes") -> "Bytes":
        return Bytes(self.flash - other.flash, self.ram - other.ram)


class Root(Enum):
    """Why something stays though no piece that stays has to refer to it; the value is what a reader sees."""

    ENTRY = "entry point"
    VECTORS = "vector table"
    INITIALISER = "run before main"
    LINKER = "laid down by the linker"
    KEPT = "nothing that is known refers to it"


_INITIALISERS = (".init_array", ".preinit_array", ".fini_array", ".ctors", ".dtors", ".init", ".fini")


class Step(NamedTuple):
    """A piece on a path.

    Attributes:
        piece: Its number.
        how: How the piece before it refers to it; None for the first one.
    """

    piece: int
    how: How | None


@dataclass(frozen=True, slots=True)
class Why:
    """Why a piece is in the file.

    Attributes:
        piece: Its number.
        own: Its bytes.
        retained: The bytes that would go if it went, its own included.
        root: Why the first piece of ``path`` stays.
        path: A shortest path of references to it, from a root.
        keepers: The pieces without any of which it would go, from the root's side on.
        callers: What refers to it.
        callees: What it refers to.
        goes: The pieces that would go with it, the largest first.
    """

    piece: int
    own: Bytes
    retained: Bytes
    root: Root
    path: tuple[Step, ...]
    keepers: tuple[int, ...]
    callers: tuple[Step, ...]
    callees: tuple[Step, ...]
    goes: tuple[int, ...]


@dataclass(frozen=True)
class Retention:
    """What keeps what.

    Attributes:
        graph: The pieces and their references.
        roots: Number of a piece → why it stays by itself. Padding is no root and kept by nothing.
        dominator: For each piece the one that alone keeps it, or -1 if no single piece does.
    """

    graph: Graph
    roots: dict[int, Root]
    dominator: tuple[int, ...]

    @cached_property
    def own(self) -> tuple[Bytes, ...]:
        """For each piece its bytes."""
        return tuple(bytes_of(piece) for piece in self.graph.pieces)

    @cached_property
    def retained(self) -> tuple[Bytes, ...]:
        """For each piece the bytes that would go if it went, its own included."""
        order = dominators.tree_order(self.dominator)
        flash = dominators.subtree_sums(self.dominator, [one.flash for one in self.own], order)
        ram = dominators.subtree_sums(self.dominator, [one.ram for one in self.own], order)
        return tuple(Bytes(*both) for both in zip(flash, ram, strict=True))

    @cached_property
    def _successors(self) -> list[list[int]]:
        return self.graph.successors()

    @cached_property
    def _edges(self) -> tuple[list[list[Edge]], list[list[Edge]]]:
        """For each piece its references, and those to it."""
        to: list[list[Edge]] = [[] for _ in self.graph.pieces]
        come: list[list[Edge]] = [[] for _ in self.graph.pieces]
        for edge in self.graph.edges:
            to[edge.source].append(edge)
            come[edge.target].append(edge)
        return to, come

    @cached_property
    def _before(self) -> list[int]:
        """For each piece the one before it on a shortest path from a root, or -1."""
        before = [-1] * len(self.graph.pieces)
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

    def path(self, piece: int) -> tuple[Step, ...]:
        """A shortest path to a piece from a root."""
        numbers = [piece]
        while self._before[numbers[-1]] >= 0:
            numbers.append(self._before[numbers[-1]])
        numbers.reverse()
        hows = [None, *(self._how(*pair) for pair in pairwise(numbers))]
        return tuple(Step(number, how) for number, how in zip(numbers, hows, strict=True))

    def _how(self, source: int, target: int) -> How:
        return next(edge.how for edge in self._edges[0][source] if edge.target == target)

    def keepers(self, piece: int) -> tuple[int, ...]:
        """The pieces that each alone keep a piece, from the root's side on."""
        chain = []
        above = self.dominator[piece]
        while above >= 0:
            chain.append(above)
            above = self.dominator[above]
        return tuple(reversed(chain))

    def kept_by(self, piece: int) -> tuple[int, ...]:
        """The pieces that would go with a piece, the largest first."""
        children: dict[int, list[int]] = {}
        for node, above in enumerate(self.dominator):
            children.setdefault(above, []).append(node)
        found: list[int] = []
        stack = [piece]
        while stack:
            below = children.get(stack.pop(), ())
            found.extend(below)
            stack.extend(below)
        return tuple(sorted(found, key=lambda node: (-sum(self.own[node]), node)))

    def why(self, piece: int) -> Why:
        """All about why a piece is in the file."""
        to, come = self._edges
        path = self.path(piece)
        return Why(
            piece=piece,
            own=self.own[piece],
            retained=self.retained[piece],
            root=self.roots.get(path[0].piece, Root.KEPT),
            path=path,
            keepers=self.keepers(piece),
            callers=tuple(Step(edge.source, edge.how) for edge in come[piece]),
            callees=tuple(Step(edge.target, edge.how) for edge in to[piece]),
            goes=self.kept_by(piece),
        )

    def find(self, text: str, readable: Callable[[str], str] = str) -> tuple[int, ...]:
        """The pieces that a user may mean, the largest first.

        Args:
            text: A symbol's name, mangled or readable; a part of the readable one; or an address (``0x…``).
            readable: Makes a symbol's name readable.

        Returns:
            All pieces with exactly that name, else all whose readable name has the text in it.
        """
        named = [(n, p.symbol.name) for n, p in enumerate(self.graph.pieces) if p.symbol is not None]
        if text.startswith("0x"):
            number = self._at(text)
            return () if number is None else (number,)
        found = [n for n, name in named if name == text]
        if not found:
            names = [(n, readable(name)) for n, name in named]
            found = [n for n, name in names if name == text] or [n for n, name in names if text in name]
        return tuple(sorted(found, key=lambda n: (-sum(self.retained[n]), n)))

    def _at(self, text: str) -> int | None:
        try:
            return self.graph.piece_at(int(text, 16))
        except (ValueError, OverflowError):
            return None

    def goes_without(self, gone: Collection[int]) -> frozenset[int]:
        """The pieces that would go if some pieces went together, these included."""
        seen = set(gone)
        waiting = [root for root in self.roots if root not in seen]
        seen.update(waiting)
        stays = set(waiting)
        while waiting:
            for target in self._successors[waiting.pop()]:
                if target not in seen:
                    seen.add(target)
                    stays.add(target)
                    waiting.append(target)
        return self._kept - stays

    def without(self, gone: Collection[int]) -> Bytes:
        """The bytes that would go if some pieces went together, their own included."""
        return _sum(self.own[number] for number in self.goes_without(gone))

    @cached_property
    def _kept(self) -> frozenset[int]:
        return frozenset(n for n, before in enumerate(self._before) if before >= 0 or n in self.roots)


def retention(graph: Graph) -> Retention:
    """Find what keeps what."""
    successors = graph.successors()
    roots = _roots(graph, successors)
    count = len(graph.pieces)
    found = dominators.immediate_dominators([*successors, sorted(roots)], count)
    return Retention(graph, roots, tuple(-1 if above == count else above for above in found[:count]))


def bytes_of(piece: Piece) -> Bytes:
    """The bytes of a piece in the device's memories."""
    flash = piece.size if piece.section.has_bytes else 0
    return Bytes(flash, piece.size if piece.section.flags & SectionFlag.WRITE else 0)


def describe(elf: Elf, piece: Piece, readable: Callable[[str], str] = str) -> str:
    """What a reader may call a piece: its symbol, else its text, else its place.

    The result may hold any character that a name in the file holds; escape it before it is printed.
    """
    if piece.symbol is not None and (piece.symbol.size or piece.is_code):
        return readable(piece.symbol.name)
    data = piece.contents(elf)[:_SHOWN]
    text = data.split(b"\0")[0]
    if len(text) > 1 and text.isascii() and text.decode("ascii").isprintable():
        return f'"{text.decode("ascii")}{"…" if piece.size > _SHOWN else ""}"'
    return f"{piece.size} bytes of {piece.section.name} at {piece.start:#x}"


_SHOWN = 60  # characters


def _sum(many: Iterable[Bytes]) -> Bytes:
    flash = ram = 0
    for one in many:
        flash += one.flash
        ram += one.ram
    return Bytes(flash, ram)


def _roots(graph: Graph, successors: list[list[int]]) -> dict[int, Root]:
    elf = graph.ledger.elf
    roots: dict[int, Root] = {}
    for number, piece in enumerate(graph.pieces):
        root = _root(piece)
        if root is not None:
            roots[number] = root
    entry = graph.piece_at(elf.entry & ~1 if elf.machine == Machine.ARM else elf.entry)
    if entry is not None:
        roots[entry] = Root.ENTRY
    seen = set(roots)
    _reach(list(roots), successors, seen)
    # What is left stays all the same: the linker was told to keep it, or a reference was not seen.
    referred = {edge.target for edge in graph.edges}
    left = [n for n, p in enumerate(graph.pieces) if n not in seen and p.entry.kind is not Kind.PADDING]
    for number in [*(n for n in left if n not in referred), *left]:
        if number not in seen:
            roots[number] = Root.KEPT
            seen.add(number)
            _reach([number], successors, seen)
    return roots


def _root(piece: Piece) -> Root | None:
    if piece.entry.kind is Kind.VECTORS or piece.section.name in VECTOR_SECTIONS:
        return Root.VECTORS
    if piece.section.name.startswith(_INITIALISERS):
        return Root.INITIALISER
    return Root.LINKER if piece.entry.kind in (Kind.TABLES, Kind.SCRIPT) else None


def _reach(waiting: list[int], successors: list[list[int]], seen: set[int]) -> None:
    while waiting:
        for target in successors[waiting.pop()]:
            if target not in seen:
                seen.add(target)
                waiting.append(target)
