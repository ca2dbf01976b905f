"""CSV: one line a cell, one column a measure, raw numbers."""

import csv
import io
from collections.abc import Mapping, Sequence

from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.flat_rows import flat


def to_csv(comparison: Comparison) -> str:
    """The comparison as CSV with a header line; what is not known is empty."""
    return rows_to_csv([flat(one) for one in comparison.measurements])


def rows_to_csv(rows: Sequence[Mapping[str, object]], columns: Sequence[str] = ("id",)) -> str:
    """Any flat rows, likewise; ``columns`` are those of the header where there is no row."""
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().rstrip("\n")
