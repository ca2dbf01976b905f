"""CSV: one line per cell, one column per metric, raw numbers."""

import csv
import io
from collections.abc import Mapping, Sequence

from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.flat_rows import flat_row
from wasmfit.table import Table

from .spreadsheet import as_text


def to_csv(comparison: Comparison) -> str:
    """The comparison as CSV with a header line; an unknown value is empty."""
    return rows_to_csv([flat_row(measurement) for measurement in comparison.measurements])


def tables_to_csv(tables: Sequence[Table]) -> str:
    """Tables as one CSV, each row with its table's title where there are several."""
    columns: dict[str, None] = {}
    rows: list[dict[str, object]] = []
    for table in tables:
        title = {"table": table.title} if len(tables) > 1 else {}
        of_table: list[dict[str, object]] = [{**title, **row} for row in table.rows()]
        of_table += [{**title, table.label_name: name, "reason": why} for name, why in table.remainder]
        rows += of_table
        columns |= dict.fromkeys(key for row in of_table for key in row)
    return rows_to_csv([{column: row.get(column) for column in columns} for row in rows])


def rows_to_csv(rows: Sequence[Mapping[str, object]], columns: Sequence[str] = ("id",)) -> str:
    """Any flat rows, as CSV; ``columns`` are those of the header if there is no row."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows({name: as_text(value) for name, value in row.items()} for row in rows)
    return text.getvalue().rstrip("\n")
