"""Results in notebooks: tables as HTML, and points as a plot with matplotlib, which need not be there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from .errors import UsageError
from .table import Alignment, Column, Table, TableCell
from .words import escape_unprintable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LONGEST = 4000


class ShownResult:
    """A result that is a line at a prompt, and its tables in a notebook."""

    def _short(self) -> str:
        """The result in a clause."""
        raise NotImplementedError

    def _tables(self) -> Sequence[Table]:
        """Its tables."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {escape_unprintable(self._short(), _LONGEST)}>"

    def _repr_html_(self) -> str:
        return html(self._tables())


def html(tables: Iterable[Table]) -> str:
    """Tables as HTML, with their notes below them; names of modules and files stay text."""
    return "\n".join(_table(table) for table in tables)


def _table(table: Table) -> str:
    head = "".join(f"<th>{_text(' '.join(column.heading))}</th>" for column in table.columns)
    rows = [
        f"<tr><th>{_text(label)}</th>{''.join(_cell(column, number) for column in table.columns)}</tr>"
        for number, label in enumerate(table.shown_labels)
    ]
    rows += [
        f'<tr><th>{_text(name)}</th><td colspan="{len(table.columns)}" style="text-align:left">'
        f"{_text(why)}</td></tr>"
        for name, why in table.remainder
    ]
    notes = ["; ".join(table.legend_of(table.columns)), *table.notes]
    below = "".join(f"<p>{_text(note)}</p>" for note in notes if note)
    return (
        f"<table><caption>{_text(table.title)}</caption><thead><tr><th></th>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>{below}"
    )


def _cell(column: Column, number: int) -> str:
    cell: TableCell = column.cells[number]
    side = "right" if column.alignment is Alignment.RIGHT else "left"
    text = f"<b>{_text(cell.shown)}</b>" if cell.mark else _text(cell.shown)
    return f'<td style="text-align:{side}">{text}</td>'


def _text(text: str) -> str:
    return escape(escape_unprintable(text, _LONGEST))


@dataclass(frozen=True)
class PlotPoint:
    """A named point of a plot."""

    label: str
    x: float
    y: float


def scatter(points: Sequence[PlotPoint], x_label: str, y_label: str, title: str) -> "Axes":
    """A plot of named points, on logarithmic axes.

    Raises:
        UsageError: matplotlib is not installed, or there is no point.
    """
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise UsageError("plot() needs matplotlib.", "pip install 'wasmfit[plot]'") from error
    if not points:
        raise UsageError("There is nothing to plot: no cell has both metrics.", "Name other metrics.")
    _, axes = pyplot.subplots()
    axes.scatter([point.x for point in points], [point.y for point in points])
    for point in points:
        axes.annotate(point.label, (point.x, point.y), textcoords="offset points", xytext=(4, 4))
    if all(point.x > 0 for point in points):
        axes.set_xscale("log")
    if all(point.y > 0 for point in points):
        axes.set_yscale("log")
    axes.set(xlabel=x_label, ylabel=y_label, title=title)
    return axes
