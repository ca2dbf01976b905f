"""Markdown: the view as one table, for a README or a pull request."""

from collections.abc import Iterator, Sequence

from wasmfit.footprint.analysis import SizeAnalysis
from wasmfit.footprint.views.crate_versions import sentences
from wasmfit.footprint.views.diff import SizeChange
from wasmfit.footprint.views.tree import ViewRow, row_label
from wasmfit.report.escape import escape


def to_markdown(analysis: SizeAnalysis) -> str:
    """The memories, the view or the difference, and the notes."""
    what = f"{analysis.bits}-bit {analysis.machine}" if analysis.machine else analysis.kind
    lines = [
        f"**{escape(analysis.file)}** ({escape(what)}, {analysis.size:,} B)",
        "",
    ]
    if analysis.uses:
        lines += list(_memories(analysis))
    lines += list(_view(analysis) if analysis.difference is None else _difference(analysis))
    if analysis.notes:
        lines += ["", *(f"- {escape(note)}" for note in analysis.notes)]
    return "\n".join(lines)


def _memories(analysis: SizeAnalysis) -> Iterator[str]:
    yield "| memory | B | of | % | pages |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for use in analysis.uses:
        size = "" if use.size is None else f"{use.size:,}"
        share = "" if use.share is None else f"{use.share:.1%}"
        pages = "" if use.pages is None else f"{use.pages:,} × {use.page_size:,}"
        yield f"| {escape(use.name)} | {use.bytes:,} | {size} | {share} | {pages} |"
    yield ""


def _view(analysis: SizeAnalysis) -> Iterator[str]:
    yield f"| {' | '.join(by.value for by in analysis.by)} | B | % |"
    yield f"| {' | '.join('---' for _ in analysis.by)} | ---: | ---: |"
    whole = analysis.view.bytes
    for path in analysis.view.walk():
        share = f"{path[-1].bytes / whole:.1%}" if whole else ""
        yield f"| {' | '.join(_cells(path, len(analysis.by)))} | {path[-1].bytes:,} | {share} |"
    yield f"| {' | '.join(['**total**', *[''] * (len(analysis.by) - 1)])} | {whole:,} | 100% |"


def _cells(path: Sequence[ViewRow], columns: int) -> list[str]:
    """A row's name in the column of its grouping; those before it are empty, as the rows above have them."""
    cells = [""] * columns
    cells[len(path) - 1] = escape(row_label(path[-1]))
    return cells


def _difference(analysis: SizeAnalysis) -> Iterator[str]:
    difference = analysis.difference
    assert difference is not None
    columns = len(analysis.by)
    yield f"Since {escape(difference.base)}:"
    yield ""
    yield f"| {' | '.join(by.value for by in analysis.by)} | before, B | after, B | difference, B | |"
    yield f"| {' | '.join('---' for _ in analysis.by)} | ---: | ---: | ---: | --- |"
    for depth, row in _changes(difference.view.rows):
        cells = [""] * columns
        cells[depth] = escape(row.name)
        yield f"| {' | '.join(cells)} | {row.before:,} | {row.after:,} | {row.bytes:+,} | {row.kind.value} |"
    whole = difference.view
    cells = ["**total**", *[""] * (columns - 1)]
    yield f"| {' | '.join(cells)} | {whole.before:,} | {whole.after:,} | {whole.bytes:+,} | |"
    if difference.crates:
        yield ""
        yield from (f"- {escape(sentence)}" for sentence in sentences(difference.crates))
    if difference.moves:
        yield ""
        for move in difference.moves:
            was, now = escape("/".join(move.before)), escape("/".join(move.after))
            yield f"- moved: {escape(move.name)}: {was} → {now}"


def _changes(rows: Sequence[SizeChange], depth: int = 0) -> Iterator[tuple[int, SizeChange]]:
    for row in rows:
        yield depth, row
        yield from _changes(row.rows, depth + 1)
