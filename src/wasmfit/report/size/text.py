"""The terminal: rows under each other, indented or as a tree."""

import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from wasmfit.footprint.analysis import SizeAnalysis
from wasmfit.footprint.views.memories import MemoryUse
from wasmfit.footprint.views.tree import ViewRow, row_label
from wasmfit.words import counted, escape_unprintable

if TYPE_CHECKING:
    from wasmfit.footprint.views.diff import SizeChange

R = TypeVar("R", ViewRow, "SizeChange")

_UNLIMITED = 500
_SHOWN_MOVES = 10
_LONGEST = 4000


def to_table(analysis: SizeAnalysis, width: int | None = None) -> str:
    """The analysis with indented rows; names are cut to the terminal's width."""
    return _text(analysis, width or _width(), tree=False)


def to_tree(analysis: SizeAnalysis, width: int | None = None) -> str:
    """The analysis with the rows as a tree."""
    return _text(analysis, width or _width(), tree=True)


def _width() -> int:
    if not sys.stdout.isatty():
        return _UNLIMITED
    import shutil  # which loads whatever packs files

    return shutil.get_terminal_size().columns


def _text(analysis: SizeAnalysis, width: int, *, tree: bool) -> str:
    lines = [_heading(analysis), *_memories(analysis), ""]
    lines += (
        list(_view(analysis, width, tree))
        if analysis.difference is None
        else list(_difference(analysis, width, tree))
    )
    lines += [f"Note: {note}" for note in analysis.notes]
    return "\n".join(
        escape_unprintable(line, max(width, 20)) if len(line) > width else line for line in lines
    ).rstrip()


def _heading(analysis: SizeAnalysis) -> str:
    # Images have bytes alone, and seldom say for which processor.
    what = f"{analysis.bits}-bit {analysis.machine} {analysis.kind}" if analysis.machine else analysis.kind
    size = f"{counted(analysis.size, 'byte')} in {_sections(analysis)}"
    return f"{escape_unprintable(analysis.file, 100)}: {what}, {size}"


def _sections(analysis: SizeAnalysis) -> str:
    count = len(analysis.sections)
    return f"{counted(count, 'section')}"


def _memories(analysis: SizeAnalysis) -> list[str]:
    rows = [_use(use) for use in analysis.uses]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    return [
        f"{row[0]:{widths[0]}}  {row[1]:>{widths[1]}} B  {row[2]:{widths[2]}}  {row[3]}".rstrip()
        for row in rows
    ]


def _use(use: MemoryUse) -> tuple[str, str, str, str]:
    of = "" if use.size is None else f"of {use.size:,} B ({use.share:.1%})"
    pages = (
        "" if use.pages is None else f"{counted(use.pages, 'page')} of {use.page_size:,} B: {use.flashed:,} B"
    )
    return escape_unprintable(use.name), f"{use.bytes:,}", of, pages


def _view(analysis: SizeAnalysis, width: int, tree: bool) -> Iterator[str]:
    whole = analysis.view.bytes
    yield f"{'bytes':>11}  {'%':>5}  {' / '.join(by.value for by in analysis.by)}"
    for drawn, row in _drawn(analysis.view.rows, tree):
        share = f"{row.bytes / whole:6.1%}" if whole else ""
        yield _cut(f"{row.bytes:>11,}  {share:>5}  {drawn}{escape_unprintable(row_label(row))}", width)
    yield f"{whole:>11,}  {'100%':>6}  total"


def _difference(analysis: SizeAnalysis, width: int, tree: bool) -> Iterator[str]:
    # Most analyses compare nothing.
    from wasmfit.footprint.views.crate_versions import sentences
    from wasmfit.footprint.views.diff import ChangeKind

    difference = analysis.difference
    assert difference is not None
    yield f"since {escape_unprintable(difference.base, 100)}:"
    yield f"{'before':>11}  {'after':>11}  {'bytes':>11}  {' / '.join(by.value for by in analysis.by)}"
    for drawn, row in _drawn(difference.view.rows, tree):
        said = row.count == 1 and row.kind in (ChangeKind.APPEARED, ChangeKind.VANISHED)
        name = f"{drawn}{escape_unprintable(row.name)}{f' ({row.kind.value})' if said else ''}"
        yield _cut(f"{row.before:>11,}  {row.after:>11,}  {row.bytes:>+11,}  {name}", width)
    yield f"{difference.view.before:>11,}  {difference.view.after:>11,}  {difference.view.bytes:>+11,}  total"
    if difference.crates:
        yield ""
        yield "Crates that are not the same:"
        yield from (
            _cut(f"  {escape_unprintable(sentence, _LONGEST)}", width)
            for sentence in sentences(difference.crates)
        )
    if difference.moves:
        yield ""
        yield f"Moved ({len(difference.moves):,}), counted above both before and after:"
        for move in difference.moves[:_SHOWN_MOVES]:
            was, now = "/".join(move.before), "/".join(move.after)
            yield _cut(
                f"{move.bytes_before:>11,}  {move.bytes_after:>11,}  {escape_unprintable(move.name)}: "
                f"{escape_unprintable(was)} → {escape_unprintable(now)}",
                width,
            )


def _drawn(rows: Sequence[R], tree: bool, prefix: str = "") -> Iterator[tuple[str, R]]:
    """Each row below another with what stands before its name."""
    for number, row in enumerate(rows):
        last = number == len(rows) - 1
        if tree:
            yield f"{prefix}{'└─ ' if last else '├─ '}", row
            yield from _drawn(_inner_rows(row), tree, f"{prefix}{'   ' if last else '│  '}")
        else:
            yield prefix, row
            yield from _drawn(_inner_rows(row), tree, f"{prefix}  ")


def _inner_rows(row: R) -> Sequence[R]:
    """The rows in a row, unless there is only one and it has the same name, as padding's only symbol has."""
    return () if len(row.rows) == 1 and row.rows[0].name == row.name else row.rows


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else f"{line[: max(width - 1, 1)]}…"
