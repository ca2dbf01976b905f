"""CSV: one line an innermost row, one column a question, raw numbers."""

import csv
import io

from wasmfit.footprint.analysis import Survey
from wasmfit.footprint.views.diff import Change
from wasmfit.words import printable

_LONGEST = 4000


def to_csv(survey: Survey) -> str:
    """The view as CSV with a header line; with a difference, its rows that changed."""
    names = [by.value for by in survey.by]
    text = io.StringIO()
    if survey.difference is None:
        writer = csv.DictWriter(text, [*names, "bytes"], lineterminator="\n")
        writer.writeheader()
        for row in survey.rows():
            writer.writerow({name: _harmless(value) for name, value in row.items()})
    else:
        writer = csv.DictWriter(text, [*names, "before", "after", "bytes", "how"], lineterminator="\n")
        writer.writeheader()
        _write(writer, survey.difference.view, {})
    return text.getvalue().rstrip("\n")


def _harmless(value: str | int | None) -> str | int | None:
    """A name with everything that does not print escaped: it may end on a terminal."""
    return printable(value, _LONGEST) if isinstance(value, str) else value


def _write(writer: "csv.DictWriter[str]", change: Change, path: dict[str, str]) -> None:
    for row in change.rows:
        assert row.by is not None
        here = {**path, row.by.value: printable(row.name, _LONGEST)}
        if row.rows:
            _write(writer, row, here)
        else:
            figures = {"before": row.before, "after": row.after, "bytes": row.bytes, "how": row.how.value}
            writer.writerow({**here, **figures})
