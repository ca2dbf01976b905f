"""A history as tables: a sparkline for each cell, then the cells that changed, change by change."""

from collections.abc import Sequence

from wasmfit.table import Table, text_column

from .amounts import Amount, amount_text
from .basis import OUTDATED_CLAUSE, OUTDATED_MARK
from .change_tables import difference, remark
from .history import CellHistory, History, HistoryPoint

_BARS = "▁▂▃▄▅▆▇█"
_LONGEST_LINE = 60
_UNKNOWN = "·"
_DETAILED = 10


def sparkline(amounts: Sequence[Amount | None]) -> str:
    """The values as bars between their minimum and maximum; a dot for an unknown one.

    If there are too many, the newest are shown.
    """
    amounts = amounts[-_LONGEST_LINE:]
    known = [amount.value for amount in amounts if amount is not None]
    if not known:
        return _UNKNOWN * len(amounts)
    least, most = min(known), max(known)
    return "".join(_UNKNOWN if amount is None else _bar(amount.value, least, most) for amount in amounts)


def _bar(value: float, least: float, most: float) -> str:
    if most == least:
        return _BARS[3]
    return _BARS[min(int((value - least) / (most - least) * len(_BARS)), len(_BARS) - 1)]


def history_tables(history: History) -> list[Table]:
    """An overview, then the cells that changed most."""
    changing = [cell for cell in history.cells if any(map(_differs, cell.points))]
    detailed = sorted(changing, key=_range, reverse=True)[:_DETAILED]
    return [_overview(history, len(changing)), *(_cell(history, cell) for cell in detailed)]


def _overview(history: History, changing: int) -> Table:
    cells = sorted(history.cells, key=_range, reverse=True)
    unit = history.metric.unit
    columns = (
        text_column(("",), (sparkline([point.amount for point in cell.points]) for cell in cells)),
        text_column(("first",), (amount_text(cell.points[0].amount, unit) for cell in cells)),
        text_column(("last",), (amount_text(cell.points[-1].amount, unit) for cell in cells)),
        text_column(("changes",), (str(sum(point.changed for point in cell.points)) for cell in cells)),
    )
    kind = history.metric.kind.value
    title = f"{history.metric.name} ({kind}) over {history.over}"
    marks = tuple(
        next((mark for point in cell.points if (mark := _mark(history, cell, point))), "") for cell in cells
    )
    notes = [OUTDATED_CLAUSE] if any(marks) else []
    if changing > _DETAILED:
        notes.append(f"the {_DETAILED} that changed most follow; --select chooses others")
    notes += history.notes
    return Table(
        title,
        tuple(cell.name for cell in cells),
        columns,
        tuple(notes),
        marks=marks if any(marks) else (),
    )


def _mark(history: History, cell: CellHistory, point: HistoryPoint) -> str:
    return OUTDATED_MARK if history.changed_since(cell, point) else ""


def _range(cell: CellHistory) -> float:
    """The range of a metric over all points, as a fraction of its first value."""
    values = [point.amount.value for point in cell.points if point.amount is not None]
    return (max(values) - min(values)) / abs(values[0]) if values and values[0] else 0.0


def _cell(history: History, cell: CellHistory) -> Table:
    unit, over = history.metric.unit, history.over
    points = [
        point for point in cell.points if over == "version" or _differs(point) or point is cell.points[0]
    ]
    columns = (
        text_column((over,), (point.version if over == "version" else point.at[:16] for point in points)),
        text_column(("value",), (amount_text(point.amount, unit) for point in points)),
        text_column(("change",), (difference(point.change) if point.change else "" for point in points)),
        text_column(("",), map(_remark, points)),
    )
    labels = tuple(_label(point) for point in points)
    notes = tuple(
        f"{_label(point)} differs in {'; '.join(why)}"
        for point in points
        if (why := point.why if point.other_work is None else point.why[1:])
    )
    marks = tuple(_mark(history, cell, point) for point in points)
    return Table(cell.name, labels, columns, notes, marks=marks if any(marks) else ())


def _differs(point: HistoryPoint) -> bool:
    """Whether it has another value than the point before, or is of another call."""
    return point.change is not None or point.other_work is not None


def _remark(point: HistoryPoint) -> str:
    if point.other_work is not None:
        return point.other_work
    return "" if point.change is None else remark(point.change)


def _label(point: HistoryPoint) -> str:
    if point.run is not None:
        metadata = point.run.metadata
        name = metadata.label or (metadata.commit or "")[:9]
        return f"run {point.run.number}{f' {name}' if name else ''}"
    return f"{point.version} {point.at[:16]}"
