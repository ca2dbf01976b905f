"""What changed between two firmwares: grew, shrank, appeared, vanished, moved; to the byte."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from wasmfit.elf.names.stable import family, lasting
from wasmfit.footprint.views.crate_versions import CrateChange
from wasmfit.footprint.views.tree import KEYS, By, Item, Top, cut

_COMPILERS = (".L", "anon.", "alloc_", "switch.table", "__unnamed_", "vtable.")


class How(Enum):
    """How a row changed."""

    GREW = "grew"
    SHRANK = "shrank"
    APPEARED = "appeared"
    VANISHED = "vanished"
    SAME = "same size"


@dataclass(frozen=True, slots=True)
class Change:
    """A row of a comparison.

    Attributes:
        by: The question that the row answers; None for the whole.
        name: The answer.
        before: Bytes in the old file.
        after: Bytes in the new file.
        count: How many rows it stands for: 1, or more for the row of all that are not shown.
        rows: What it is made of, by the next question. They add up to ``before`` and ``after``.
    """

    by: By | None
    name: str
    before: int
    after: int
    count: int = 1
    rows: tuple["Change", ...] = ()

    @property
    def bytes(self) -> int:
        """The difference."""
        return self.after - self.before

    @property
    def how(self) -> How:
        """How it changed."""
        if self.before == self.after:
            return How.SAME
        if not self.before:
            return How.APPEARED
        if not self.after:
            return How.VANISHED
        return How.GREW if self.after > self.before else How.SHRANK


@dataclass(frozen=True, slots=True)
class Move:
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
class Difference:
    """The difference of two files.

    Attributes:
        base: Path of the old file.
        view: The rows; they add up to the difference of the two, exactly.
        moves: What is in both and belongs elsewhere now, the largest first. Its bytes are in the view as
            well, once at each place.
        crates: The crates that are not the same.
    """

    base: str
    view: Change
    moves: tuple[Move, ...]
    crates: tuple[CrateChange, ...]


def change_tree(old: Sequence[Item], new: Sequence[Item], by: Sequence[By], *, top: Top = (None,)) -> Change:
    """Add up two files' items side by side, by one question after the other.

    Symbols are matched by their names without hashes and disambiguators; those of one name are added up.

    Args:
        old: Items of the old file.
        new: Items of the new file.
        by: The questions, the outermost first.
        top: Most rows of each level; what is left of one becomes one row more.
    """
    return Change(None, "total", _bytes(old), _bytes(new), rows=_rows(old, new, tuple(by), top))


def moves(old: Sequence[Item], new: Sequence[Item]) -> tuple[Move, ...]:
    """What both files have at one place each, and not the same one."""
    before, after = _places(old), _places(new)
    found = []
    for name in before.keys() & after.keys():
        was, now = before[name], after[name]
        if len(was) == len(now) == 1 and was.keys() != now.keys():
            ((place, size),) = was.items()
            ((new_place, new_size),) = now.items()
            found.append(Move(name, place, new_place, size, new_size))
    return tuple(sorted(found, key=lambda move: (-max(move.bytes_before, move.bytes_after), move.name)))


def _places(items: Sequence[Item]) -> dict[str, dict[tuple[str, str], int]]:
    places: dict[str, dict[tuple[str, str], int]] = {}
    for item in items:
        entry = item.entry
        if entry.symbol is None or entry.symbol.name.startswith(_COMPILERS):
            continue
        sizes = places.setdefault(lasting(entry.symbol.name), {})
        place = (entry.section.name, entry.owner)
        sizes[place] = sizes.get(place, 0) + entry.end - entry.start
    return places


def _key(by: By, item: Item) -> str:
    symbol = item.entry.symbol
    if symbol is None or by not in (By.SYMBOL, By.FAMILY):
        return KEYS[by](item)
    if symbol.name.startswith(_COMPILERS):
        # The compiler numbers them anew in each build.
        return f"[named by the compiler: {item.entry.owner}]"
    return lasting(symbol.name) if by is By.SYMBOL else family(symbol.name)


def _bytes(items: Sequence[Item]) -> int:
    return sum(item.entry.end - item.entry.start for item in items)


def _rows(old: Sequence[Item], new: Sequence[Item], by: tuple[By, ...], top: Top) -> tuple[Change, ...]:
    if not by:
        return ()
    groups: dict[str, tuple[list[Item], list[Item]]] = {}
    for side, items in enumerate((old, new)):
        for item in items:
            groups.setdefault(_key(by[0], item), ([], []))[side].append(item)
    changes = [
        Change(by[0], name, _bytes(was), _bytes(now), rows=_rows(was, now, by[1:], top[1:] or top))
        for name, (was, now) in groups.items()
    ]
    changed = sorted(
        (change for change in changes if change.bytes or _stirred(change)),
        key=lambda change: (-abs(change.bytes), -_stirred(change), change.name),
    )
    same = [change for change in changes if not change.bytes and not _stirred(change)]
    shown, rest = cut(changed, top[0])
    shown = list(shown)
    if rest:
        shown.append(_together(by[0], f"the other {len(rest):,}", rest))
    if same:
        shown.append(_together(by[0], f"{len(same):,} unchanged", same))
    return tuple(shown)


def _stirred(change: Change) -> int:
    """Bytes that changed inside of a row whose own size need not have."""
    if not change.rows:
        return abs(change.bytes)
    return sum(_stirred(row) for row in change.rows)


def _together(by: By, name: str, changes: Sequence[Change]) -> Change:
    before = sum(change.before for change in changes)
    after = sum(change.after for change in changes)
    return Change(by, name, before, after, count=len(changes))
