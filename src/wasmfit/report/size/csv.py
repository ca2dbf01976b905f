"""CSV: a line for each innermost row, a column for each grouping, raw numbers."""

import csv
import io

from wasmfit.footprint.analysis import SizeAnalysis
from wasmfit.footprint.views.diff import SizeChange
from wasmfit.report.spreadsheet import as_text
from wasmfit.words import escape_unprintable

_LONGEST = 4000


def to_csv(analysis: SizeAnalysis) -> str:
    """The view as CSV with a header line; with a difference, its rows that changed."""
    names = [by.value for by in analysis.by]
    text = io.StringIO()
    if analysis.difference is None:
        writer = csv.DictWriter(text, [*names, "bytes"], lineterminator="\n")
        writer.writeheader()
        for row in analysis.rows():
            writer.writerow({name: _escaped(value) for name, value in row.items()})
    else:
        writer = csv.DictWriter(text, [*names, "before", "after", "bytes", "how"], lineterminator="\n")
        writer.writeheader()
        _write(writer, analysis.difference.view, {})
    return text.getvalue().rstrip("\n")


def _escaped(value: str | int | None) -> object:
    """A name with everything that does not print escaped: it may end on a terminal."""
    return as_text(escape_unprintable(value, _LONGEST)) if isinstance(value, str) else value


def _write(writer: "csv.DictWriter[str]", change: SizeChange, path: dict[str, object]) -> None:
    for row in change.rows:
        assert row.by is not None
        here = {**path, row.by.value: _escaped(row.name)}
        if row.rows:
            _write(writer, row, here)
        else:
            sizes = {"before": row.before, "after": row.after, "bytes": row.bytes, "how": row.kind.value}
            writer.writerow({**here, **sizes})
