"""The first screen of a comparison: its summary, as text, Markdown or CSV."""

from collections.abc import Iterable

from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.summary import SummaryChoice, summary_tables

from .csv import tables_to_csv
from .format import Format
from .json import json_parts
from .markdown import tables_to_markdown, with_notes
from .rows import rows_to_text, wrapped
from .terminal import UNLIMITED, tables_to_text, terminal_width

_MORE = " (--columns all)"


def to_summary(comparison: Comparison, choice: SummaryChoice, width: int | None = None) -> str:
    """The summary for a terminal; columns that were chosen are all shown, in blocks if need be.

    Args:
        comparison: The comparison.
        choice: What is shown.
        width: The terminal's, if it is not that of stdout; without one, lines are as long as they are.
    """
    width = width or terminal_width()
    tables = summary_tables(comparison, choice)
    if choice.columns and width < UNLIMITED:
        shown = tables_to_text(tables, width)
    else:
        shown = "\n\n".join(rows_to_text(table, width, _MORE) for table in tables)
    notes = (line for note in comparison.summary_notes for line in wrapped(note, width))
    # The notes follow the only table as its own do; after several they stand alone.
    return ("\n" if len(tables) == 1 else "\n\n").join(filter(None, (shown, "\n".join(notes))))


def summary_formatted(comparison: Comparison, choice: SummaryChoice, form: Format) -> str | Iterable[str]:
    """The summary in a format; JSON has everything in any case."""
    match form:
        case Format.JSON:
            return json_parts(comparison)
        case Format.CSV:
            return tables_to_csv(summary_tables(comparison, choice))
        case Format.MARKDOWN:
            return with_notes(
                tables_to_markdown(summary_tables(comparison, choice)), comparison.summary_notes
            )
    return to_summary(comparison, choice)
