"""What ``wasmfit history`` prints as JSON."""

from collections.abc import Iterable
from typing import Literal

from wasmfit.analysis.changes import CellChangeKind
from wasmfit.analysis.history import CellHistory, History, HistoryPoint, RunRecord, run_record
from wasmfit.analysis.metrics import Better, Metric, MetricKind
from wasmfit.model.contract import JsonDocument, JsonRecord, Number, Text

from .amounts import AmountRecord, amount_record


class RunsDocument(JsonDocument):
    """What ``history --runs --format json`` prints.

    Attributes:
        runs: The newest first.
    """

    runs: tuple[RunRecord, ...]


class MetricRecord(JsonRecord):
    """What is known of a metric apart from its value.

    Attributes:
        figure: Its name.
        unit: Its unit; empty for plain numbers.
        better: Whether less or more of it is better.
        kind: Where its value is from.
    """

    figure: str
    unit: str
    better: Better
    kind: MetricKind


class MetricsDocument(JsonDocument):
    """What ``history --metrics --format json`` prints.

    Attributes:
        figures: Every metric.
    """

    figures: tuple[MetricRecord, ...]


class PointRecord(JsonRecord):
    """A metric at one time, or of one version.

    Attributes:
        at: When it was shown, or measured; UTC, ISO 8601.
        version: The runtime's version.
        run: The run that showed it first; null for what was measured before runs were recorded.
        status: How the cell ended.
        amount: The metric.
        by: The difference to the point before; null where that is of another call, or module, of the user's.
        percent: The difference in percent.
        how: Whether it changed, or only within the error bars.
        why: What differs in the provenance since then.
        outdated: What has changed since it was measured, of a measurement of the measured set.
    """

    at: str
    version: Text
    run: RunRecord | None
    status: str
    amount: AmountRecord | None
    by: Number | None
    percent: Number | None
    how: CellChangeKind | None
    why: tuple[Text, ...]
    outdated: tuple[str, ...]


class SeriesRecord(JsonRecord):
    """A metric of one cell.

    Attributes:
        name: The cell's id; without its version if versions are compared.
        moments: The oldest first.
    """

    name: Text
    moments: tuple[PointRecord, ...]


class HistoryDocument(JsonDocument):
    """What ``history METRIC --format json`` prints.

    Attributes:
        figure: The metric's name.
        unit: Its unit.
        kind: Where its value is from.
        over: What the points are of.
        series: One for each cell.
        notes: What the points rest on, where some are of the measured set.
    """

    figure: Text
    unit: str
    kind: MetricKind
    over: Literal["time", "version"]
    series: tuple[SeriesRecord, ...]
    notes: tuple[Text, ...]


def history_document(history: History) -> HistoryDocument:
    """The document of a metric's history."""
    return HistoryDocument(
        figure=history.metric.name,
        unit=history.metric.unit,
        kind=history.metric.kind,
        over=history.over,
        series=tuple(
            SeriesRecord(name=cell.name, moments=tuple(_point(history, cell, point) for point in cell.points))
            for cell in history.cells
        ),
        notes=history.notes,
    )


def _point(history: History, cell: CellHistory, point: HistoryPoint) -> PointRecord:
    change = point.change
    return PointRecord(
        at=point.at,
        version=point.version,
        run=None if point.run is None else run_record(point.run),
        status=point.status,
        amount=amount_record(point.amount),
        by=change.by if change else None,
        percent=change.percent if change else None,
        how=change.kind if change else None,
        why=point.why,
        outdated=history.changed_since(cell, point),
    )


def metrics_document(metrics: Iterable[Metric]) -> MetricsDocument:
    """The document of metrics."""
    return MetricsDocument(
        figures=tuple(
            MetricRecord(figure=metric.name, unit=metric.unit, better=metric.better, kind=metric.kind)
            for metric in metrics
        )
    )
