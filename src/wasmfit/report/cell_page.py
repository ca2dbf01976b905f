"""The page of one cell, in each format."""

from collections.abc import Callable

from wasmfit.analysis.cell_page import CellPage
from wasmfit.analysis.cell_tables import cell_tables
from wasmfit.analysis.flat_rows import flat_row
from wasmfit.json_text import dumped
from wasmfit.words import escape_unprintable

from .csv import rows_to_csv
from .format import Format
from .markdown import tables_to_markdown
from .rows import rows_to_text
from .terminal import terminal_width

_LONGEST = 4000


def to_text(page: CellPage, width: int | None = None) -> str:
    """The page for a terminal."""
    width = width or terminal_width()
    # To be pasted, so on one line.
    command = f"measure it again:\n{escape_unprintable(page.measurement.provenance.replay, _LONGEST)}"
    return "\n\n".join([*(rows_to_text(table, width) for table in cell_tables(page)), command])


def to_markdown(page: CellPage) -> str:
    """The same tables."""
    command = escape_unprintable(page.measurement.provenance.replay, _LONGEST)
    return f"{tables_to_markdown(cell_tables(page))}\n\nMeasure it again:\n\n```sh\n{command}\n```"


def to_json(page: CellPage) -> str:
    """``{"schema": 1, "cell": {...}, "features": [...], "runs": [...]}``."""
    return dumped(page.document)


def to_csv(page: CellPage) -> str:
    """The line that the cell has in a comparison."""
    return rows_to_csv([flat_row(page.measurement)])


FORMATS: dict[Format, Callable[[CellPage], str]] = {
    Format.TABLE: to_text,
    Format.JSON: to_json,
    Format.CSV: to_csv,
    Format.MARKDOWN: to_markdown,
}
"""Format → its formatter."""
