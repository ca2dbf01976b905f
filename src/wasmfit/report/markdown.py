"""Markdown: the tables of a comparison, for a README or a pull request."""

from collections.abc import Iterable

from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.feature_tables import feature_lines
from wasmfit.table import Alignment, Column, Table

from .comparison_tables import comparison_tables
from .escape import escape
from .overview import overview

__all__ = ["escape", "to_markdown"]


def to_markdown(comparison: Comparison) -> str:
    """Every table with its notes and facts below it, after an overview of several boards."""
    measured = comparison.measurements
    tables = tables_to_markdown((*overview(measured), *comparison_tables(measured)))
    return with_notes(tables, (*feature_lines(comparison.features), *comparison.all_notes))


def with_notes(text: str, notes: Iterable[str]) -> str:
    """A document with notes at its end."""
    lines = "\n".join(f"- {escape(line)}" for line in notes)
    return "\n\n".join(filter(None, (text, lines)))


def tables_to_markdown(tables: Iterable[Table]) -> str:
    """Any tables, as Markdown."""
    return "\n\n".join(_table(table) for table in tables)


def _table(table: Table) -> str:
    lines = [f"**{escape(table.title)}**", ""] if table.title else []
    if table.columns or table.labels or table.remainder:
        head = [table.label_heading or " ", *(" ".join(column.heading) for column in table.columns)]
        lines += [_line(head), _line(["---", *map(_rule, table.columns)], raw=True)]
    for row, label in enumerate(table.shown_labels):
        lines.append(_line([label, *(column.cells[row].shown for column in table.columns)]))
    lines += [_line([name, why]) for name, why in table.remainder]
    legend = filter(None, ["; ".join(table.legend_of(table.columns))])
    notes = (*legend, *table.notes, *(facts.sentence() for facts in table.facts))
    lines += ["", *(f"- {escape(note)}" for note in notes)]
    return "\n".join(lines).rstrip("\n") if not table.title else "\n".join(lines)


def _line(cells: list[str], *, raw: bool = False) -> str:
    return f"| {' | '.join(cell if raw else escape(cell) for cell in cells)} |"


def _rule(column: Column) -> str:
    return "---:" if column.alignment is Alignment.RIGHT else "---"
