"""CSV: one line an innermost row, one column a question, raw numbers."""

import csv
import io

from wasmfit.footprint.diff import Change
from wasmfit.footprint.survey import Survey


def to_csv(survey: Survey) -> str:
    """The view as CSV with a header line; with a difference, its rows that changed."""
    names = [by.value for by in survey.by]
    text = io.StringIO()
    if survey.difference is None:
        writer = csv.DictWriter(text, [*names, "bytes"], lineterminator="\n")
        writer.writeheader()
        writer.writerows(survey.rows())
    else:
        writer = csv.DictWriter(text, [*names, "before", "after", "bytes", "how"], lineterminator="\n")
        writer.writeheader()
        _write(writer, survey.difference.view, {})
    return text.getvalue().rstrip("\n")


def _write(writer: "csv.DictWriter[str]", change: Change, path: dict[str, str]) -> None:
    for row in change.rows:
        assert row.by is not None
        here = {**path, row.by.value: row.name}
        if row.rows:
            _write(writer, row, here)
        else:
            figures = {"before": row.before, "after": row.after, "bytes": row.bytes, "how": row.how.value}
            writer.writerow({**here, **figures})
