"""A history in each format; in the terminal, a sparkline for each cell."""

from collections.abc import Callable, Sequence

from wasmfit.analysis.amounts import Amount, shown
from wasmfit.analysis.comparison import SCHEMA
from wasmfit.analysis.history import History, Moment, Series, run_to_dict
from wasmfit.analysis.metrics import figure, names
from wasmfit.json_text import dumped

from .change_tables import amount_to_dict, difference, remark
from .csv import rows_to_csv
from .format import Format
from .markdown import tables_to_markdown
from .table import Column, Table
from .terminal import tables_to_text

_BARS = "▁▂▃▄▅▆▇█"
_LONGEST_LINE = 60
_UNKNOWN = "·"
_DETAILED = 10


def sparkline(amounts: Sequence[Amount | None]) -> str:
    """The values as bars between the least and the most of them; a dot for what is not known.

    The newest are shown where there are too many.
    """
    amounts = amounts[-_LONGEST_LINE:]
    known = [one.value for one in amounts if one is not None]
    if not known:
        return _UNKNOWN * len(amounts)
    least, most = min(known), max(known)
    return "".join(
        _UNKNOWN
        if one is None
        else _BARS[3]
        if most == least
        else _BARS[min(int((one.value - least) / (most - least) * len(_BARS)), len(_BARS) - 1)]
        for one in amounts
    )


def _tables(found: History) -> list[Table]:
    unit = found.figure.unit
    made = [_overview(found)]
    changing = [one for one in found.series if any(moment.change for moment in one.moments)]
    shown_series = sorted(changing, key=_moved, reverse=True)[:_DETAILED]
    made += [_series(one, unit, found.over) for one in shown_series]
    return made


def _overview(found: History) -> Table:
    series = sorted(found.series, key=_moved, reverse=True)
    unit = found.figure.unit
    columns = (
        Column(("",), tuple(sparkline([moment.amount for moment in one.moments]) for one in series)),
        Column(("first",), tuple(shown(one.moments[0].amount, unit) for one in series)),
        Column(("last",), tuple(shown(one.moments[-1].amount, unit) for one in series)),
        Column(("moved",), tuple(str(sum(moment.moved for moment in one.moments)) for one in series)),
    )
    kind = found.figure.kind.value
    title = f"{found.figure.name} ({kind}) over {found.over}"
    notes = []
    if len(series) > _DETAILED:
        notes.append(f"the {_DETAILED} that moved most follow; --select chooses others")
    return Table(title, tuple(one.name for one in series), columns, tuple(notes), ())


def _moved(one: Series) -> float:
    """How far a figure moved altogether, as a part of what it was at first."""
    values = [moment.amount.value for moment in one.moments if moment.amount is not None]
    return (max(values) - min(values)) / abs(values[0]) if values and values[0] else 0.0


def _series(one: Series, unit: str, over: str) -> Table:
    moments = [
        moment for moment in one.moments if over == "version" or moment.change or moment is one.moments[0]
    ]
    columns = (
        Column((over,), tuple(moment.version if over == "version" else moment.at[:16] for moment in moments)),
        Column(("value",), tuple(shown(moment.amount, unit) for moment in moments)),
        Column(("change",), tuple(difference(moment.change) if moment.change else "" for moment in moments)),
        Column(("",), tuple(remark(moment.change) if moment.change else "" for moment in moments)),
    )
    labels = tuple(_label(moment) for moment in moments)
    notes = tuple(f"{_label(moment)} differs in {'; '.join(moment.why)}" for moment in moments if moment.why)
    return Table(one.name, labels, columns, notes, ())


def _label(moment: Moment) -> str:
    if moment.run is not None:
        origin = moment.run.origin
        name = origin.label or (origin.commit or "")[:9]
        return f"run {moment.run.number}{f' {name}' if name else ''}"
    return f"{moment.version} {moment.at[:16]}"


def to_text(found: History) -> str:
    """An overview with sparklines, then the cells that moved, change by change."""
    return tables_to_text(_tables(found))


def to_markdown(found: History) -> str:
    """The same tables."""
    return tables_to_markdown(_tables(found))


def to_json(found: History) -> str:
    """``{"schema": 1, "figure", "series": [{"name", "moments": [...]}]}``."""
    return dumped(
        {
            "schema": SCHEMA,
            "figure": found.figure.name,
            "unit": found.figure.unit,
            "kind": found.figure.kind.value,
            "over": found.over,
            "series": [
                {
                    "name": one.name,
                    "moments": [
                        {
                            "at": moment.at,
                            "version": moment.version,
                            "run": None if moment.run is None else run_to_dict(moment.run),
                            "status": moment.status,
                            "amount": amount_to_dict(moment.amount),
                            "by": moment.change.by if moment.change else None,
                            "percent": moment.change.percent if moment.change else None,
                            "how": moment.change.how.value if moment.change else None,
                            "why": list(moment.why),
                        }
                        for moment in one.moments
                    ],
                }
                for one in found.series
            ],
        }
    )


def to_csv(found: History) -> str:
    """One line a moment."""
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
            "name": one.name,
            "at": moment.at,
            "version": moment.version,
            "run": moment.run.number if moment.run else None,
            "label": moment.run.origin.label if moment.run else None,
            "commit": moment.run.origin.commit if moment.run else None,
            "status": moment.status,
            "figure": found.figure.name,
            "unit": found.figure.unit,
            "value": moment.amount.value if moment.amount else None,
            "low": moment.amount.low if moment.amount else None,
            "high": moment.amount.high if moment.amount else None,
        }
        for one in found.series
        for moment in one.moments
    ]
    return rows_to_csv(rows, columns)


FORMATS: dict[Format, Callable[[History], str]] = {
    Format.TABLE: to_text,
    Format.JSON: to_json,
    Format.CSV: to_csv,
    Format.MARKDOWN: to_markdown,
}
"""Format → what makes its text."""


def rows_of(rows: Sequence[dict[str, object]], name: str, form: Format) -> str:
    """A list of flat rows in any format."""
    columns = list(rows[0]) if rows else []
    if form is Format.JSON:
        return dumped({"schema": SCHEMA, name: list(rows)})
    if form is Format.CSV:
        return rows_to_csv(rows, ("number",))
    if not rows:
        return f"no {name} yet"
    table = Table(
        name,
        tuple(str(row[columns[0]]) for row in rows),
        tuple(
            Column((column,), tuple("" if row[column] is None else str(row[column]) for row in rows))
            for column in columns[1:]
        ),
        (),
        (),
    )
    return tables_to_text([table]) if form is Format.TABLE else tables_to_markdown([table])


def figure_rows() -> list[dict[str, object]]:
    """Every figure with what is known of it."""
    return [
        {
            "figure": one.name,
            "unit": one.unit,
            "better": one.better.value,
            "kind": one.kind.value,
        }
        for one in map(figure, names())
    ]
