"""A history in each format; in the terminal, a sparkline for each cell."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from wasmfit.analysis.history import History, RunRecord
from wasmfit.analysis.history_tables import history_tables
from wasmfit.analysis.metrics import metric, metric_names
from wasmfit.json_text import dumped
from wasmfit.model.contract import JsonDocument, JsonRecord
from wasmfit.table import CellValue, table_of_rows

from .csv import rows_to_csv
from .documents.history import RunsDocument, history_document, metrics_document
from .format import Format
from .markdown import tables_to_markdown
from .rows import rows_to_text
from .terminal import tables_to_text, terminal_width


def to_text(history: History) -> str:
    """An overview with sparklines, then the cells that changed, change by change."""
    return tables_to_text(history_tables(history))


def to_markdown(history: History) -> str:
    """The same tables."""
    return tables_to_markdown(history_tables(history))


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
