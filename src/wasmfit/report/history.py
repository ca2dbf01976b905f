"""A history in each format; in the terminal, a sparkline for each cell."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from wasmfit.analysis.amounts import Amount, amount_text
from wasmfit.analysis.basis import OUTDATED_CLAUSE, OUTDATED_MARK
from wasmfit.analysis.history import CellHistory, History, HistoryPoint, RunRecord
from wasmfit.analysis.metrics import metric, metric_names
from wasmfit.json_text import dumped
from wasmfit.model.contract import JsonDocument, JsonRecord
from wasmfit.table import CellValue, Table, table_of_rows, text_column

from .change_tables import difference, remark
from .csv import rows_to_csv
from .documents.history import RunsDocument, history_document, metrics_document
from .format import Format
from .markdown import tables_to_markdown
from .rows import rows_to_text
from .terminal import tables_to_text, terminal_width

_BARS = "▁▂▃▄▅▆▇█"
_LONGEST_LINE = 60
_UNKNOWN = "·"
_DETAILED = 10


def sparkline(amounts: Sequence[Amount | None]) -> str:
    """The values as bars between their minimum and maximum; a dot for an unknown one.

    If there are too many, the newest are shown.
    """
    amounts = amounts[-_LONGEST_LINE:]
    known = [amount.value for amount in amounts if amount is not None]
    if not known:
        return _UNKNOWN * len(amounts)
    least, most = min(known), max(known)
    return "".join(_UNKNOWN if amount is None else _bar(amount.value, least, most) for amount in amounts)


def _bar(value: float, least: float, most: float) -> str:
    if most == least:
        return _BARS[3]
    return _BARS[min(int((value - least) / (most - least) * len(_BARS)), len(_BARS) - 1)]


def _tables(history: History) -> list[Table]:
    changing = [cell for cell in history.cells if any(point.change for point in cell.points)]
    detailed = sorted(changing, key=_range, reverse=True)[:_DETAILED]
    return [_overview(history, len(changing)), *(_cell(history, cell) for cell in detailed)]


def _overview(history: History, changing: int) -> Table:
    cells = sorted(history.cells, key=_range, reverse=True)
    unit = history.metric.unit
    columns = (
        text_column(("",), (sparkline([point.amount for point in cell.points]) for cell in cells)),
        text_column(("first",), (amount_text(cell.points[0].amount, unit) for cell in cells)),
        text_column(("last",), (amount_text(cell.points[-1].amount, unit) for cell in cells)),
        text_column(("changes",), (str(sum(point.changed for point in cell.points)) for cell in cells)),
    )
    kind = history.metric.kind.value
    title = f"{history.metric.name} ({kind}) over {history.over}"
    marks = tuple(
        next((mark for point in cell.points if (mark := _mark(history, cell, point))), "") for cell in cells
    )
    notes = [OUTDATED_CLAUSE] if any(marks) else []
    if changing > _DETAILED:
        notes.append(f"the {_DETAILED} that changed most follow; --select chooses others")
    notes += history.notes
    return Table(
        title,
        tuple(cell.name for cell in cells),
        columns,
        tuple(notes),
        marks=marks if any(marks) else (),
    )


def _mark(history: History, cell: CellHistory, point: HistoryPoint) -> str:
    return OUTDATED_MARK if history.changed_since(cell, point) else ""


def _range(cell: CellHistory) -> float:
    """The range of a metric over all points, as a fraction of its first value."""
    values = [point.amount.value for point in cell.points if point.amount is not None]
    return (max(values) - min(values)) / abs(values[0]) if values and values[0] else 0.0


def _cell(history: History, cell: CellHistory) -> Table:
    unit, over = history.metric.unit, history.over
    points = [point for point in cell.points if over == "version" or point.change or point is cell.points[0]]
    columns = (
        text_column((over,), (point.version if over == "version" else point.at[:16] for point in points)),
        text_column(("value",), (amount_text(point.amount, unit) for point in points)),
        text_column(("change",), (difference(point.change) if point.change else "" for point in points)),
        text_column(("",), (remark(point.change) if point.change else "" for point in points)),
    )
    labels = tuple(_label(point) for point in points)
    notes = tuple(f"{_label(point)} differs in {'; '.join(point.why)}" for point in points if point.why)
    marks = tuple(_mark(history, cell, point) for point in points)
    return Table(cell.name, labels, columns, notes, marks=marks if any(marks) else ())


def _label(point: HistoryPoint) -> str:
    if point.run is not None:
        metadata = point.run.metadata
        name = metadata.label or (metadata.commit or "")[:9]
        return f"run {point.run.number}{f' {name}' if name else ''}"
    return f"{point.version} {point.at[:16]}"


def to_text(history: History) -> str:
    """An overview with sparklines, then the cells that changed, change by change."""
    return tables_to_text(_tables(history))


def to_markdown(history: History) -> str:
    """The same tables."""
    return tables_to_markdown(_tables(history))


def to_json(history: History) -> str:
    """``{"schema": 1, "figure", "series": [{"name", "moments": [...]}]}``."""
    return dumped(history_document(history))


def to_csv(history: History) -> str:
    """One line per point."""
    columns = (
        "name",
        "at",
        "version",
        "run",
        "label",
        "commit",
        "status",
        "figure",
        "unit",
        "value",
        "low",
        "high",
    )
    rows: list[dict[str, object]] = [
        {
            "name": cell.name,
            "at": point.at,
            "version": point.version,
            "run": point.run.number if point.run else None,
            "label": point.run.metadata.label if point.run else None,
            "commit": point.run.metadata.commit if point.run else None,
            "status": point.status,
            "figure": history.metric.name,
            "unit": history.metric.unit,
            "value": point.amount.value if point.amount else None,
            "low": point.amount.low if point.amount else None,
            "high": point.amount.high if point.amount else None,
        }
        for cell in history.cells
        for point in cell.points
    ]
    return rows_to_csv(rows, columns)


FORMATS: dict[Format, Callable[[History], str]] = {
    Format.TABLE: to_text,
    Format.JSON: to_json,
    Format.CSV: to_csv,
    Format.MARKDOWN: to_markdown,
}
"""Format → its formatter."""


def metrics_text(form: Format) -> str:
    """Every metric, with what is known of it, in any format."""
    document = metrics_document(map(metric, metric_names()))
    return _listed(document, "figures", document.figures, form)


def _listed(document: JsonDocument, name: str, records: Sequence[JsonRecord], form: Format) -> str:
    """A list of flat records in any format."""
    if form is Format.JSON:
        return dumped(document)
    rows: list[dict[str, CellValue]] = [record.model_dump(mode="json") for record in records]
    if form is Format.CSV:
        return rows_to_csv(rows, ("number",))
    if not rows:
        return f"no {name} yet"
    table = table_of_rows(name, rows, {})
    return rows_to_text(table, terminal_width()) if form is Format.TABLE else tables_to_markdown([table])


_NEWEST = 20
"""Runs that people see."""


def runs_text(runs: Iterable[RunRecord], form: Format) -> str:
    """The runs, the newest first; for people a line each, as many as a screen holds."""
    document = RunsDocument(runs=tuple(runs))
    if form in (Format.JSON, Format.CSV) or not document.runs:
        return _listed(document, "runs", document.runs, form)
    rows: list[dict[str, CellValue]] = [
        {
            "run": run.number,
            "at (UTC)": run.at[:16].replace("T", " "),
            "label": run.label or "",
            "commit": _commit(run),
            "command": run.command,
        }
        for run in document.runs[:_NEWEST]
    ]
    older = len(document.runs) - len(rows)
    notes = (f"{older:,} older runs: --format json",) if older else ()
    table = replace(table_of_rows("", rows, {"commit": 2, "label": 1}), notes=notes)
    return rows_to_text(table, terminal_width()) if form is Format.TABLE else tables_to_markdown([table])


def _commit(run: RunRecord) -> str:
    commit = (run.commit or "")[:9]
    return f"{commit} with changes" if commit and run.dirty else commit
