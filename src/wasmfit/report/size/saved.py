"""What could go of a firmware, as text, JSON, CSV or Markdown."""

import csv
import io
import textwrap
from collections.abc import Iterator

from wasmfit.footprint.graph.explain import Candidate, Savings
from wasmfit.json_text import dumped
from wasmfit.report.escape import escape
from wasmfit.words import printable

from .explained import amount

_WIDTH = 100
_OVERLAP = "The rows overlap: their bytes must not be added up."


def to_text(found: Savings) -> str:
    """One block for each kind, the largest first."""
    lines = [f"What could go of {printable(found.file, 100)} ({found.size:,} B). {_OVERLAP}"]
    for one in found.candidates:
        lines += ["", *_block(one)]
    lines += ["", *(f"Note: {printable(limit, 1000)}" for limit in found.limits)] if found.limits else []
    return "\n".join(lines)


def _block(one: Candidate) -> Iterator[str]:
    what = f"{printable(one.title)} ({printable(one.key)})"
    yield f"{one.retained.flash:>9,} B  {what}: {one.count:,}, {amount(one.own)} themselves"
    yield from textwrap.wrap(
        f"remedy: {printable(one.remedy, 1000)}", _WIDTH, initial_indent=" " * 13, subsequent_indent=" " * 21
    )
    for part in one.largest:
        yield f"{'':13}{part.bytes.flash + part.bytes.ram:>9,}  {printable(part.name)}"


def to_json(found: Savings) -> str:
    """``{"schema": 1, "file", "bytes", "savings": [...], "notes"}``."""
    made = {
        "schema": 1,
        "file": found.file,
        "bytes": found.size,
        "savings": [
            {
                "key": one.key,
                "title": one.title,
                "remedy": one.remedy,
                "count": one.count,
                "own": one.own._asdict(),
                "retained": one.retained._asdict(),
                "largest": [{"name": part.name, **part.bytes._asdict()} for part in one.largest],
                "overlaps": list(one.overlaps),
            }
            for one in found.candidates
        ],
        "notes": list(found.limits),
    }
    return dumped(made)


_COLUMNS = ("key", "title", "count", "own_flash", "own_ram", "retained_flash", "retained_ram", "remedy")


def _row(one: Candidate) -> tuple[str | int, ...]:
    own, retained = one.own, one.retained
    return one.key, one.title, one.count, own.flash, own.ram, retained.flash, retained.ram, one.remedy


def to_csv(found: Savings) -> str:
    """One line a kind."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(_row(one) for one in found.candidates)
    return text.getvalue().rstrip("\n")


def to_markdown(found: Savings) -> str:
    """One table."""
    lines = [f"**{escape(found.file)}**: {_OVERLAP}", ""]
    lines += ["| what | number | own, B | would go, B | remedy |", "| --- | ---: | ---: | ---: | --- |"]
    lines += [
        f"| {escape(one.title)} | {one.count:,} | {one.own.flash:,} | {one.retained.flash:,} "
        f"| {escape(one.remedy)} |"
        for one in found.candidates
    ]
    lines += ["", *(f"- {escape(limit)}" for limit in found.limits)] if found.limits else []
    return "\n".join(lines)
