"""A metric over time, or over versions, and what changed it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from operator import attrgetter
from types import MappingProxyType
from typing import Literal

from wasmfit.defaults import BASE, BOARD, PROFILE, WORKLOAD
from wasmfit.errors import UsageError
from wasmfit.globs import NamePatterns
from wasmfit.model import Measurement
from wasmfit.model.contract import JsonRecord, Text
from wasmfit.notebook import ShownResult
from wasmfit.store import RecordedRun
from wasmfit.store.measurements import Reader, TimelinePoint
from wasmfit.table import Table
from wasmfit.words import closest, counted, escape_unprintable

from .amounts import Amount
from .cell_versions import version_of, without_version
from .certain_changes import CostModels, PredictionPair
from .changes import CellChangeKind, MetricChange
from .metric_values import metric_amount
from .metrics import Metric, metric
from .own_calls import other_work
from .provenance import differences
from .snapshot import AddPredictions

MOST_CELLS = 500
"""Cells that are followed at once; a reader has no use for more."""

_DEFAULT_SETTING = f"/{WORKLOAD}/{BOARD}/{BASE}/{PROFILE}"


@dataclass(frozen=True)
class HistoryPoint:
    """A metric at one time, or of one version.

    Attributes:
        at: When it was shown, or measured; UTC, ISO 8601.
        version: The runtime's version.
        run: The run that showed it first; ``None`` for what was measured before runs were recorded.
        amount: The metric; ``None`` if it is not known.
        status: How the cell ended.
        change: The change since the point before.
        why: What differs in the provenance since then, if the metric changed.
        other_work: That the user's module, or its calls, are others than at the point before; there is then
            no change, since something else was measured.
    """

    at: str
    version: str
    run: RecordedRun | None
    amount: Amount | None
    status: str
    change: MetricChange | None = None
    why: tuple[str, ...] = ()
    other_work: str | None = None

    @property
    def changed(self) -> bool:
        """Whether the metric conclusively differs from the point before."""
        return self.change is not None and self.change.kind is CellChangeKind.CHANGED


@dataclass(frozen=True)
class CellHistory:
    """A metric of one cell, point by point.

    Attributes:
        name: The cell's id, without its version if versions are compared.
        points: The points in order; consecutive equal ones are one.
    """

    name: str
    points: tuple[HistoryPoint, ...]


@dataclass(frozen=True, repr=False)
class History(ShownResult):
    """A metric of many cells.

    Attributes:
        metric: The metric.
        over: ``time`` or ``version``.
        cells: One for each cell.
        notes: What the points rest on, where some are of the measured set.
        outdated: Cell's id → what has changed since it was measured, of outdated ones of the measured set.
    """

    metric: Metric
    over: Literal["time", "version"]
    cells: tuple[CellHistory, ...]
    notes: tuple[str, ...] = ()
    outdated: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def _short(self) -> str:
        return f"{self.metric.name} of {counted(len(self.cells), 'cell')} over {self.over}"

    def _tables(self) -> list[Table]:
        from .history_tables import history_tables

        return history_tables(self)

    def changed_since(self, cell: CellHistory, point: HistoryPoint) -> tuple[str, ...]:
        """What has changed since a point was measured; empty where it still holds."""
        if self.over == "time":
            return self.outdated.get(cell.name, ())
        runtime, _, setting = cell.name.partition("/")
        return self.outdated.get(f"{runtime}@{point.version}/{setting}", ())


def history(
    reader: Reader,
    add_predictions: AddPredictions,
    name: str,
    select: Sequence[str] = (),
    *,
    versions: bool = False,
    models: CostModels = MappingProxyType({}),
) -> History:
    """Follows a metric.

    Args:
        reader: The store.
        add_predictions: Adds predictions to a measurement.
        name: The metric.
        select: Globs over cells' ids; see :func:`followed_cells`.
        versions: Over versions of runtimes, the newest measurement of each, instead of time.
        models: What predictions are made with; without them, error bars alone decide what changed.

    Raises:
        UsageError: There is no such metric or cell, or there are too many cells.
    """
    followed = metric(name)
    chosen = followed_cells(reader, select, versions=versions)
    if not chosen:
        raise _no_cell(select, reader.cells())
    groups = _by_version(chosen) if versions else {cell: [cell] for cell in chosen}
    if len(groups) > MOST_CELLS:
        raise UsageError(
            f"{len(groups):,} cells are too many to follow at once.",
            f"--select GLOB chooses some, such as --select '{chosen[-1].partition('@')[0]}@*'.",
        )
    runs = {run.number: run for run in reader.runs()}
    histories = []
    for title, members in groups.items():
        observations = (
            _newest_of_each(reader, members)
            if versions
            else _read(reader, _timeline(reader, members[0]), runs)
        )
        points = tuple(_points(observations, followed, add_predictions, models, over_time=not versions))
        if any(point.amount is not None for point in points):
            histories.append(CellHistory(title, points))
    if not histories:
        raise UsageError(
            f"{followed.name} is known of none of {counted(len(chosen), 'cell')}.",
            "Choose others with --select, or measure them again.",
        )
    return History(followed, "version" if versions else "time", tuple(histories))


MOST_POINTS = 60
"""Measurements of one cell that :func:`trends` looks back on: each record is read whole."""


def followed_cells(reader: Reader, select: Sequence[str] = (), *, versions: bool = False) -> list[str]:
    """The ids of the cells that are followed.

    Where none are selected, these are the cells measured here, with other versions in the measured set if
    versions are compared; where nothing was measured here, those of the set in the default setting.

    Args:
        reader: The store.
        select: Globs over cells' ids; every cell that matches is followed.
        versions: Whether versions are compared.
    """
    cells = reader.cells()
    if select:
        return list(filter(NamePatterns(select).match, cells))
    of_set = reader.of_set()
    here = [cell for cell in cells if cell not in of_set]
    if not here:
        return [cell for cell in cells if cell.endswith(_DEFAULT_SETTING)] or cells
    titles = _by_version(here).keys() if versions else set()
    return [cell for cell in cells if cell not in of_set or without_version(cell) in titles]


def trends(
    reader: Reader, add_predictions: AddPredictions, names: Sequence[str], cells: Mapping[str, Measurement]
) -> Iterator[tuple[Metric, str, CellHistory, int]]:
    """Metrics of cells, over time and over versions, of every cell that was measured more than once.

    Args:
        reader: The store.
        add_predictions: Adds predictions to a measurement.
        names: The metrics.
        cells: Id → measurement of the cells; other versions are looked up, and the newest of each counts.

    Yields:
        The metric; ``time`` or ``version``; its history; and how many measurements that consists of.

    Raises:
        UsageError: There is no such metric.
    """
    metrics = [metric(name) for name in names]
    runs = {run.number: run for run in reader.runs()}
    followed: list[tuple[str, str, list[_Observation], int]] = []
    measured_again = reader.measured_again()
    for cell in filter(measured_again.__contains__, cells):
        timeline = _timeline(reader, cell)
        numbers = list(dict.fromkeys(point.number for point in timeline))
        if len(numbers) > 1:
            recent = frozenset(numbers[-MOST_POINTS:])
            timeline = [point for point in timeline if point.number in recent]
            followed.append(("time", cell, list(_read(reader, timeline, runs)), len(timeline)))
    titles = _by_version(list(cells))
    for title, members in _by_version(reader.cells()).items():
        if len(members) > 1 and title in titles:
            newest = list(_newest_of_each(reader, members, cells))
            followed.append(("version", title, newest, len(newest)))
    for over, title, observations, count in followed:
        for followed_metric in metrics:
            points = tuple(
                _points(iter(observations), followed_metric, add_predictions, {}, over_time=over == "time")
            )
            if count > 1 and any(point.amount is not None for point in points):
                yield followed_metric, over, CellHistory(title, points), count


_Observation = tuple[str, RecordedRun | None, Measurement]
"""When a measurement was shown, by which run, and its record."""


def _timeline(reader: Reader, cell: str) -> list[TimelinePoint]:
    """What was shown of a cell, each measurement once for every sequence of runs that showed it."""
    return [next(same) for _, same in groupby(reader.points(cell), key=attrgetter("number"))]


def _read(
    reader: Reader, timeline: Sequence[TimelinePoint], runs: Mapping[int, RecordedRun]
) -> Iterator[_Observation]:
    """The records of points in time, without those that equal both their neighbours: most do, and nothing
    follows from them.
    """
    if not timeline:  # of a store that somebody has edited: its measurements are shown as another cell's
        return
    same = [False, *(reader.alike(left.number, right.number) for left, right in pairwise(timeline)), True]
    for point, (as_before, as_after) in zip(timeline, pairwise(same), strict=True):
        measurement = None if as_before and as_after else reader.record(point.number)
        if measurement is not None:
            yield point.at, None if point.run is None else runs.get(point.run), measurement


def _newest_of_each(
    reader: Reader, cells: Sequence[str], known: Mapping[str, Measurement] | None = None
) -> Iterator[_Observation]:
    for cell in sorted(cells, key=version_of):
        if known is not None and cell in known:
            yield known[cell].provenance.measured_at, None, known[cell]
            continue
        point = reader.last_point(cell)
        measurement = None if point is None else reader.record(point.number)
        if point is not None and measurement is not None:
            yield point.at, None, measurement


def _points(
    observations: Iterator[_Observation],
    followed: Metric,
    add_predictions: AddPredictions,
    models: CostModels,
    *,
    over_time: bool,
) -> Iterator[HistoryPoint]:
    before: Measurement | None = None
    was: Amount | None = None
    last: RecordedRun | None = None
    for at, run, record in observations:
        measurement = add_predictions(record)
        amount = metric_amount(measurement, followed.name)
        change = why = other = None
        if before is not None and amount != was:
            other = other_work(before, measurement, follows_module=over_time)
            if other is None:
                certain = PredictionPair(before, measurement, models).differs(followed.name)
                change = MetricChange(followed, was, amount, certain)
            why = (*_commits(last, run), *differences(before.provenance, measurement.provenance))
            if other is not None:
                why = (other, *why)
        same = before is not None and amount == was and before.status is measurement.status
        if not same or before is None or before.version != measurement.version:
            yield HistoryPoint(
                at, measurement.version, run, amount, measurement.status.value, change, why or (), other
            )
        before, was, last = measurement, amount, run or last


def _commits(before: RecordedRun | None, after: RecordedRun | None) -> Iterator[str]:
    """The working directory's commits, if they differ."""
    if before is None or after is None:
        return
    was, now = before.metadata, after.metadata
    if was.commit is not None and now.commit is not None and was.commit != now.commit:
        yield f"the working directory's commit: {was.commit[:9]} → {now.commit[:9]}"
    elif now.commit is not None and (was.dirty or now.dirty):
        yield f"uncommitted changes on {now.commit[:9]}"


def _by_version(cells: Sequence[str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for cell in cells:
        groups.setdefault(without_version(cell), []).append(cell)
    return groups


def _no_cell(select: Sequence[str], cells: Sequence[str]) -> UsageError:
    if not cells:
        return UsageError("Nothing was measured yet.", "`wasmfit compare` measures.")
    close = closest(select[0], cells, 0.4)
    return UsageError(
        f"No cell that was measured matches {escape_unprintable(' or '.join(select))}.",
        f"Perhaps you meant {escape_unprintable(close)}."
        if close
        else f"An id looks like {escape_unprintable(cells[0])}.",
    )


class RunRecord(JsonRecord):
    """A run in the store.

    Attributes:
        number: Its number; later runs have higher ones.
        at: UTC time of its end, ISO 8601.
        label: The name that the user gave it.
        branch: The branch checked out in the working directory.
        commit: The commit, likewise.
        dirty: Whether tracked files differed from the commit.
        command: The command line, or the library's function.
        wasmfit: Version of wasmfit.
    """

    number: int
    at: str
    label: Text | None
    branch: Text | None
    commit: Text | None
    dirty: bool | None
    command: Text
    wasmfit: str


def run_record(run: RecordedRun) -> RunRecord:
    """The record of a run."""
    metadata = run.metadata
    return RunRecord(
        number=run.number,
        at=run.at,
        label=metadata.label,
        branch=metadata.branch,
        commit=metadata.commit,
        dirty=metadata.dirty,
        command=metadata.command,
        wasmfit=run.wasmfit,
    )
