"""Grids look as Rich's tables do."""

import io

from hypothesis import given, settings
from hypothesis import strategies as some
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from wasmfit.report.grid import grid

LINES = some.text("ab1,.?≈–µ日é -", max_size=12).map(str.strip)


def _by_rich(labels: list[str], columns: list[tuple[list[str], list[str]]]) -> list[str]:
    console = Console(file=io.StringIO(), width=10_000, no_color=True, highlight=False, markup=False)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1))
    table.add_column("", no_wrap=True)
    for heading, _ in columns:
        table.add_column(Text("\n".join(heading)), justify="right", no_wrap=True)
    for number, label in enumerate(labels):
        table.add_row(Text(label), *(Text(cells[number]) for _, cells in columns))
    console.print(table)
    return [line.rstrip() for line in console.file.getvalue().splitlines()]  # type: ignore[attr-defined]


@settings(deadline=None)
@given(some.data())
def test_a_grid_is_what_rich_makes_of_it(data: some.DataObject) -> None:
    rows = data.draw(some.integers(1, 4))
    labels = data.draw(some.lists(LINES, min_size=rows, max_size=rows))
    column = some.tuples(
        some.lists(LINES.filter(bool), min_size=1, max_size=3),
        some.lists(LINES, min_size=rows, max_size=rows),
    )
    columns = data.draw(some.lists(column, min_size=1, max_size=4))
    assert [line.rstrip() for line in grid(labels, columns)] == _by_rich(labels, columns)
