"""Markdown: the view as one table, for a README or a pull request."""

from collections.abc import Iterator, Sequence

from wasmfit.footprint.analysis import Survey
from wasmfit.footprint.views.crate_versions import sentences
from wasmfit.footprint.views.diff import Change
from wasmfit.footprint.views.tree import Node, label
from wasmfit.report.escape import escape


def to_markdown(survey: Survey) -> str:
    """The memories, the view or the difference, and the notes."""
    lines = [f"**{escape(survey.file)}** ({survey.bits}-bit {escape(survey.machine)}, {survey.size:,} B)", ""]
    if survey.uses:
        lines += list(_memories(survey))
    lines += list(_view(survey) if survey.difference is None else _difference(survey))
    if survey.notes:
        lines += ["", *(f"- {escape(note)}" for note in survey.notes)]
    return "\n".join(lines)


def _memories(survey: Survey) -> Iterator[str]:
    yield "| memory | B | of | % | pages |"
    yield "| --- | ---: | ---: | ---: | ---: |"
    for use in survey.uses:
        size = "" if use.size is None else f"{use.size:,}"
        share = "" if use.share is None else f"{use.share:.1%}"
        pages = "" if use.pages is None else f"{use.pages:,} × {use.page_size:,}"
        yield f"| {escape(use.name)} | {use.bytes:,} | {size} | {share} | {pages} |"
    yield ""


def _view(survey: Survey) -> Iterator[str]:
    yield f"| {' | '.join(by.value for by in survey.by)} | B | % |"
    yield f"| {' | '.join('---' for _ in survey.by)} | ---: | ---: |"
    whole = survey.view.bytes
    for path in survey.view.walk():
        share = f"{path[-1].bytes / whole:.1%}" if whole else ""
        yield f"| {' | '.join(_cells(path, len(survey.by)))} | {path[-1].bytes:,} | {share} |"
    yield f"| {' | '.join(['**total**', *[''] * (len(survey.by) - 1)])} | {whole:,} | 100% |"


def _cells(path: Sequence[Node], columns: int) -> list[str]:
    """A row's name in the column of its question; those before it are empty, as the rows above have them."""
    cells = [""] * columns
    cells[len(path) - 1] = escape(label(path[-1]))
    return cells


def _difference(survey: Survey) -> Iterator[str]:
    found = survey.difference
    assert found is not None
    columns = len(survey.by)
    yield f"Since {escape(found.base)}:"
    yield ""
    yield f"| {' | '.join(by.value for by in survey.by)} | before, B | after, B | difference, B | |"
    yield f"| {' | '.join('---' for _ in survey.by)} | ---: | ---: | ---: | --- |"
    for depth, row in _changes(found.view.rows):
        cells = [""] * columns
        cells[depth] = escape(row.name)
        yield f"| {' | '.join(cells)} | {row.before:,} | {row.after:,} | {row.bytes:+,} | {row.how.value} |"
    whole = found.view
    cells = ["**total**", *[""] * (columns - 1)]
    yield f"| {' | '.join(cells)} | {whole.before:,} | {whole.after:,} | {whole.bytes:+,} | |"
    if found.crates:
        yield ""
        yield from (f"- {escape(one)}" for one in sentences(found.crates))
    if found.moves:
        yield ""
        for move in found.moves:
            was, now = escape("/".join(move.before)), escape("/".join(move.after))
            yield f"- moved: {escape(move.name)}: {was} → {now}"


def _changes(rows: Sequence[Change], depth: int = 0) -> Iterator[tuple[int, Change]]:
    for row in rows:
        yield depth, row
        yield from _changes(row.rows, depth + 1)
