"""A grid of text: labels to the left, columns of values to the right, as wide as their contents.

It looks like Rich's ``SIMPLE_HEAD``, which a test compares it with. Rich itself takes half a minute for the
tables of 10,000 cells.
"""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len

_BETWEEN = "   "


def grid(labels: Sequence[str], columns: Sequence[tuple[Sequence[str], Sequence[str]]]) -> Iterator[str]:
    """The lines of a grid.

    Args:
        labels: Of the rows, each one line.
        columns: Heading, in lines, and the cells of each column, each one line.
    """
    width = max(map(cell_len, labels), default=0)
    widths = [max(map(cell_len, (*heading, *cells)), default=0) for heading, cells in columns]

    def line(label: str, cells: Sequence[str]) -> str:
        padded = (" " * (wide - cell_len(cell)) + cell for cell, wide in zip(cells, widths, strict=True))
        return _BETWEEN.join((label + " " * (width - cell_len(label)), *padded))

    lines = max((len(heading) for heading, _ in columns), default=0)
    yield ""
    # Headings are aligned to the bottom.
    tops = [("",) * (lines - len(heading)) + tuple(heading) for heading, _ in columns]
    for number in range(lines):
        yield " " + line("", [heading[number] for heading in tops])
    yield " " + "─" * (width + sum(widths) + len(_BETWEEN) * len(columns))
    for number, label in enumerate(labels):
        yield " " + line(label, [cells[number] for _, cells in columns])
    yield ""
