"""What changed between two snapshots: every figure of every cell, and where it is unsure, that."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from wasmfit.errors import UsageError
from wasmfit.model import Activities, Measurement, Provenance, Status
from wasmfit.store.measurements import Kept, Reader
from wasmfit.words import printable

from .amounts import Amount
from .c_libraries import caution_of_changes
from .metric_values import amount, values
from .metrics import FLASH_OVER_BASELINE, OWNERS, Better, Figure, figure
from .provenance import differences
from .snapshot import By, Snapshot, cell_of


class How(StrEnum):
    """What became of a cell, or of a figure.

    Attributes:
        UNSURE: Only predictions changed, and by less than their error bars.
    """

    CHANGED = "changed"
    UNSURE = "unsure"
    UNCHANGED = "unchanged"
    NEW = "new"
    VANISHED = "vanished"


class Verdict(StrEnum):
    """Whether a change is for the better."""

    BETTER = "better"
    WORSE = "worse"
    NEITHER = "neither"


class FigureChange(NamedTuple):
    """A figure that is not what it was; a tuple, as :class:`Amount` is.

    Attributes:
        figure: What it is.
        before, after: Its values; ``None`` where it is not known.
    """

    figure: Figure
    before: Amount | None
    after: Amount | None

    @property
    def how(self) -> How:
        """Changed, or unsure: where the error bars have a value in common."""
        before, after = self.before, self.after
        if before is None or after is None or before.low is None or after.low is None:
            return How.CHANGED
        return How.UNSURE if before.meets(after) else How.CHANGED

    @property
    def by(self) -> int | float | None:
        """The difference."""
        if self.before is None or self.after is None:
            return None
        return self.after.value - self.before.value

    @property
    def percent(self) -> float | None:
        """The difference in percent of what there was."""
        if self.before is None or self.after is None or not self.before.value:
            return None
        return 100 * (self.after.value - self.before.value) / abs(self.before.value)

    @property
    def verdict(self) -> Verdict:
        """Whether it is for the better; neither, where that is unsure or means nothing."""
        return self.judged(self.how)

    def judged(self, how: How) -> Verdict:
        """The same, where it is known how it changed."""
        better, before, after = self.figure.better, self.before, self.after
        if better is Better.NEITHER or how is not How.CHANGED or before is None or after is None:
            return Verdict.NEITHER
        return Verdict.BETTER if (after.value < before.value) == (better is Better.LESS) else Verdict.WORSE


@dataclass(frozen=True, slots=True)
class SymbolChange:
    """A symbol of an image that grew or shrank, in bytes."""

    name: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class End:
    """How a cell ended, on one side."""

    id: str
    status: Status
    reason: str | None


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that is not what it was.

    Attributes:
        name: What it is called on both sides.
        how: What became of it.
        before, after: How it ended; ``None`` on a side that does not have it.
        figures: The figures that are not what they were, in the order of the record.
        unchanged: How many are.
        why: What differs in how the two came to be.
        elves: The images with their SHA-256, before and after, where they are known.
    """

    name: str
    how: How
    before: End | None
    after: End | None
    figures: tuple[FigureChange, ...] = ()
    unchanged: int = 0
    why: tuple[str, ...] = ()
    elves: tuple[tuple[str, str], tuple[str, str]] | None = None

    @property
    def status_changed(self) -> bool:
        """Whether it ended otherwise on both sides that have it."""
        return self.before is not None and self.after is not None and self.before.status != self.after.status

    @property
    def owners(self) -> tuple[FigureChange, ...]:
        """The owners that grew or shrank, the most first."""
        owners = [one for one in self.figures if one.figure.name.startswith(OWNERS)]
        return tuple(sorted(owners, key=lambda one: (-abs(one.by or 0), one.figure.name)))

    def change(self, name: str) -> FigureChange | None:
        """What became of a figure; ``None`` where nothing did."""
        return next((one for one in self.figures if one.figure.name == name), None)


@dataclass(frozen=True)
class Changes:
    """What changed between two snapshots.

    Attributes:
        before, after: What was compared, in words.
        cells: The cells that are not what they were, in the order of the new side, vanished ones last.
        unchanged: How many cells are.
        notes: What to know beside the figures.
        symbols: Cell's name → the symbols that changed most, where both images are still there.
    """

    before: str
    after: str
    cells: tuple[CellChange, ...]
    unchanged: int
    notes: tuple[str, ...] = ()
    symbols: Mapping[str, tuple[SymbolChange, ...]] | None = None

    def of(self, how: How) -> tuple[CellChange, ...]:
        """The cells of which that became."""
        return tuple(cell for cell in self.cells if cell.how is how)


def changes(
    before: Snapshot, after: Snapshot, only: Sequence[str] = (), *, everything: bool = False
) -> Changes:
    """Compares two snapshots, cell by cell and figure by figure.

    Args:
        before, after: The sides.
        only: Globs over names or ids of cells; none takes all.
        everything: With ``run.activity``, which explains other figures and is three quarters of all.

    Raises:
        UsageError: The sides' cells have nothing to do with each other, or no cell is selected.
    """
    if before.by is not after.by:
        raise UsageError(
            f"{before.title} and {after.title} cannot be held against each other: one tells cells apart by "
            f"{before.by.value}, the other by {after.by.value}.",
            "Compare a run or file with one, a version with a version, or a profile with a profile.",
        )
    before, after = before.selected(only), after.selected(only)
    if only and not before.entries and not after.entries:
        raise UsageError(
            f"No cell matches {printable(' or '.join(only))}.", "Ids are in `wasmfit list cells`."
        )
    notes: list[str] = []
    found: list[CellChange] = []
    pairs: list[tuple[Provenance, Provenance]] = []
    unchanged = 0
    for name, entry in after.entries.items():
        old = before.entries.get(name)
        if old is None:
            found.append(CellChange(name, How.NEW, None, _end(entry)))
        elif _same(old, entry, after.reader):
            unchanged += 1
        else:
            was, now = before.measurement(name), after.measurement(name)
            if was is None or now is None:
                notes.append(f"{name}: its record is of an older wasmfit and is not understood")
                continue
            change = compare(name, was, now, everything=everything)
            if change.how is How.UNCHANGED:
                unchanged += 1
            else:
                found.append(change)
                pairs.append((was.provenance, now.provenance))
    found += [
        CellChange(name, How.VANISHED, _end(entry), None)
        for name, entry in before.entries.items()
        if name not in after.entries
    ]
    if libraries := caution_of_changes(pairs):
        notes.append(libraries)
    if before.by is not By.CELL:
        notes.append("the newest measurement of each cell counts, whenever it was made")
    return Changes(before.title, after.title, tuple(found), unchanged, tuple(notes))


def compare(name: str, before: Measurement, after: Measurement, *, everything: bool = False) -> CellChange:
    """Compares two measurements of what goes by one name."""
    was, now = values(before, activity=everything), values(after, activity=everything)
    gone = [one for one in was if one not in now]
    changed = []
    for one in (*(name for name, new in now.items() if was.get(name) != new), *gone):
        old, new = was.get(one), now.get(one)
        if one.startswith(OWNERS):
            # Who owns nothing in one of two images owns no byte of it.
            old = 0 if old is None and before.size is not None else old
            new = 0 if new is None and after.size is not None else new
        elif one == FLASH_OVER_BASELINE and (old is None or new is None):
            continue  # A baseline that is not at hand on one side says nothing of the cell.
        changed.append(
            FigureChange(
                figure(one), None if old is None else amount(old), None if new is None else amount(new)
            )
        )
    other = before.status is not after.status or _activity(before) != _activity(after)
    if other or any(one.how is How.CHANGED for one in changed):
        how = How.CHANGED
    else:
        how = How.UNSURE if changed else How.UNCHANGED
    return CellChange(
        name,
        how,
        End(before.id, before.status, before.reason),
        End(after.id, after.status, after.reason),
        tuple(changed),
        len(now) + len(gone) - len(changed),
        differences(before.provenance, after.provenance) if how is not How.UNCHANGED else (),
        _elves(before, after),
    )


def _activity(one: Measurement) -> Activities | None:
    return None if one.run is None else one.run.activity


def largest(cells: Iterable[CellChange], name: str) -> list[CellChange]:
    """The cells in which a figure changed, the most first."""

    def by(cell: CellChange) -> float:
        change = cell.change(name)
        return 0 if change is None or change.by is None else abs(change.by)

    return sorted((cell for cell in cells if by(cell)), key=lambda cell: (-by(cell), cell.name))


def _same(before: Kept | Measurement, after: Kept | Measurement, reader: Reader | None) -> bool:
    """Whether both sides show the same, told without reading it: most cells of most runs do."""
    if not (isinstance(before, Kept) and isinstance(after, Kept)) or before.status is not after.status:
        return False
    if before.number is None or after.number is None:
        return before.number is after.number
    if before.number == after.number:
        return True
    return before.cell == after.cell and reader is not None and reader.alike(before.number, after.number)


def _end(entry: Kept | Measurement) -> End:
    return End(cell_of(entry), entry.status, entry.reason)


def _elves(before: Measurement, after: Measurement) -> tuple[tuple[str, str], tuple[str, str]] | None:
    was, now = before.provenance, after.provenance
    if was.elf is None or now.elf is None or was.elf_sha256 is None or now.elf_sha256 is None:
        return None
    if was.elf_sha256 == now.elf_sha256:
        return None
    return (was.elf, was.elf_sha256), (now.elf, now.elf_sha256)
