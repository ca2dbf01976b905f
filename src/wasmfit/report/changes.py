"""Changes in each format; Markdown is made for a comment on a pull request."""

from collections.abc import Callable, Iterator

from wasmfit.analysis.amounts import shown
from wasmfit.analysis.changes import CellChange, Changes, How
from wasmfit.analysis.comparison import SCHEMA
from wasmfit.json_text import line, line_by_line

from .change_tables import (
    CHANGE_COLUMNS,
    HEADLINES,
    cell_to_dict,
    change_rows,
    change_tables,
    difference,
    figures_shown,
    owner,
    ranked,
    reasons,
    remark,
    summary,
    symbol,
    what,
)
from .csv import rows_to_csv
from .escape import code, quiet
from .format import Format
from .terminal import tables_to_text

LONGEST_COMMENT = 65_536
"""Characters that a comment on GitHub may have."""

_ROOM = 500
"""Characters kept for the words that say what was left out."""

_ROWS = 25
_OWNERS = 8


def to_text(found: Changes, *, everything: bool = False) -> str:
    """Tables."""
    if not found.cells:
        return "\n".join([f"{found.before} → {found.after}", summary(found), *found.notes])
    return tables_to_text(change_tables(found, everything=everything))


def to_json(
    found: Changes,
    *,
    everything: bool = False,  # noqa: ARG001 - it always has everything
) -> Iterator[str]:
    """``{"schema": 1, "before", "after", "unchanged", "notes", "cells": [...]}``.

    In parts, each made when it is taken.
    """
    head = {
        "schema": SCHEMA,
        "before": found.before,
        "after": found.after,
        "unchanged": found.unchanged,
        "notes": list(found.notes),
    }
    cells = (line(cell_to_dict(cell, found)) for cell in found.cells)
    return line_by_line(head, "cells", cells)


def to_csv(found: Changes, *, everything: bool = False) -> str:  # noqa: ARG001 - likewise
    """One line a figure that changed."""
    return rows_to_csv(change_rows(found), CHANGE_COLUMNS)


def to_markdown(found: Changes, *, everything: bool = False) -> str:
    """The summary, a table of what decides, and each cell's figures folded up; as much as a comment holds."""
    parts = ["\n".join(_summary(found))]
    length, listed = len(parts[0]), ranked(found.cells)
    left_out = 0
    for cell in listed:
        block = "\n".join(_folded(cell, found, everything=everything))
        if not block:
            continue
        if left_out or length + len(block) + 2 > LONGEST_COMMENT - _ROOM:
            left_out += 1
            continue
        parts.append(block)
        length += len(block) + 2
    if left_out:
        parts.append(f"{left_out:,} more cells changed and do not fit; `--format json` has them all.")
    return "\n\n".join(parts)


def _summary(found: Changes) -> Iterator[str]:
    cells = len(found.cells) + found.unchanged
    yield f"### wasmfit: {len(found.cells):,} of {cells:,} cells are not what they were"
    yield ""
    yield f"{code(found.before)} → {code(found.after)}; {quiet(summary(found))}"
    listed = ranked(found.cells)
    if listed:
        yield ""
        yield f"| cell | | {' | '.join(code(name) for name in HEADLINES)} |"
        yield f"| --- | --- |{' ---: |' * len(HEADLINES)}"
        yield from (_row(cell) for cell in listed[:_ROWS])
    if len(listed) > _ROWS:
        yield ""
        yield f"and {len(listed) - _ROWS:,} more cells."
    if found.notes:
        yield ""
        yield from (f"- {quiet(note)}" for note in found.notes[:_ROWS])


def _row(cell: CellChange) -> str:
    cells = [code(cell.name), f"{'⚠ ' if cell.status_changed else ''}{quiet(what(cell))}"]
    for name in HEADLINES:
        change = cell.change(name)
        if change is None:
            cells.append("=" if cell.how in (How.CHANGED, How.UNSURE) else "")
        else:
            word = remark(change)
            cells.append(f"{difference(change)}{f' {word}' if word else ''}")
    return f"| {' | '.join(cells)} |"


def _folded(cell: CellChange, found: Changes, *, everything: bool) -> Iterator[str]:
    rows = figures_shown(cell, everything=everything)
    if not rows and not cell.status_changed:
        return
    count = f"{len(cell.figures):,} figures"
    yield f"<details><summary>{code(cell.name)}: {quiet(what(cell))}, {count}</summary>"
    yield ""
    yield "| figure | before | after | change | |"
    yield "| --- | ---: | ---: | ---: | --- |"
    for one in rows:
        unit = one.figure.unit
        yield (
            f"| {code(one.figure.name)} | {shown(one.before, unit)} | {shown(one.after, unit)} "
            f"| {difference(one)} | {remark(one)} |"
        )
    lines = [f"- {quiet(line)}" for line in reasons(cell)]
    lines += [f"- owner {code(owner(one))}" for one in cell.owners[:_OWNERS]]
    lines += [f"- symbol {code(symbol(one))}" for one in (found.symbols or {}).get(cell.name, ())]
    if lines:
        yield ""
        yield from lines
    yield ""
    yield "</details>"


FORMATS: dict[Format, Callable[..., str | Iterator[str]]] = {
    Format.TABLE: to_text,
    Format.JSON: to_json,
    Format.CSV: to_csv,
    Format.MARKDOWN: to_markdown,
}
"""Format → what makes its text, or parts of one that is long."""
