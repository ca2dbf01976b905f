"""CSV: one line per cell, one column per metric, raw numbers."""

import csv
import io
from collections.abc import Mapping, Sequence

from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.flat_rows import flat_row


def to_csv(comparison: Comparison) -> str:
    """The comparison as CSV with a header line; an unknown value is empty."""
    return rows_to_csv([flat_row(measurement) for measurement in comparison.measurements])


def rows_to_csv(rows: Sequence[Mapping[str, object]], columns: Sequence[str] = ("id",)) -> str:
    """Any flat rows, likewise; ``columns`` are those of the header if there is no row."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().rstrip("\n")
