"""Views of a ledger: trees of rows, each level by another question, that add up level by level."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from fnmatch import fnmatchcase
from typing import NamedTuple, TypeVar

from wasmfit.elf.names.demangle import readable
from wasmfit.elf.names.stable import family
from wasmfit.elf.records import Section, SectionType
from wasmfit.footprint.attribution.byte_map import Entry, Ledger
from wasmfit.footprint.attribution.kinds import Kind
from wasmfit.footprint.attribution.owners import PADDING
from wasmfit.footprint.views.memories import Memories
from wasmfit.words import hexadecimal

NO_FILE = "[no source file]"
"""Row of what nothing tells the source file of."""
NO_OBJECT = "[no object]"
"""Row of what no map tells the object of."""
BETWEEN = "[between sections]"
"""Row of what is written to the device and lies in no section: fill, and headers of the file."""


T = TypeVar("T")


class By(Enum):
    """The question that a level of a view answers; the value is its name on the command line."""

    SECTION = "section"
    REGION = "region"
    CRATE = "crate"
    OBJECT = "object"
    FILE = "file"
    SYMBOL = "symbol"
    FAMILY = "family"
    KIND = "kind"


class Sort(Enum):
    """The order of rows."""

    SIZE = "size"
    NAME = "name"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Node:
    """A row of a view.

    Attributes:
        by: The question that the row answers; None for the whole.
        name: The answer.
        bytes: Its bytes.
        count: How many rows it stands for: 1, or more for the row of all that are not shown.
        address: Lowest address of its bytes.
        rows: What it is made of, by the next question; its bytes add up to ``bytes``.
        symbol: For a symbol, its mangled name.
    """

    by: By | None
    name: str
    bytes: int
    count: int = 1
    address: int = 0
    rows: tuple["Node", ...] = ()
    symbol: str | None = None

    def walk(self, path: tuple["Node", ...] = ()) -> Iterator[tuple["Node", ...]]:
        """Each row with the rows above it, the whole left out."""
        for row in self.rows:
            here = (*path, row)
            yield here
            yield from row.walk(here)


class Filter(NamedTuple):
    """What a view is of; each pattern is a shell's (``wasm*``), and an empty tuple lets all pass.

    Attributes:
        sections: Patterns of sections' names.
        regions: Patterns of memories' names.
        owners: Patterns of owners.
    """

    sections: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether everything passes."""
        return not (self.sections or self.regions or self.owners)


NO_FILTER = Filter()
"""Lets everything pass."""


class Item(NamedTuple):
    """An entry at one of its places.

    Attributes:
        entry: The entry.
        region: The memory's name; empty as long as nobody asked.
    """

    entry: Entry
    region: str


def items(ledger: Ledger, memories: Memories, *, regions: bool, only: Filter) -> list[Item]:
    """What a view adds up.

    Args:
        ledger: The ledger.
        memories: Where sections lie.
        regions: Whether memories are asked for. Then an entry counts in each memory that holds it, as
            initialised data does in flash and in RAM, and what lies between sections counts as well.
        only: What passes.
    """
    wanted = regions or bool(only.regions)
    chosen: Iterable[Item]
    if wanted:
        places = {s.index: [place.memory for place in memories.places(s)] for s in ledger.elf.allocated()}
        chosen = (Item(e, region) for e in ledger.entries for region in places[e.section.index])
        chosen = [*chosen, *_between(memories)]
    else:
        chosen = (Item(entry, "") for entry in ledger.entries)
    if only.is_open:
        return list(chosen)
    return [item for item in chosen if _passes(item, only)]


def _between(memories: Memories) -> Iterator[Item]:
    for region, low, high in memories.between():
        section = Section(0, BETWEEN, low, high - low, SectionType.NULL, 0, 1, 0)
        yield Item(Entry(low, high, section, Kind.PADDING, PADDING, None, None, None), region)


def _passes(item: Item, only: Filter) -> bool:
    return (
        _matches(item.entry.section.name, only.sections)
        and _matches(item.region, only.regions)
        and _matches(item.entry.owner, only.owners)
    )


def _matches(name: str, patterns: Sequence[str]) -> bool:
    return not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)


# A row's key is what tells it from others: a symbol's mangled name, not what it reads like.


def _symbol(item: Item) -> str:
    symbol = item.entry.symbol
    return _nameless(item.entry) if symbol is None else symbol.name


def _family(item: Item) -> str:
    symbol = item.entry.symbol
    return _nameless(item.entry) if symbol is None else family(symbol.name)


def _nameless(entry: Entry) -> str:
    """The row of what has no symbol: its owner if that says what it is, else the input section or nothing."""
    if entry.owner.startswith("["):
        return entry.owner
    return f"[no symbol: {entry.owner}]"


def _file(item: Item) -> str:
    entry = item.entry
    if entry.file is not None:
        return entry.file
    return entry.owner if entry.symbol is None and entry.owner.startswith("[") else NO_FILE


def _object(item: Item) -> str:
    source = item.entry.input
    return NO_OBJECT if source is None else source.object


KEYS: dict[By, Callable[[Item], str]] = {
    By.SECTION: lambda item: item.entry.section.name,
    By.REGION: lambda item: item.region,
    By.CRATE: lambda item: item.entry.owner,
    By.OBJECT: _object,
    By.FILE: _file,
    By.SYMBOL: _symbol,
    By.FAMILY: _family,
    By.KIND: lambda item: item.entry.kind.value,
}
"""Question → a row's key."""


Top = tuple[int | None, ...]
"""Most rows of each level, from the outermost on; the last holds for all further ones. None is no limit."""


def tree(chosen: Sequence[Item], by: Sequence[By], *, top: Top = (None,), sort: Sort = Sort.SIZE) -> Node:
    """Add up items by one question after the other.

    Args:
        chosen: The items.
        by: The questions, the outermost first.
        top: Most rows of each level; what is left of one becomes one row more.
        sort: Order of the rows; the row of what is left comes last.
    """
    whole = Node(None, "total", _bytes(chosen), address=min((i.entry.start for i in chosen), default=0))
    return replace(whole, rows=_rows(chosen, tuple(by), top, sort))


def _bytes(chosen: Iterable[Item]) -> int:
    return sum(item.entry.end - item.entry.start for item in chosen)


def _rows(chosen: Sequence[Item], by: tuple[By, ...], top: Top, sort: Sort) -> tuple[Node, ...]:
    if not by:
        return ()
    key = KEYS[by[0]]
    groups: dict[str, list[Item]] = {}
    for item in chosen:
        groups.setdefault(key(item), []).append(item)
    rows = [(name, _bytes(group), group) for name, group in groups.items()]
    rows.sort(key=lambda row: (-row[1], row[0]))
    # The largest are shown, in whatever order.
    shown, rest = cut(rows, top[0])
    nodes = [
        Node(
            by=by[0],
            name=readable(name) if by[0] is By.SYMBOL else name,
            bytes=size,
            address=group[0].entry.start,
            rows=_rows(group, by[1:], top[1:] or top, sort),
            symbol=name if by[0] is By.SYMBOL else None,
        )
        for name, size, group in shown
    ]
    if sort is Sort.NAME:
        nodes.sort(key=lambda node: node.name)
    elif sort is Sort.ADDRESS:
        nodes.sort(key=lambda node: (node.address, node.name))
    if rest:
        others = sum(size for _, size, _ in rest)
        nodes.append(
            Node(
                by[0], f"the other {len(rest):,}", others, count=len(rest), address=rest[0][2][0].entry.start
            )
        )
    return tuple(nodes)


def cut(rows: list[T], top: int | None) -> tuple[list[T], list[T]]:
    """The first rows and the rest; one row more than asked for is shown rather than called the rest."""
    return (rows, []) if top is None or len(rows) <= top + 1 else (rows[:top], rows[top:])


def label(node: Node) -> str:
    """A row's name, with its address where the name alone would not tell much."""
    if node.by is By.SYMBOL and node.symbol is not None and node.symbol.startswith((".L", "anon.")):
        return f"{node.name} at {hexadecimal(node.address)}"
    return node.name
