"""Changes as tables: what became of the cells, then each cell's figures; and as plain data."""

from collections.abc import Iterator, Sequence
from typing import Any

from wasmfit.analysis.amounts import Amount, number, shown
from wasmfit.analysis.changes import CellChange, Changes, End, FigureChange, How, SymbolChange, Verdict
from wasmfit.analysis.metrics import OWNERS, RAM_NEEDED

from .table import Column, Table

HEADLINES = ("size.flash", RAM_NEEDED, "run.instructions.call", "run.predicted.call.time_s")
"""The figures that decide: those of the first table."""

_CELLS = 40
_DETAILED = 10
_OWNERS = 5


def change_tables(found: Changes, *, everything: bool = False) -> list[Table]:
    """A table of the cells that changed, then one of each.

    Args:
        everything: All cells and all figures, details of others too.
    """
    moved = [cell for cell in found.cells if cell.how in (How.CHANGED, How.UNSURE)]
    listed = ranked(found.cells)
    shown_cells = listed if everything else listed[:_CELLS]
    notes = [summary(found)]
    if len(listed) > len(shown_cells):
        notes.append(f"{len(listed) - len(shown_cells):,} more cells: --all, or --format json")
    notes += found.notes
    titles = ("what", *HEADLINES)
    made = [
        Table(
            f"{found.before} → {found.after}",
            tuple(cell.name for cell in shown_cells),
            tuple(
                Column((title,), tuple(_headline(cell, title) for cell in shown_cells)) for title in titles
            ),
            tuple(notes),
            (),
        )
    ]
    details = [cell for cell in ranked(moved) if figures_shown(cell, everything=everything)]
    made += [
        _cell(cell, found, everything=everything) for cell in details[: None if everything else _DETAILED]
    ]
    return made


def ranked(cells: Sequence[CellChange]) -> list[CellChange]:
    """What is most worth reading first: other ends, then new and vanished cells, then by flash."""

    def rank(cell: CellChange) -> tuple[int, float]:
        flash = cell.change("size.flash")
        moved = abs(flash.by or 0) if flash is not None else 0
        order = (How.CHANGED, How.NEW, How.VANISHED, How.UNSURE, How.UNCHANGED).index(cell.how)
        return (-1 if cell.status_changed else order, -moved)

    return sorted(cells, key=rank)


def summary(found: Changes) -> str:
    """How many cells became what, in a sentence's part."""
    counts = [(how, len(found.of(how))) for how in (How.CHANGED, How.UNSURE, How.NEW, How.VANISHED)]
    parts = [f"{count:,} {how.value}" for how, count in counts if count]
    parts.append(f"{found.unchanged:,} unchanged")
    unsure = "; unsure: only predictions changed, within their error bars" if found.of(How.UNSURE) else ""
    return f"cells: {', '.join(parts)}{unsure}"


def figures_shown(cell: CellChange, *, everything: bool) -> list[FigureChange]:
    """The figures to show of a cell: without those that explain others, unless all are asked for."""
    return [
        one
        for one in cell.figures
        if everything or not (one.figure.detail or one.figure.name.startswith(OWNERS))
    ]


def _cell(cell: CellChange, found: Changes, *, everything: bool) -> Table:
    rows = figures_shown(cell, everything=everything)
    columns = (
        Column(("before",), tuple(shown(one.before, one.figure.unit) for one in rows)),
        Column(("after",), tuple(shown(one.after, one.figure.unit) for one in rows)),
        Column(("change",), tuple(difference(one) for one in rows)),
        Column(("",), tuple(remark(one) for one in rows)),
    )
    notes = list(reasons(cell))
    if grown := cell.owners[: None if everything else _OWNERS]:
        notes.append(f"owners: {'; '.join(map(owner, grown))}")
    if symbols := (found.symbols or {}).get(cell.name):
        notes.append(f"symbols: {'; '.join(map(symbol, symbols))}")
    return Table(cell.name, tuple(one.figure.name for one in rows), columns, tuple(notes), ())


def reasons(cell: CellChange) -> Iterator[str]:
    """How it ended, where that changed, and what differs in how it came to be."""
    if cell.status_changed:
        yield f"{_ended(cell.before)} → {_ended(cell.after)}"
    if cell.why:
        yield f"differs in {'; '.join(cell.why)}"


def _ended(end: End | None) -> str:
    assert end is not None
    return f"{end.status.value}{f' ({end.reason})' if end.reason else ''}"


def owner(change: FigureChange) -> str:
    """An owner with what it grew by."""
    section, _, name = change.figure.name.removeprefix(OWNERS).partition("/")
    return f"{name} in {section} {change.by or 0:+,} B"


def symbol(change: SymbolChange) -> str:
    """A symbol with what it grew by."""
    return f"{change.name} {change.after - change.before:+,} B"


def difference(change: FigureChange) -> str:
    """By how much it changed, and its part of what there was."""
    if change.by is None:
        return "appeared" if change.before is None else "no longer known"
    sign = "+" if change.by > 0 else "-"
    if change.figure.unit == "s":
        body = shown(Amount(abs(change.by)), "s")
    else:
        body = number(abs(change.by) if isinstance(change.by, int) else float(f"{abs(change.by):.3g}"))
    percent = "" if change.percent is None else f" ({change.percent:+.1f}%)"
    return f"{sign}{body}{percent}"


def remark(change: FigureChange) -> str:
    """``better``, ``worse`` or ``unsure``."""
    if change.how is How.UNSURE:
        return How.UNSURE.value
    return "" if change.verdict is Verdict.NEITHER else change.verdict.value


def _headline(cell: CellChange, title: str) -> str:
    if title == "what":
        return what(cell)
    change = cell.change(title)
    if change is not None:
        return f"{difference(change)}{' unsure' if change.how is How.UNSURE else ''}"
    return "=" if cell.how in (How.CHANGED, How.UNSURE) else ""


def what(cell: CellChange) -> str:
    """What became of a cell, with its end where that is not as it was."""
    if cell.status_changed:
        assert cell.before is not None
        assert cell.after is not None
        return f"{cell.before.status.value} → {cell.after.status.value}"
    end = cell.after if cell.how is How.NEW else None
    return cell.how.value if end is None else f"{cell.how.value}: {end.status.value}"


def cell_to_dict(cell: CellChange, found: Changes) -> dict[str, Any]:
    """A cell in the contract of ``diff --format json``."""
    symbols = (found.symbols or {}).get(cell.name)
    return {
        "name": cell.name,
        "how": cell.how.value,
        "before": _end_to_dict(cell.before),
        "after": _end_to_dict(cell.after),
        "figures": [_figure_to_dict(one) for one in cell.figures],
        "unchanged": cell.unchanged,
        "why": list(cell.why),
        "symbols": None
        if symbols is None
        else [{"symbol": one.name, "before": one.before, "after": one.after} for one in symbols],
    }


def _end_to_dict(end: End | None) -> dict[str, Any] | None:
    return None if end is None else {"id": end.id, "status": end.status.value, "reason": end.reason}


def _figure_to_dict(change: FigureChange) -> dict[str, Any]:
    figure, before, after = change
    how = change.how
    return {
        "figure": figure.name,
        "unit": figure.unit,
        "kind": figure.kind.value,
        "how": how.value,
        "verdict": change.judged(how).value,
        "before": amount_to_dict(before),
        "after": amount_to_dict(after),
        "by": change.by,
        "percent": change.percent,
    }


def amount_to_dict(amount: Amount | None) -> dict[str, Any] | None:
    """A value, with the ends of its error bar if it has one; null for what is not known."""
    if amount is None:
        return None
    value, low, high = amount
    return {"value": value} if low is None else {"value": value, "low": low, "high": high}


def change_rows(found: Changes) -> list[dict[str, object]]:
    """One flat row for each figure that changed; one as well for a cell that has none, such as a new one."""
    rows: list[dict[str, object]] = []
    for cell in found.cells:
        same = {
            "cell": cell.name,
            "how": cell.how.value,
            "status_before": cell.before.status.value if cell.before else None,
            "status_after": cell.after.status.value if cell.after else None,
        }
        rows += [
            {
                **same,
                "figure": one.figure.name,
                "unit": one.figure.unit,
                "kind": one.figure.kind.value,
                "figure_how": one.how.value,
                "before": one.before.value if one.before else None,
                "after": one.after.value if one.after else None,
                "by": one.by,
                "percent": one.percent,
            }
            for one in cell.figures
        ]
        if not cell.figures:
            rows.append({**same, **dict.fromkeys(_COLUMNS)})
    return rows


_COLUMNS = ("figure", "unit", "kind", "figure_how", "before", "after", "by", "percent")
CHANGE_COLUMNS = ("cell", "how", "status_before", "status_after", *_COLUMNS)
"""The columns of these rows."""
