"""What changed between two firmwares: grew, shrank, appeared, vanished, moved; to the byte."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from wasmfit.elf.names.stable import family
from wasmfit.footprint.views.crate_versions import CrateChange
from wasmfit.footprint.views.matching import matched_paths, source_name
from wasmfit.footprint.views.tree import GROUP_KEYS, GroupBy, PlacedRange, Top, split_top

_COMPILERS = (".L", "anon.", "alloc_", "switch.table", "__unnamed_", "vtable.", "CSWTCH.")


class ChangeKind(Enum):
    """How a row changed."""

    GREW = "grew"
    SHRANK = "shrank"
    APPEARED = "appeared"
    VANISHED = "vanished"
    SAME = "same size"


@dataclass(frozen=True, slots=True)
class SizeChange:
    """A row of a comparison.

    Attributes:
        by: What the row is grouped by; None for the whole.
        name: The group's name.
        before: Bytes in the old file.
        after: Bytes in the new file.
        count: How many rows it stands for: 1, or more for the row of all that are not shown.
        rows: What it is made of, by the next grouping. They add up to ``before`` and ``after``.
    """

    by: GroupBy | None
    name: str
    before: int
    after: int
    count: int = 1
    rows: tuple["SizeChange", ...] = ()

    @property
    def bytes(self) -> int:
        """The difference."""
        return self.after - self.before

    @property
    def kind(self) -> ChangeKind:
        """How it changed."""
        if self.before == self.after:
            return ChangeKind.SAME
        if not self.before:
            return ChangeKind.APPEARED
        if not self.after:
            return ChangeKind.VANISHED
        return ChangeKind.GREW if self.after > self.before else ChangeKind.SHRANK


@dataclass(frozen=True, slots=True)
class SymbolMove:
    """Something that both files have, with another owner or in another section.

    Attributes:
        name: Its name.
        before: Its section and owner in the old file.
        after: Its section and owner in the new file.
        bytes_before: Bytes in the old file.
        bytes_after: Bytes in the new file.
    """

    name: str
    before: tuple[str, str]
    after: tuple[str, str]
    bytes_before: int
    bytes_after: int


@dataclass(frozen=True, slots=True)
class SizeDifference:
    """The difference of two files.

    Attributes:
        base: Path of the old file.
        view: The rows; they add up to the difference of the two, exactly.
        moves: What is in both and has another section or owner now, the largest first. Its bytes are in the
            view as well, once before and once after.
        crates: The crates that are not the same.
    """

    base: str
    view: SizeChange
    moves: tuple[SymbolMove, ...]
    crates: tuple[CrateChange, ...]


def build_changes(
    old: Sequence[PlacedRange], new: Sequence[PlacedRange], by: Sequence[GroupBy], *, top: Top = (None,)
) -> SizeChange:
    """Add up the ranges of two files side by side, by one grouping after the other.

    Symbols are matched by what they are called in the source, and files and objects by the ends of their
    paths; those of one name are added up.

    Args:
        old: Ranges of the old file.
        new: Ranges of the new file.
        by: The groupings, the outermost first.
        top: Most rows of each level; what is left of one becomes one row more.
    """
    keys = _Keys(old, new, by)
    return SizeChange(None, "total", _bytes(old), _bytes(new), rows=_rows(old, new, (tuple(by), keys), top))


def moves(old: Sequence[PlacedRange], new: Sequence[PlacedRange]) -> tuple[SymbolMove, ...]:
    """What has one section and owner in each of the files, and not the same ones."""
    before, after = _homes(old), _homes(new)
    moved = []
    for name in before.keys() & after.keys():
        was, now = before[name], after[name]
        if len(was) == len(now) == 1 and was.keys() != now.keys():
            ((old_home, old_size),) = was.items()
            ((new_home, new_size),) = now.items()
            moved.append(SymbolMove(name, old_home, new_home, old_size, new_size))
    return tuple(sorted(moved, key=lambda move: (-max(move.bytes_before, move.bytes_after), move.name)))


def _homes(placed: Sequence[PlacedRange]) -> dict[str, dict[tuple[str, str], int]]:
    """Symbol → section and owner → bytes."""
    homes: dict[str, dict[tuple[str, str], int]] = {}
    for byte_range, _ in placed:
        if byte_range.symbol is None or byte_range.symbol.name.startswith(_COMPILERS):
            continue
        sizes = homes.setdefault(source_name(byte_range.symbol.name), {})
        home = (byte_range.section.name, byte_range.owner)
        sizes[home] = sizes.get(home, 0) + byte_range.end - byte_range.start
    return homes


_PATHS = (GroupBy.FILE, GroupBy.OBJECT)


class _Keys:
    """The keys of rows, the same for what is the same in the source."""

    def __init__(self, old: Sequence[PlacedRange], new: Sequence[PlacedRange], by: Sequence[GroupBy]) -> None:
        # The folders that two builds were made in differ.
        self._paths = {
            grouping: matched_paths(
                {GROUP_KEYS[grouping](placed) for placed in old},
                {GROUP_KEYS[grouping](placed) for placed in new},
            )
            for grouping in by
            if grouping in _PATHS
        }

    def key(self, by: GroupBy, placed: PlacedRange) -> str:
        """The row that a range of either file is in."""
        symbol = placed.byte_range.symbol
        if symbol is None or by not in (GroupBy.SYMBOL, GroupBy.FAMILY):
            name = GROUP_KEYS[by](placed)
            return self._paths[by].get(name, name) if by in _PATHS else name
        if symbol.name.startswith(_COMPILERS):
            # The compiler numbers them again in each build.
            return f"[named by the compiler: {placed.byte_range.owner}]"
        return source_name(symbol.name) if by is GroupBy.SYMBOL else family(symbol.name)


def _bytes(placed: Sequence[PlacedRange]) -> int:
    return sum(byte_range.end - byte_range.start for byte_range, _ in placed)


def _rows(
    old: Sequence[PlacedRange],
    new: Sequence[PlacedRange],
    grouping: tuple[tuple[GroupBy, ...], _Keys],
    top: Top,
) -> tuple[SizeChange, ...]:
    by, keys = grouping
    if not by:
        return ()
    inner = by[1:], keys
    groups: dict[str, tuple[list[PlacedRange], list[PlacedRange]]] = {}
    for side, ranges in enumerate((old, new)):
        for placed in ranges:
            groups.setdefault(keys.key(by[0], placed), ([], []))[side].append(placed)
    changes = [
        SizeChange(by[0], name, _bytes(was), _bytes(now), rows=_rows(was, now, inner, top[1:] or top))
        for name, (was, now) in groups.items()
    ]
    changed = sorted(
        (change for change in changes if change.bytes or _changed_bytes(change)),
        key=lambda change: (-abs(change.bytes), -_changed_bytes(change), change.name),
    )
    same = [change for change in changes if not change.bytes and not _changed_bytes(change)]
    shown, rest = split_top(changed, top[0])
    shown = list(shown)
    if rest:
        shown.append(_combined(by[0], f"the other {len(rest):,}", rest))
    if same:
        shown.append(_combined(by[0], f"{len(same):,} unchanged", same))
    return tuple(shown)


def _changed_bytes(change: SizeChange) -> int:
    """Bytes that changed in a row, also where its own size did not."""
    if not change.rows:
        return abs(change.bytes)
    return sum(_changed_bytes(row) for row in change.rows)


def _combined(by: GroupBy, name: str, changes: Sequence[SizeChange]) -> SizeChange:
    before = sum(change.before for change in changes)
    after = sum(change.after for change in changes)
    return SizeChange(by, name, before, after, count=len(changes))
