"""What could be saved in a firmware, as text, JSON, CSV or Markdown."""

import csv
import io
import textwrap
from collections.abc import Iterator

from wasmfit.footprint.graph.explain import SavingCandidate, SavingsReport
from wasmfit.json_text import dumped
from wasmfit.report.escape import escape
from wasmfit.report.spreadsheet import as_text
from wasmfit.words import escape_unprintable

from .documents import SavingRecord, SavingsDocument
from .explained import amount, memory_bytes, part_record

_WIDTH = 100
_OVERLAP = "The rows overlap: their bytes must not be added up."


def to_text(report: SavingsReport) -> str:
    """A block for each candidate, the largest first."""
    lines = [f"What could be saved in {escape_unprintable(report.file, 100)} ({report.size:,} B). {_OVERLAP}"]
    for candidate in report.candidates:
        lines += ["", *_block(candidate)]
    lines += (
        ["", *(f"Note: {escape_unprintable(limit, 1000)}" for limit in report.limits)]
        if report.limits
        else []
    )
    return "\n".join(lines)


def _block(candidate: SavingCandidate) -> Iterator[str]:
    what = f"{escape_unprintable(candidate.title)} ({escape_unprintable(candidate.key)})"
    yield f"{candidate.retained.flash:>9,} B  {what}: {candidate.count:,}, {amount(candidate.own)} themselves"
    yield from textwrap.wrap(
        f"remedy: {escape_unprintable(candidate.remedy, 1000)}",
        _WIDTH,
        initial_indent=" " * 13,
        subsequent_indent=" " * 21,
    )
    for part in candidate.largest:
        yield f"{'':13}{part.bytes.flash + part.bytes.ram:>9,}  {escape_unprintable(part.name)}"


def to_json(report: SavingsReport) -> str:
    """``{"schema": 1, "file", "bytes", "savings": [...], "notes"}``."""
    document = SavingsDocument(
        schema=1,
        file=report.file,
        bytes=report.size,
        savings=[
            SavingRecord(
                key=candidate.key,
                title=candidate.title,
                remedy=candidate.remedy,
                count=candidate.count,
                own=memory_bytes(candidate.own),
                retained=memory_bytes(candidate.retained),
                largest=list(map(part_record, candidate.largest)),
                overlaps=list(candidate.overlaps),
            )
            for candidate in report.candidates
        ],
        notes=list(report.limits),
    )
    return dumped(document)


_COLUMNS = ("key", "title", "count", "own_flash", "own_ram", "retained_flash", "retained_ram", "remedy")


def _row(candidate: SavingCandidate) -> tuple[str | int, ...]:
    own, retained = candidate.own, candidate.retained
    return (
        candidate.key,
        candidate.title,
        candidate.count,
        own.flash,
        own.ram,
        retained.flash,
        retained.ram,
        candidate.remedy,
    )


def to_csv(report: SavingsReport) -> str:
    """A line for each candidate."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(map(as_text, _row(candidate)) for candidate in report.candidates)
    return text.getvalue().rstrip("\n")


def to_markdown(report: SavingsReport) -> str:
    """One table."""
    lines = [f"**{escape(report.file)}**: {_OVERLAP}", ""]
    lines += ["| what | number | own, B | retained, B | remedy |", "| --- | ---: | ---: | ---: | --- |"]
    for candidate in report.candidates:
        own, retained = f"{candidate.own.flash:,}", f"{candidate.retained.flash:,}"
        cells = [escape(candidate.title), f"{candidate.count:,}", own, retained, escape(candidate.remedy)]
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", *(f"- {escape(limit)}" for limit in report.limits)] if report.limits else []
    return "\n".join(lines)
