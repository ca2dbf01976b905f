"""Views of a byte map: trees of rows, each level grouped by something else, that add up level by level."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from itertools import groupby, repeat
from operator import itemgetter
from typing import NamedTuple, TypeVar

from wasmfit.elf.names.demangle import demangle
from wasmfit.elf.names.stable import family
from wasmfit.elf.records import Section, SectionType
from wasmfit.footprint.attribution.byte_map import ByteMap, ByteRange
from wasmfit.footprint.attribution.kinds import ByteKind
from wasmfit.footprint.attribution.owners import PADDING
from wasmfit.footprint.views.memories import MemoryLayout
from wasmfit.globs import EVERYTHING, NamePatterns
from wasmfit.words import hexadecimal

NO_FILE = "[no source file]"
"""Row of bytes whose source file is unknown."""
NO_OBJECT = "[no object]"
"""Row of bytes whose object no map has."""
BETWEEN = "[between sections]"
"""Row of what is written to the device and lies in no section: fill, and headers of the file."""


T = TypeVar("T")

# Quicker than attributes, and there are tens of thousands of ranges.
_RANGE, _START, _END = itemgetter(0), itemgetter(0), itemgetter(1)
_NAME, _SIZE = itemgetter(0), itemgetter(1)


class GroupBy(Enum):
    """What the rows of a level are grouped by; the value is its name on the command line."""

    SECTION = "section"
    REGION = "region"
    CRATE = "crate"
    OBJECT = "object"
    FILE = "file"
    SYMBOL = "symbol"
    FAMILY = "family"
    KIND = "kind"


class SortOrder(Enum):
    """The order of rows."""

    SIZE = "size"
    NAME = "name"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class ViewRow:
    """A row of a view.

    Attributes:
        by: What the row is grouped by; None for the whole.
        name: The group's name.
        bytes: Its bytes.
        count: How many rows it stands for: 1, or more for the row of all that are not shown.
        address: Lowest address of its bytes.
        rows: What it is made of, by the next grouping; its bytes add up to ``bytes``.
        symbol: For a symbol, its mangled name.
    """

    by: GroupBy | None
    name: str
    bytes: int
    count: int = 1
    address: int = 0
    rows: tuple["ViewRow", ...] = ()
    symbol: str | None = None

    def walk(self, path: tuple["ViewRow", ...] = ()) -> Iterator[tuple["ViewRow", ...]]:
        """Each row with the rows above it, the whole left out."""
        for row in self.rows:
            here = (*path, row)
            yield here
            yield from row.walk(here)


@dataclass(frozen=True)
class ViewFilter:
    """What a view shows; each pattern is a shell's (``wasm*``), and an empty tuple matches everything.

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
        """Whether everything matches."""
        return not (self.sections or self.regions or self.owners)


NO_FILTER = ViewFilter()
"""Matches everything."""


class PlacedRange(NamedTuple):
    """A range in one of the memories that hold it.

    Attributes:
        byte_range: The range.
        region: The memory's name; empty where memories are not asked for.
    """

    byte_range: ByteRange
    region: str


def placed_ranges(
    byte_map: ByteMap, memories: MemoryLayout, *, regions: bool, only: ViewFilter
) -> list[PlacedRange]:
    """The ranges that a view adds up.

    Args:
        byte_map: The byte map.
        memories: Where sections lie.
        regions: Whether memories are asked for. Then a range counts in each memory that holds it, as
            initialised data does in flash and in RAM, and what lies between sections counts as well.
        only: Which of them.
    """
    ranges: Iterable[PlacedRange]
    if regions or only.regions:
        ranges = _in_memories(byte_map, memories)
    else:
        ranges = map(PlacedRange._make, zip(byte_map.ranges, repeat("")))
    return list(ranges) if only.is_open else [placed for placed in ranges if _shown(placed, only)]


def _in_memories(byte_map: ByteMap, memories: MemoryLayout) -> Iterator[PlacedRange]:
    """The ranges, cut to what their sections take of each memory: they add up to the memories' totals."""
    taken = memories.account.by_section()
    for section, ranges in groupby(byte_map.ranges, key=lambda byte_range: byte_range.section):
        extents = taken.get(section.index, ())
        for byte_range in ranges:
            offset = byte_range.start - section.address
            for extent in extents:
                low = max(offset, extent.offset)
                high = min(offset + byte_range.size, extent.offset + extent.size)
                if low < high:
                    whole = (low, high) == (offset, offset + byte_range.size)
                    start, end = section.address + low, section.address + high
                    cut = byte_range if whole else byte_range._replace(start=start, end=end)
                    yield PlacedRange(cut, extent.memory)
    for region, low, high in memories.between():
        section = Section(0, BETWEEN, low, high - low, SectionType.NULL, 0, 1, 0)
        yield PlacedRange(ByteRange(low, high, section, ByteKind.PADDING, PADDING, None, None, None), region)


@lru_cache(maxsize=8)
def _patterns(patterns: tuple[str, ...]) -> NamePatterns:
    return NamePatterns(patterns or EVERYTHING)


def _shown(placed: PlacedRange, only: ViewFilter) -> bool:
    return (
        _patterns(only.sections).match(placed.byte_range.section.name)
        and _patterns(only.regions).match(placed.region)
        and _patterns(only.owners).match(placed.byte_range.owner)
    )


# A row's key is what tells it from others: a symbol's mangled name, not what it reads like.


def _symbol(placed: PlacedRange) -> str:
    symbol = placed[0][5]
    return _nameless(placed[0]) if symbol is None else symbol[0]


def _family(placed: PlacedRange) -> str:
    symbol = placed.byte_range.symbol
    return _nameless(placed.byte_range) if symbol is None else family(symbol.name)


def _nameless(byte_range: ByteRange) -> str:
    """The row of what has no symbol: its owner if that says what it is, else the input section or nothing."""
    if byte_range.owner.startswith("["):
        return byte_range.owner
    return f"[no symbol: {byte_range.owner}]"


def _file(placed: PlacedRange) -> str:
    byte_range = placed.byte_range
    if byte_range.file is not None:
        return byte_range.file
    return byte_range.owner if byte_range.symbol is None and byte_range.owner.startswith("[") else NO_FILE


def _object(placed: PlacedRange) -> str:
    source = placed.byte_range.input
    return NO_OBJECT if source is None else source.object


GROUP_KEYS: dict[GroupBy, Callable[[PlacedRange], str]] = {
    GroupBy.SECTION: lambda placed: placed[0][2].name,
    GroupBy.REGION: lambda placed: placed.region,
    GroupBy.CRATE: lambda placed: placed[0][4],
    GroupBy.OBJECT: _object,
    GroupBy.FILE: _file,
    GroupBy.SYMBOL: _symbol,
    GroupBy.FAMILY: _family,
    GroupBy.KIND: lambda placed: placed.byte_range.kind.value,
}
"""Grouping → the key of the row that a range is in."""


Top = tuple[int | None, ...]
"""Most rows of each level, from the outermost on; the last holds for all further ones. None: no limit."""


def build_view(
    ranges: Sequence[PlacedRange],
    by: Sequence[GroupBy],
    *,
    top: Top = (None,),
    sort: SortOrder = SortOrder.SIZE,
) -> ViewRow:
    """Add up ranges by one grouping after the other.

    Args:
        ranges: The ranges.
        by: The groupings, the outermost first.
        top: Most rows of each level; what is left of one becomes one row more.
        sort: Order of the rows; the row of what is left comes last.
    """
    lowest = min(map(_START, map(_RANGE, ranges)), default=0)
    whole = ViewRow(None, "total", _bytes(ranges), address=lowest)
    return replace(whole, rows=_rows(ranges, tuple(by), top, sort))


def _bytes(ranges: Iterable[PlacedRange]) -> int:
    found: list[ByteRange] = [byte_range for byte_range, _ in ranges]
    starts: int = sum(map(_START, found))
    ends: int = sum(map(_END, found))
    return ends - starts


def _rows(
    ranges: Sequence[PlacedRange], by: tuple[GroupBy, ...], top: Top, sort: SortOrder
) -> tuple[ViewRow, ...]:
    if not by:
        return ()
    rows = _groups(ranges, GROUP_KEYS[by[0]], innermost=len(by) == 1)
    _largest_first(rows, top[0])
    # The largest are shown, in whatever order.
    shown, rest = split_top(rows, top[0])
    view_rows = [
        ViewRow(
            by=by[0],
            name=demangle(name) if by[0] is GroupBy.SYMBOL else name,
            bytes=size,
            address=group[0].byte_range.start,
            rows=_rows(group, by[1:], top[1:] or top, sort),
            symbol=name if by[0] is GroupBy.SYMBOL else None,
        )
        for name, size, group in shown
    ]
    if sort is SortOrder.NAME:
        view_rows.sort(key=lambda row: row.name)
    elif sort is SortOrder.ADDRESS:
        view_rows.sort(key=lambda row: (row.address, row.name))
    if rest:
        others = sum(size for _, size, _ in rest)
        address = rest[0][2][0].byte_range.start
        name = f"the other {len(rest):,}"
        view_rows.append(ViewRow(by[0], name, others, count=len(rest), address=address))
    return tuple(view_rows)


_Group = tuple[str, int, Sequence[PlacedRange]]
"""What a row shows: its key, its bytes and its ranges, of which the innermost rows need the first alone."""


def _groups(
    ranges: Sequence[PlacedRange], key: Callable[[PlacedRange], str], *, innermost: bool
) -> list[_Group]:
    """Ranges by their keys, in the order in which those first come."""
    names = map(key, ranges)
    if innermost:
        sizes: dict[str, int] = {}
        firsts: dict[str, PlacedRange] = {}
        for name, placed in zip(names, ranges, strict=True):
            found = placed[0]
            if name in sizes:
                sizes[name] += found[1] - found[0]
            else:
                sizes[name], firsts[name] = found[1] - found[0], placed
        return [(name, size, (firsts[name],)) for name, size in sizes.items()]
    groups: dict[str, list[PlacedRange]] = {}
    if key is GROUP_KEYS[GroupBy.SECTION]:
        for name, run in groupby(ranges, key):  # whose ranges stand together
            groups.setdefault(name, []).extend(run)
    else:
        for name, placed in zip(names, ranges, strict=True):
            if name in groups:
                groups[name].append(placed)
            else:
                groups[name] = [placed]
    return [(name, _bytes(group), group) for name, group in groups.items()]


def _largest_first(rows: list[_Group], top: int | None) -> None:
    """Sorts rows by size and then by name; those after the ``top`` largest and the next only by size."""
    rows.sort(key=_SIZE, reverse=True)
    named = len(rows)
    if top is not None and top < named:
        # Where the cut falls among rows of one size, all of these.
        smallest = rows[min(top + 1, named - 1)][1]
        named = bisect_right(rows, -smallest, key=_negative_size)
    # By name, and then by size, where equal ones keep their order: quicker than by both at once.
    shown = sorted(rows[:named], key=_NAME)
    shown.sort(key=_SIZE, reverse=True)
    rows[:named] = shown


def _negative_size(row: _Group) -> int:
    return -row[1]


def split_top(rows: list[T], top: int | None) -> tuple[list[T], list[T]]:
    """The first rows and the rest; one row more than asked for is shown rather than called the rest."""
    return (rows, []) if top is None or len(rows) <= top + 1 else (rows[:top], rows[top:])


def row_label(row: ViewRow) -> str:
    """A row's name, with its address where the name alone would not say much."""
    if row.by is GroupBy.SYMBOL and row.symbol is not None and row.symbol.startswith((".L", "anon.")):
        return f"{row.name} at {hexadecimal(row.address)}"
    return row.name
