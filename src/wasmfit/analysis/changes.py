"""What changed between two snapshots: every metric of every cell, and whether a change is inconclusive."""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from wasmfit.errors import UsageError
from wasmfit.model import Activities, Measurement, Provenance, Status
from wasmfit.notebook import ShownResult
from wasmfit.store.measurements import Reader, StoredCell
from wasmfit.table import Table
from wasmfit.words import counted, escape_unprintable

from .amounts import Amount
from .basis import named
from .c_libraries import library_change_note
from .certain_changes import CostModels, PredictionPair
from .metric_values import metric_values, to_amount
from .metrics import FLASH_OVER_BASELINE, OWNERS, Better, Metric, metric
from .own_calls import other_work
from .provenance import differences
from .snapshot import Snapshot, SnapshotKey, cell_of


class CellChangeKind(StrEnum):
    """What became of a cell, or of a metric.

    Attributes:
        INCONCLUSIVE: Only predictions changed, and by less than their error bars. JSON and CSV have
            ``unsure``.
    """

    CHANGED = "changed"
    INCONCLUSIVE = "unsure"
    UNCHANGED = "unchanged"
    NEW = "new"
    VANISHED = "vanished"

    @property
    def word(self) -> str:
        """The kind as text for readers."""
        return self.name.lower()


class ChangeEffect(StrEnum):
    """Whether a change is an improvement."""

    BETTER = "better"
    WORSE = "worse"
    NEITHER = "neither"


class MetricChange(NamedTuple):
    """A metric that changed; a tuple, as :class:`Amount` is.

    Attributes:
        metric: The metric.
        before, after: Its values; ``None`` if it is not known.
        is_certain: Whether they differ even though their error bars overlap.
        is_comparable: Whether both are of the same calls; of others, neither is better.
    """

    metric: Metric
    before: Amount | None
    after: Amount | None
    is_certain: bool = False
    is_comparable: bool = True

    @property
    def kind(self) -> CellChangeKind:
        """Changed, or inconclusive: if the error bars overlap, and most of the errors are not common."""
        before, after = self.before, self.after
        if before is None or after is None or before.low is None or after.low is None:
            return CellChangeKind.CHANGED
        if before.overlaps(after) and not self.is_certain:
            return CellChangeKind.INCONCLUSIVE
        return CellChangeKind.CHANGED

    @property
    def by(self) -> int | float | None:
        """The difference."""
        if self.before is None or self.after is None or not self.is_comparable:
            return None
        return self.after.value - self.before.value

    @property
    def percent(self) -> float | None:
        """The difference in percent of the value before."""
        by = self.by
        if by is None or self.before is None or not self.before.value:
            return None
        return 100 * by / abs(self.before.value)

    @property
    def effect(self) -> ChangeEffect:
        """Whether it is an improvement; neither, if that is inconclusive or has no meaning."""
        return self.effect_of(self.kind)

    def effect_of(self, kind: CellChangeKind) -> ChangeEffect:
        """The same, if the change's kind is known already."""
        better, before, after = self.metric.better, self.before, self.after
        if better is Better.NEITHER or kind is not CellChangeKind.CHANGED or not self.is_comparable:
            return ChangeEffect.NEITHER
        if before is None or after is None:
            return ChangeEffect.NEITHER
        improved = (after.value < before.value) == (better is Better.LESS)
        return ChangeEffect.BETTER if improved else ChangeEffect.WORSE


@dataclass(frozen=True, slots=True)
class SymbolChange:
    """A symbol of an image that grew or shrank, in bytes."""

    name: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class CellOutcome:
    """How a cell ended, on one side."""

    id: str
    status: Status
    reason: str | None


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that changed.

    Attributes:
        name: What it is called on both sides.
        kind: What became of it.
        before, after: How it ended; ``None`` on a side that does not have it.
        metrics: The metrics that changed, in the order of the record.
        unchanged: How many did not.
        why: What differs in the provenance of the two.
        elves: The images with their SHA-256, before and after, if they are known.
        other_work: Which calls of the user's module, or module, differ: what changed is what was measured.
    """

    name: str
    kind: CellChangeKind
    before: CellOutcome | None
    after: CellOutcome | None
    metrics: tuple[MetricChange, ...] = ()
    unchanged: int = 0
    why: tuple[str, ...] = ()
    elves: tuple[tuple[str, str], tuple[str, str]] | None = None
    other_work: str | None = None

    @property
    def status_changed(self) -> bool:
        """Whether it ended differently on two sides that both have it."""
        return self.before is not None and self.after is not None and self.before.status != self.after.status

    @property
    def owners(self) -> tuple[MetricChange, ...]:
        """The owners that grew or shrank, the largest difference first."""
        owners = [
            change
            for change in self.metrics
            if change.is_comparable and change.metric.name.startswith(OWNERS)
        ]
        return tuple(sorted(owners, key=lambda change: (-abs(change.by or 0), change.metric.name)))

    def change(self, name: str) -> MetricChange | None:
        """The change of a metric; ``None`` if it did not change."""
        return next((change for change in self.metrics if change.metric.name == name), None)


@dataclass(frozen=True, repr=False)
class Changes(ShownResult):
    """What changed between two snapshots.

    Attributes:
        before, after: What was compared, in words.
        cells: The cells that changed, in the order of the new side, vanished ones last.
        unchanged: How many cells did not.
        notes: What a reader must know about them.
        symbols: Cell's name → the symbols that changed most, if both images still exist.
        outdated: Cell's id → what has changed since it was measured, of outdated ones of the measured set.
        unmeasured: Ids of cells that were never measured on one side, and were on the other: of versions and
            profiles. A run, or a file, has new and vanished cells instead.
    """

    before: str
    after: str
    cells: tuple[CellChange, ...]
    unchanged: int
    notes: tuple[str, ...] = ()
    symbols: Mapping[str, tuple[SymbolChange, ...]] | None = None
    outdated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unmeasured: tuple[str, ...] = ()

    def _short(self) -> str:
        changed = counted(len(self.cells), "cell")
        return f"{self.before} → {self.after}: {changed} changed, {self.unchanged:,} did not"

    def _tables(self) -> list[Table]:
        from .change_tables import change_tables

        return change_tables(self)

    def is_outdated(self, cell: CellChange) -> bool:
        """Whether one side of a cell rests on an outdated measurement."""
        return any(side is not None and side.id in self.outdated for side in (cell.before, cell.after))

    def of(self, kind: CellChangeKind) -> tuple[CellChange, ...]:
        """The cells with that kind of change."""
        return tuple(cell for cell in self.cells if cell.kind is kind)


def compare_snapshots(
    before: Snapshot,
    after: Snapshot,
    only: Sequence[str] = (),
    *,
    everything: bool = False,
    models: CostModels = MappingProxyType({}),
) -> Changes:
    """Compares two snapshots, cell by cell and metric by metric.

    Args:
        before, after: The sides.
        only: Globs over names or ids of cells; none takes all.
        everything: With ``run.activity``, which explains other metrics and is three quarters of all.
        models: What both sides' predictions were made with; without them, error bars alone decide.

    Raises:
        UsageError: The sides' cells are not comparable, or no cell is selected.
    """
    if before.key is not after.key:
        raise UsageError(
            f"{before.title} and {after.title} cannot be compared: one identifies cells by "
            f"{before.key.value}, the other by {after.key.value}.",
            "Compare a run or file with one, a version with a version, or a profile with a profile.",
        )
    before, after = before.selected(only), after.selected(only)
    if only and not before.entries and not after.entries:
        raise UsageError(
            f"No cell matches {escape_unprintable(' or '.join(only))}.", "Ids are in `wasmfit list cells`."
        )
    notes: list[str] = []
    changed: list[CellChange] = []
    pairs: list[tuple[Provenance, Provenance]] = []
    unchanged = 0
    is_of_runs = before.key is SnapshotKey.CELL
    for name, entry in after.entries.items():
        old = before.entries.get(name)
        if old is None:
            if is_of_runs:
                changed.append(CellChange(name, CellChangeKind.NEW, None, _outcome(entry)))
        elif _same(old, entry, after.reader):
            unchanged += 1
        else:
            was, now = before.measurement(name), after.measurement(name)
            if was is None or now is None:
                notes.append(f"{name}: its record is of an older wasmfit and is not understood")
                continue
            change = compare_cell(
                name, was, now, everything=everything, models=models, follows_module=is_of_runs
            )
            if change.kind is CellChangeKind.UNCHANGED:
                unchanged += 1
            else:
                changed.append(change)
                pairs.append((was.provenance, now.provenance))
    if is_of_runs:
        changed += [
            CellChange(name, CellChangeKind.VANISHED, _outcome(entry), None)
            for name, entry in before.entries.items()
            if name not in after.entries
        ]
    unmeasured = () if is_of_runs else (before.lacking(after), after.lacking(before))
    notes += [
        _unmeasured_note(side, cells)
        for side, cells in zip((before, after), unmeasured, strict=False)
        if cells
    ]
    if libraries := library_change_note(pairs):
        notes.append(libraries)
    if not is_of_runs:
        notes.append("the newest measurement of each cell counts, whenever it was made")
    return Changes(
        before.title,
        after.title,
        tuple(changed),
        unchanged,
        tuple(notes),
        unmeasured=tuple(cell for cells in unmeasured for cell in cells),
    )


def _unmeasured_note(side: Snapshot, cells: Sequence[str]) -> str:
    return (
        f"not measured in {side.title}, and so not compared: {named(cells)}; "
        f"the first with `wasmfit compare {shlex.quote(cells[0])}`"
    )


def compare_cell(
    name: str,
    before: Measurement,
    after: Measurement,
    *,
    everything: bool = False,
    models: CostModels = MappingProxyType({}),
    follows_module: bool = True,
) -> CellChange:
    """Compares two measurements of cells with the same name; see :func:`compare_snapshots`.

    ``follows_module`` is as for :func:`~wasmfit.analysis.own_calls.other_work`.
    """
    predictions = PredictionPair(before, after, models)
    other_than = other_work(before, after, follows_module=follows_module)
    was, now = metric_values(before, activity=everything), metric_values(after, activity=everything)
    gone = [metric_name for metric_name in was if metric_name not in now]
    changed = []
    for metric_name in (*(known for known, new in now.items() if was.get(known) != new), *gone):
        old, new = was.get(metric_name), now.get(metric_name)
        if metric_name.startswith(OWNERS):
            # An owner that an image does not have owns no byte of it.
            old = 0 if old is None and before.size is not None else old
            new = 0 if new is None and after.size is not None else new
        elif metric_name == FLASH_OVER_BASELINE and (old is None or new is None):
            continue  # A baseline that is missing on one side says nothing of the cell.
        change = MetricChange(
            metric(metric_name),
            None if old is None else to_amount(old),
            None if new is None else to_amount(new),
            is_comparable=other_than is None,
        )
        if change.kind is CellChangeKind.INCONCLUSIVE and predictions.differs(metric_name):
            change = change._replace(is_certain=True)
        changed.append(change)
    other = before.status is not after.status or _activity(before) != _activity(after)
    if other or any(change.kind is CellChangeKind.CHANGED for change in changed):
        kind = CellChangeKind.CHANGED
    else:
        kind = CellChangeKind.INCONCLUSIVE if changed else CellChangeKind.UNCHANGED
    why = [] if other_than is None else [other_than]
    if kind is not CellChangeKind.UNCHANGED:
        why += differences(before.provenance, after.provenance)
    return CellChange(
        name,
        kind,
        CellOutcome(before.id, before.status, before.reason),
        CellOutcome(after.id, after.status, after.reason),
        tuple(changed),
        len(now) + len(gone) - len(changed),
        tuple(why),
        _elves(before, after),
        other_than,
    )


def _activity(measurement: Measurement) -> Activities | None:
    return None if measurement.run is None else measurement.run.activity


def largest(cells: Iterable[CellChange], name: str) -> list[CellChange]:
    """The cells in which a metric changed, the largest change first."""

    def by(cell: CellChange) -> float:
        change = cell.change(name)
        return 0 if change is None or change.by is None else abs(change.by)

    return sorted((cell for cell in cells if by(cell)), key=lambda cell: (-by(cell), cell.name))


def _same(before: StoredCell | Measurement, after: StoredCell | Measurement, reader: Reader | None) -> bool:
    """Whether both sides show the same, without parsing the records: most cells of most runs do."""
    if not (isinstance(before, StoredCell) and isinstance(after, StoredCell)):
        return False
    if before.status is not after.status:
        return False
    if before.number is None or after.number is None:
        return before.number is after.number
    if before.number == after.number:
        return True
    return before.cell == after.cell and reader is not None and reader.alike(before.number, after.number)


def _outcome(entry: StoredCell | Measurement) -> CellOutcome:
    return CellOutcome(cell_of(entry), entry.status, entry.reason)


def _elves(before: Measurement, after: Measurement) -> tuple[tuple[str, str], tuple[str, str]] | None:
    was, now = before.provenance, after.provenance
    if was.elf is None or now.elf is None or was.elf_sha256 is None or now.elf_sha256 is None:
        return None
    if was.elf_sha256 == now.elf_sha256:
        return None
    return (was.elf, was.elf_sha256), (now.elf, now.elf_sha256)
