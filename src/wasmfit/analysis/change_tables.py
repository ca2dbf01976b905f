"""Changes as tables: the cells that changed, then each cell's metrics; and as flat rows."""

from collections.abc import Iterator, Sequence

from wasmfit.table import Table, text_column

from .amounts import Amount, amount_text, number_text
from .basis import OUTDATED_CLAUSE, OUTDATED_MARK
from .changes import (
    CellChange,
    CellChangeKind,
    CellOutcome,
    ChangeEffect,
    Changes,
    MetricChange,
    SymbolChange,
)
from .metrics import OWNERS, RAM_NEEDED

HEADLINES = ("size.flash", RAM_NEEDED, "run.instructions.call", "run.predicted.call.time_s")
"""The metrics of the first table."""

_CELLS = 40
_DETAILED = 10
_OWNERS = 5


def change_tables(changes: Changes, *, everything: bool = False) -> list[Table]:
    """A table of the cells that changed, then one of each.

    Args:
        changes: What changed.
        everything: All cells and all metrics, including details of others.
    """
    changed = [
        cell for cell in changes.cells if cell.kind in (CellChangeKind.CHANGED, CellChangeKind.INCONCLUSIVE)
    ]
    listed = ranked(changes.cells)
    shown_cells = listed if everything else listed[:_CELLS]
    notes = [summary(changes)]
    if len(listed) > len(shown_cells):
        notes.append(f"{len(listed) - len(shown_cells):,} more cells: --all, or --format json")
    marks = tuple(OUTDATED_MARK if changes.is_outdated(cell) else "" for cell in shown_cells)
    if any(marks):
        notes.append(OUTDATED_CLAUSE)
    notes += changes.notes
    titles = ("what", *HEADLINES)
    tables = [
        Table(
            f"{changes.before} → {changes.after}",
            tuple(cell.name for cell in shown_cells),
            tuple(
                text_column((title,), (_headline(cell, title) for cell in shown_cells)) for title in titles
            ),
            tuple(notes),
            marks=marks if any(marks) else (),
        )
    ]
    details = [cell for cell in ranked(changed) if metrics_shown(cell, everything=everything)]
    tables += [
        _cell(cell, changes, everything=everything) for cell in details[: None if everything else _DETAILED]
    ]
    return tables


def ranked(cells: Sequence[CellChange]) -> list[CellChange]:
    """The most important first: changed statuses, then new and vanished cells, then by flash."""

    def rank(cell: CellChange) -> tuple[int, float]:
        flash = cell.change("size.flash")
        difference = abs(flash.by or 0) if flash is not None else 0
        order = (
            CellChangeKind.CHANGED,
            CellChangeKind.NEW,
            CellChangeKind.VANISHED,
            CellChangeKind.INCONCLUSIVE,
            CellChangeKind.UNCHANGED,
        ).index(cell.kind)
        return (-1 if cell.status_changed else order, -difference)

    return sorted(cells, key=rank)


def summary(changes: Changes) -> str:
    """How many cells changed in which way, as a clause."""
    kinds = (CellChangeKind.CHANGED, CellChangeKind.INCONCLUSIVE, CellChangeKind.NEW, CellChangeKind.VANISHED)
    of_kind = {kind: changes.of(kind) for kind in kinds}
    parts = [
        f"{number:,} {kind.word}"
        for kind, cells in of_kind.items()
        if (number := sum(cell.other_work is None for cell in cells))
    ]
    if others := sum(cell.other_work is not None for cells in of_kind.values() for cell in cells):
        parts.append(f"{others:,} with another call or module, and so not compared")
    parts.append(f"{changes.unchanged:,} unchanged")
    if changes.unmeasured:
        parts.append(f"{len(changes.unmeasured):,} not measured on one side")
    note = "; inconclusive: only predictions changed, within their error bars"
    return f"cells: {', '.join(parts)}{note if changes.of(CellChangeKind.INCONCLUSIVE) else ''}"


def metrics_shown(cell: CellChange, *, everything: bool) -> list[MetricChange]:
    """The metrics to show of a cell: without those that explain others, unless all are asked for."""
    return [
        change
        for change in cell.metrics
        if everything or not (change.metric.detail or change.metric.name.startswith(OWNERS))
    ]


def _cell(cell: CellChange, changes: Changes, *, everything: bool) -> Table:
    rows = metrics_shown(cell, everything=everything)
    columns = (
        text_column(("before",), (amount_text(change.before, change.metric.unit) for change in rows)),
        text_column(("after",), (amount_text(change.after, change.metric.unit) for change in rows)),
        text_column(("change",), (difference(change) for change in rows)),
        text_column(("",), (remark(change) for change in rows)),
    )
    notes = list(reasons(cell))
    if grown := cell.owners[: None if everything else _OWNERS]:
        notes.append(f"owners: {'; '.join(map(owner, grown))}")
    if symbols := (changes.symbols or {}).get(cell.name):
        notes.append(f"symbols: {'; '.join(map(symbol, symbols))}")
    return Table(cell.name, tuple(change.metric.name for change in rows), columns, tuple(notes), ())


def reasons(cell: CellChange) -> Iterator[str]:
    """Its statuses, if they differ, and what differs in the provenance."""
    if cell.status_changed:
        yield f"{_status(cell.before)} → {_status(cell.after)}"
    why = cell.why
    if cell.other_work is not None:
        sentence, why = cell.why[0], cell.why[1:]
        yield f"{sentence}; no value is better or worse than the other"
    if why:
        yield f"differs in {'; '.join(why)}"


def _status(outcome: CellOutcome | None) -> str:
    assert outcome is not None
    return f"{outcome.status.value}{f' ({outcome.reason})' if outcome.reason else ''}"


def owner(change: MetricChange) -> str:
    """An owner with its difference."""
    section, _, name = change.metric.name.removeprefix(OWNERS).partition("/")
    return f"{name} in {section} {change.by or 0:+,} B"


def symbol(change: SymbolChange) -> str:
    """A symbol with its difference."""
    return f"{change.name} {change.after - change.before:+,} B"


def difference(change: MetricChange) -> str:
    """The difference, and its percentage of the value before; empty where they are of different calls."""
    if not change.is_comparable:
        return ""
    if change.by is None:
        return "appeared" if change.before is None else "no longer known"
    sign = "+" if change.by > 0 else "-"
    if change.metric.unit == "s":
        body = amount_text(Amount(abs(change.by)), "s")
    else:
        body = number_text(abs(change.by) if isinstance(change.by, int) else float(f"{abs(change.by):.3g}"))
    percent = "" if change.percent is None else f" ({change.percent:+.1f}%)"
    return f"{sign}{body}{percent}"


def remark(change: MetricChange) -> str:
    """``better``, ``worse`` or ``inconclusive``."""
    if change.is_comparable and change.kind is CellChangeKind.INCONCLUSIVE:
        return change.kind.word
    return "" if change.effect is ChangeEffect.NEITHER else change.effect.value


def _headline(cell: CellChange, title: str) -> str:
    if title == "what":
        return cell_text(cell)
    change = cell.change(title)
    if change is not None:
        if not change.is_comparable:
            return ""
        return f"{difference(change)}{' inconclusive' if change.kind is CellChangeKind.INCONCLUSIVE else ''}"
    return "=" if cell.kind in (CellChangeKind.CHANGED, CellChangeKind.INCONCLUSIVE) else ""


def cell_text(cell: CellChange) -> str:
    """What became of a cell, with its status if that changed."""
    if cell.status_changed:
        assert cell.before is not None
        assert cell.after is not None
        return f"{cell.before.status.value} → {cell.after.status.value}"
    if cell.other_work is not None:
        return cell.other_work
    outcome = cell.after if cell.kind is CellChangeKind.NEW else None
    return cell.kind.word if outcome is None else f"{cell.kind.word}: {outcome.status.value}"


def change_rows(changes: Changes) -> list[dict[str, object]]:
    """One flat row for each metric that changed; one as well for a cell without any, such as a new one."""
    rows: list[dict[str, object]] = []
    for cell in changes.cells:
        of_cell = {
            "cell": cell.name,
            "how": cell.kind.value,
            "status_before": cell.before.status.value if cell.before else None,
            "status_after": cell.after.status.value if cell.after else None,
        }
        rows += [
            {
                **of_cell,
                "figure": change.metric.name,
                "unit": change.metric.unit,
                "kind": change.metric.kind.value,
                "figure_how": change.kind.value,
                "before": change.before.value if change.before else None,
                "after": change.after.value if change.after else None,
                "by": change.by,
                "percent": change.percent,
            }
            for change in cell.metrics
        ]
        if not cell.metrics:
            rows.append({**of_cell, **dict.fromkeys(_COLUMNS)})
    return rows


_COLUMNS = ("figure", "unit", "kind", "figure_how", "before", "after", "by", "percent")
CHANGE_COLUMNS = ("cell", "how", "status_before", "status_after", *_COLUMNS)
"""The columns of these rows."""
