"""The terminal: rows under each other, indented or as a tree."""

import shutil
import sys
from collections.abc import Iterator, Sequence
from typing import TypeVar

from wasmfit.footprint.analysis import Survey
from wasmfit.footprint.views.crate_versions import sentences
from wasmfit.footprint.views.diff import Change
from wasmfit.footprint.views.memories import Use
from wasmfit.footprint.views.tree import Node, label
from wasmfit.words import printable

R = TypeVar("R", Node, Change)

_UNLIMITED = 500
_SHOWN_MOVES = 10
_LONGEST = 4000


def to_table(survey: Survey, width: int | None = None) -> str:
    """The survey with indented rows; names are cut to the terminal's width."""
    return _text(survey, width or _width(), tree=False)


def to_tree(survey: Survey, width: int | None = None) -> str:
    """The survey with the rows as a tree."""
    return _text(survey, width or _width(), tree=True)


def _width() -> int:
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else _UNLIMITED


def _text(survey: Survey, width: int, *, tree: bool) -> str:
    lines = [_heading(survey), *_memories(survey), ""]
    lines += (
        list(_view(survey, width, tree))
        if survey.difference is None
        else list(_difference(survey, width, tree))
    )
    lines += [f"Note: {note}" for note in survey.notes]
    return "\n".join(
        printable(line, max(width, 20)) if len(line) > width else line for line in lines
    ).rstrip()


def _heading(survey: Survey) -> str:
    what = f"{survey.bits}-bit {survey.machine} {survey.kind}"
    return f"{printable(survey.file, 100)}: {what}, {survey.size:,} bytes in {_sections(survey)}"


def _sections(survey: Survey) -> str:
    count = len(survey.sections)
    return f"{count} section{'' if count == 1 else 's'}"


def _memories(survey: Survey) -> list[str]:
    rows = [_use(use) for use in survey.uses]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    return [
        f"{row[0]:{widths[0]}}  {row[1]:>{widths[1]}} B  {row[2]:{widths[2]}}  {row[3]}".rstrip()
        for row in rows
    ]


def _use(use: Use) -> tuple[str, str, str, str]:
    of = "" if use.size is None else f"of {use.size:,} B ({use.share:.1%})"
    pages = "" if use.pages is None else f"{use.pages:,} pages of {use.page_size:,} B: {use.flashed:,} B"
    return printable(use.name), f"{use.bytes:,}", of, pages


def _view(survey: Survey, width: int, tree: bool) -> Iterator[str]:
    whole = survey.view.bytes
    yield f"{'bytes':>11}  {'%':>5}  {' / '.join(by.value for by in survey.by)}"
    for drawn, row in _drawn(survey.view.rows, tree):
        share = f"{row.bytes / whole:6.1%}" if whole else ""
        yield _cut(f"{row.bytes:>11,}  {share:>5}  {drawn}{printable(label(row))}", width)
    yield f"{whole:>11,}  {'100%':>6}  total"


def _difference(survey: Survey, width: int, tree: bool) -> Iterator[str]:
    found = survey.difference
    assert found is not None
    yield f"since {printable(found.base, 100)}:"
    yield f"{'before':>11}  {'after':>11}  {'bytes':>11}  {' / '.join(by.value for by in survey.by)}"
    for drawn, row in _drawn(found.view.rows, tree):
        how = (
            "" if row.count > 1 or row.how.value in ("grew", "shrank", "same size") else f" ({row.how.value})"
        )
        name = f"{drawn}{printable(row.name)}{how}"
        yield _cut(f"{row.before:>11,}  {row.after:>11,}  {row.bytes:>+11,}  {name}", width)
    yield f"{found.view.before:>11,}  {found.view.after:>11,}  {found.view.bytes:>+11,}  total"
    if found.crates:
        yield ""
        yield "Crates that are not the same:"
        yield from (_cut(f"  {printable(one, _LONGEST)}", width) for one in sentences(found.crates))
    if found.moves:
        yield ""
        yield f"Moved ({len(found.moves):,}), counted above at both places:"
        for move in found.moves[:_SHOWN_MOVES]:
            was, now = "/".join(move.before), "/".join(move.after)
            yield _cut(
                f"{move.bytes_before:>11,}  {move.bytes_after:>11,}  {printable(move.name)}: "
                f"{printable(was)} → {printable(now)}",
                width,
            )


def _drawn(rows: Sequence[R], tree: bool, prefix: str = "") -> Iterator[tuple[str, R]]:
    """Each row below another with what stands before its name."""
    for number, row in enumerate(rows):
        last = number == len(rows) - 1
        if tree:
            yield f"{prefix}{'└─ ' if last else '├─ '}", row
            yield from _drawn(_telling(row), tree, f"{prefix}{'   ' if last else '│  '}")
        else:
            yield prefix, row
            yield from _drawn(_telling(row), tree, f"{prefix}  ")


def _telling(row: R) -> Sequence[R]:
    """The rows in a row, unless there is but one that says the same, as padding's only symbol does."""
    return () if len(row.rows) == 1 and row.rows[0].name == row.name else row.rows


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else f"{line[: max(width - 1, 1)]}…"
