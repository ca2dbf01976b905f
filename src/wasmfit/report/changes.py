"""Changes in each format; Markdown is made for a comment on a pull request."""

from collections.abc import Callable, Iterator

from wasmfit.analysis.amounts import amount_text
from wasmfit.analysis.basis import OUTDATED_CLAUSE, OUTDATED_MARK
from wasmfit.analysis.change_tables import (
    CHANGE_COLUMNS,
    HEADLINES,
    cell_text,
    change_rows,
    change_tables,
    difference,
    metrics_shown,
    owner,
    ranked,
    reasons,
    remark,
    summary,
    symbol,
)
from wasmfit.analysis.changes import CellChange, CellChangeKind, Changes
from wasmfit.words import counted, escape_unprintable

from .csv import rows_to_csv
from .documents.changes import cell_changes, changes_document
from .escape import code, quiet
from .format import Format
from .json import document_lines
from .terminal import tables_to_text

LONGEST_COMMENT = 65_536
"""Characters that a comment on GitHub may have."""

_ROOM = 500
"""Characters reserved for the sentence that says what was omitted."""

_ROWS = 25
_LONGEST_LINE = 4000
_OWNERS = 8


def to_text(changes: Changes, *, everything: bool = False) -> str:
    """Tables."""
    if not changes.cells:
        lines = (f"{changes.before} → {changes.after}", summary(changes), *changes.notes)
        return "\n".join(escape_unprintable(line, _LONGEST_LINE) for line in lines)
    return tables_to_text(change_tables(changes, everything=everything))


def to_json(
    changes: Changes,
    *,
    everything: bool = False,  # noqa: ARG001 - it always has everything
) -> Iterator[str]:
    """``{"schema": 1, "before", "after", "unchanged", "notes", "cells": [...]}``.

    In parts, each made when it is needed.
    """
    return document_lines(changes_document(changes), "cells", cell_changes(changes))


def to_csv(changes: Changes, *, everything: bool = False) -> str:  # noqa: ARG001 - likewise
    """One line per metric that changed."""
    return rows_to_csv(change_rows(changes), CHANGE_COLUMNS)


def to_markdown(changes: Changes, *, everything: bool = False) -> str:
    """The summary, a table of headlines, and each cell's metrics folded; as much as a comment holds."""
    parts = ["\n".join(_summary(changes))]
    length, listed = len(parts[0]), ranked(changes.cells)
    omitted = 0
    for cell in listed:
        block = "\n".join(_folded(cell, changes, everything=everything))
        if not block:
            continue
        if omitted or length + len(block) + 2 > LONGEST_COMMENT - _ROOM:
            omitted += 1
            continue
        parts.append(block)
        length += len(block) + 2
    if omitted:
        parts.append(f"{omitted:,} more cells changed and do not fit here; `--format json` has them all.")
    return "\n\n".join(parts)


def _summary(changes: Changes) -> Iterator[str]:
    cells = len(changes.cells) + changes.unchanged
    yield f"### wasmfit: {len(changes.cells):,} of {counted(cells, 'cell')} changed"
    yield ""
    yield f"{code(changes.before)} → {code(changes.after)}; {quiet(summary(changes))}"
    listed = ranked(changes.cells)
    if listed:
        yield ""
        yield f"| cell | | {' | '.join(code(name) for name in HEADLINES)} |"
        yield f"| --- | --- |{' ---: |' * len(HEADLINES)}"
        yield from (_row(cell, changes) for cell in listed[:_ROWS])
    if len(listed) > _ROWS:
        yield ""
        yield f"and {len(listed) - _ROWS:,} more cells."
    outdated = [OUTDATED_CLAUSE] if any(map(changes.is_outdated, listed)) else []
    if notes := [*outdated, *changes.notes]:
        yield ""
        yield from (f"- {quiet(note)}" for note in notes[:_ROWS])


def _row(cell: CellChange, changes: Changes) -> str:
    mark = f" {OUTDATED_MARK}" if changes.is_outdated(cell) else ""
    cells = [f"{code(cell.name)}{mark}", f"{'⚠ ' if cell.status_changed else ''}{quiet(cell_text(cell))}"]
    for name in HEADLINES:
        change = cell.change(name)
        if change is None:
            cells.append("=" if cell.kind in (CellChangeKind.CHANGED, CellChangeKind.INCONCLUSIVE) else "")
        else:
            word = remark(change)
            cells.append(f"{difference(change)}{f' {word}' if word else ''}")
    return f"| {' | '.join(cells)} |"


def _folded(cell: CellChange, changes: Changes, *, everything: bool) -> Iterator[str]:
    rows = metrics_shown(cell, everything=everything)
    if not rows and not cell.status_changed:
        return
    count = counted(len(cell.metrics), "metric")
    yield f"<details><summary>{code(cell.name)}: {quiet(cell_text(cell))}, {count}</summary>"
    yield ""
    yield "| metric | before | after | change | |"
    yield "| --- | ---: | ---: | ---: | --- |"
    for change in rows:
        before, after = (amount_text(amount, change.metric.unit) for amount in (change.before, change.after))
        yield f"| {code(change.metric.name)} | {before} | {after} | {difference(change)} | {remark(change)} |"
    lines = [f"- {quiet(line)}" for line in reasons(cell)]
    lines += [f"- owner {code(owner(change))}" for change in cell.owners[:_OWNERS]]
    lines += [f"- symbol {code(symbol(change))}" for change in (changes.symbols or {}).get(cell.name, ())]
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
"""Format → its formatter, which returns the text, or parts of a long one."""
