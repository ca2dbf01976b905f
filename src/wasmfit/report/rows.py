"""Tables in the terminal with a line for each row: what does not fit is dropped or cut, and that is said."""

from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size

from wasmfit.table import Alignment, Column, Table
from wasmfit.words import escape_unprintable

_BETWEEN = "  "
_LONGEST = 4000
_SHORTEST = 24
"""Characters of a text that are left of it at least."""


def rows_to_text(table: Table, width: int, more: str = "") -> str:
    """The table with a line for each row.

    Args:
        table: The table.
        width: Of the terminal.
        more: What shows the columns that are dropped, as the end of a sentence.
    """
    columns = [column for column in table.columns if any(column.texts) or not column.priority]
    dropped: list[Column] = []
    while _least_width(table, columns) > width and (
        droppable := [column for column in columns if column.priority]
    ):
        last = max(droppable, key=lambda column: column.priority)
        columns.remove(last)
        dropped.append(last)
    lines = [*wrapped(table.title, width)] if table.title else []
    if table.labels:
        lines += _grid(table, columns, width)
    lines += _remainder(table, width)
    legend = table.legend_of(columns)
    if dropped:
        names = ", ".join(_said(column) for column in dropped)
        legend.append(f"not shown: {names}{more}")
    for note in (*filter(None, ["; ".join(legend)]), *table.notes):
        lines += wrapped(note, width)
    return "\n".join(line.rstrip() for line in lines)


def _said(column: Column) -> str:
    return column.title or " ".join(column.heading)


def _plain(text: str) -> str:
    return escape_unprintable(text, _LONGEST)


def _width(table: Table, columns: Sequence[Column]) -> int:
    between = sum(len(_BETWEEN) - (_hanging(before) if before else 0) for before in (None, *columns[:-1]))
    return 1 + _label_width(table) + between + sum(map(_wide, columns))


def _least_width(table: Table, columns: Sequence[Column]) -> int:
    """The width with words cut as short as they may be."""
    spared = (_wide(column) - _SHORTEST for column in columns if _is_cut(column))
    return _width(table, columns) - sum(spare for spare in spared if spare > 0)


def _is_cut(column: Column) -> bool:
    return column.alignment is Alignment.LEFT


def _label_width(table: Table) -> int:
    return max(map(cell_len, map(_plain, (table.label_heading, *table.shown_labels))), default=0)


def _hanging(column: Column) -> int:
    """Marks stand in the space between columns, so that digits stay under each other."""
    return 1 if column.is_marked else 0


def _texts(column: Column) -> list[str]:
    return [_plain(text) for text in column.texts]


def _headings(column: Column) -> list[str]:
    return [_plain(line) + " " * _hanging(column) for line in column.heading]


def _wide(column: Column) -> int:
    return max(map(cell_len, (*_headings(column), *_texts(column))), default=0)


def _grid(table: Table, columns: Sequence[Column], width: int) -> Iterator[str]:
    label_width = _label_width(table)
    widths = [_wide(column) for column in columns]
    # Of texts that are too long together, the longest is cut.
    excess = _width(table, columns) - width
    words = [number for number, column in enumerate(columns) if _is_cut(column)]
    while excess > 0 and words:
        longest = max(words, key=lambda number: widths[number])
        words.remove(longest)
        cut_off = min(excess, max(widths[longest] - _SHORTEST, 0))
        widths[longest] -= cut_off
        excess -= cut_off
    height = max((len(column.heading) for column in columns), default=0)
    headings = [["", "", *_headings(column)][-height:] if height else [] for column in columns]

    def line(label: str, texts: Sequence[str]) -> str:
        parts = [label + " " * (label_width - cell_len(label))]
        for number, column in enumerate(columns):
            before = columns[number - 1] if number else None
            between = _BETWEEN[(0 if before is None else _hanging(before)) :]
            text = texts[number] if column.wraps else cut(texts[number], widths[number])
            padding = " " * (widths[number] - cell_len(text))
            parts.append(
                between + (padding + text if column.alignment is Alignment.RIGHT else text + padding)
            )
        return f" {''.join(parts)}"

    for number in range(height):
        label = table.label_heading if number == height - 1 else ""
        yield line(_plain(label), [heading[number] for heading in headings])
    gaps = sum(len(_BETWEEN) for _ in columns) - sum(_hanging(column) for column in columns[:-1])
    yield " " + "─" * (label_width + sum(widths) + gaps)
    rows = [_texts(column) for column in columns]
    for number, label in enumerate(table.shown_labels):
        texts = [
            list(wrapped(row[number], wide)) if column.wraps else [row[number]]
            for row, column, wide in zip(rows, columns, widths, strict=True)
        ]
        for at in range(max((len(lines) for lines in texts), default=1)):
            yield line(
                _plain(label) if at == 0 else "", [lines[at] if at < len(lines) else "" for lines in texts]
            )


def _remainder(table: Table, width: int) -> Iterator[str]:
    names = max((cell_len(_plain(name)) for name, _ in table.remainder), default=0)
    wide = max(names, _label_width(table))
    for name, why in table.remainder:
        label = _plain(name)
        yield cut(f" {label}{' ' * (wide - cell_len(label))}{_BETWEEN}{_plain(why)}", width)


def cut(text: str, width: int) -> str:
    """The text, no wider than that; an ellipsis says where something is missing."""
    return text if cell_len(text) <= width else f"{set_cell_size(text, max(width - 1, 0)).rstrip()}…"


def wrapped(text: str, width: int, first: str = "", further: str = "") -> Iterator[str]:
    """Lines of the terminal's width, broken between words where there are any.

    Args:
        text: The text; what does not print is made visible.
        width: The most cells of a line.
        first, further: What the first line begins with, and each further one.
    """
    line = ""
    for word in _plain(text).split(" "):
        joined = f"{line} {word}" if line else f"{first}{word}"
        if line and cell_len(joined) > width:
            yield line
            line = f"{further}{word}"
        else:
            line = joined
    if line:
        yield line
