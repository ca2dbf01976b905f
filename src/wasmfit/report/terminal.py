"""The terminal: tables split into blocks that fit its width."""

import io
import os
import shutil
import sys
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.feature_tables import feature_lines
from wasmfit.table import Column, Table
from wasmfit.words import escape_unprintable

from .comparison_tables import comparison_tables
from .grid import grid
from .overview import overview

UNLIMITED = 10_000
"""Width of lines where there is no terminal."""

_SHOWN_FACTS = ("validation", "module bytes", "host step", "operand stack")
"""Facts that a fair comparison needs; the other formats have all."""

_LONGEST_NOTE = 4000


def to_text(comparison: Comparison, width: int | None = None) -> str:
    """Every table with its notes, after an overview of several boards.

    ``width`` is the terminal's, or unlimited if there is none.
    """
    measured = comparison.measurements
    said = (*feature_lines(comparison.features), *comparison.all_notes)
    width = width or terminal_width()
    lines = ["\n".join(_wrapped(_plain(line), width)) for line in said]
    return "\n\n".join((tables_to_text((*overview(measured), *comparison_tables(measured)), width), *lines))


def tables_to_text(tables: Iterable[Table], width: int | None = None) -> str:
    """Any tables, as a terminal shows them."""
    width = width or terminal_width()
    return "\n\n".join(_text(table, width) for table in tables)


def terminal_width() -> int:
    """The width of the terminal, or what ``COLUMNS`` says; unlimited if stdout is none."""
    if sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit():
        return shutil.get_terminal_size().columns
    return UNLIMITED


def _text(table: Table, width: int) -> str:
    lines = [_plain(table.title)]
    labels = [_plain(label) for label in table.shown_labels]
    for columns in _blocks(table, width):
        texts = [
            ([_plain(line) for line in column.heading], [_plain(text) for text in column.texts])
            for column in columns
        ]
        lines += grid(labels, texts)
    for name, why in table.remainder:
        lines += _wrapped(_plain(f"{name}: {why}"), width)
    legend = filter(None, ["; ".join(table.legend_of(table.columns))])
    facts = (facts.sentence(_SHOWN_FACTS) for facts in table.facts)
    for note in (*legend, *table.notes, *facts):
        lines += _wrapped(_plain(note), width)
    return "\n".join(line.rstrip() for line in lines)


def _wrapped(text: str, width: int) -> list[str]:
    """A note in lines of the terminal's width; in one line, if there is no terminal."""
    if width >= UNLIMITED:
        return [text]
    # Rich is used for layout only: names of modules and files are text, never markup.
    return [line.plain for line in Text(text).wrap(Console(file=io.StringIO(), width=width), width)]


def _plain(text: str) -> str:
    return escape_unprintable(text, _LONGEST_NOTE)


def _blocks(table: Table, width: int) -> list[list[Column]]:
    """The columns in groups that fit next to the labels."""
    if not table.columns:
        return []
    labels = max(map(len, table.shown_labels), default=0) + 3
    blocks: list[list[Column]] = [[]]
    used = labels
    for column in table.columns:
        column_width = max(map(len, (*column.heading, *column.texts))) + 3
        if blocks[-1] and used + column_width > width:
            blocks.append([])
            used = labels
        blocks[-1].append(column)
        used += column_width
    return blocks
