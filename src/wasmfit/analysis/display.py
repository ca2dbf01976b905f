"""How a comparison shows itself at a prompt and in a notebook."""

from collections import Counter
from typing import TYPE_CHECKING

from wasmfit.model import Status
from wasmfit.notebook import PlotPoint, html, scatter
from wasmfit.table import Table
from wasmfit.words import counted

from .comparison import Comparison
from .summary import summary_tables
from .summary_columns import SummaryCells, SummaryColumn, summary_column

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def short(comparison: Comparison) -> str:
    """The comparison in a line."""
    counts = Counter(measurement.status.value for measurement in comparison.measurements)
    ended = ", ".join(f"{number} {status}" for status, number in counts.most_common())
    run = "" if comparison.run is None else f", run {comparison.run}"
    return f"<Comparison: {counted(len(comparison.measurements), 'cell')} ({ended}){run}>"


def as_html(comparison: Comparison) -> str:
    """The summary as HTML."""
    tables: list[Table] = summary_tables(comparison)
    return html(tables)


def plot(comparison: Comparison, x: str, y: str) -> "Axes":
    """A point for each runtime that ran, by two metrics.

    Args:
        comparison: The comparison.
        x, y: Names of columns or metrics, as ``wasmfit compare --columns`` takes them.

    Raises:
        UsageError: A metric is unknown, no cell has both, or matplotlib is not installed.
    """
    columns = [summary_column(name) for name in (x, y)]
    ran = [
        measurement
        for measurement in comparison.measurements
        if measurement.status is Status.OK and measurement.runtime != "baseline"
    ]
    values = [column.numbers(SummaryCells(ran, {})) for column in columns]
    points = [
        PlotPoint(f"{measurement.runtime} {measurement.version}", left, right)
        for measurement, left, right in zip(ran, *values, strict=True)
        if left is not None and right is not None
    ]
    settings = {measurement.id.partition("/")[2] for measurement in ran}
    title = next(iter(settings)) if len(settings) == 1 else f"{len(settings)} settings"
    return scatter(points, _axis(columns[0]), _axis(columns[1]), title)


def _axis(column: SummaryColumn) -> str:
    name = column.title or " ".join(column.heading)
    return f"{name}, {column.unit}" if column.unit else name
