"""``wasmfit list``."""

from enum import StrEnum
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

import typer

from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.json_text import dumped
from wasmfit.model import Board, builds
from wasmfit.plan import plan
from wasmfit.report import Format
from wasmfit.report.csv import rows_to_csv
from wasmfit.report.markdown import tables_to_markdown
from wasmfit.report.rows import rows_to_text
from wasmfit.report.terminal import terminal_width
from wasmfit.requests import Experiment
from wasmfit.table import CellValue, table_of_rows

from .output import write_result

Row = dict[str, CellValue]


class Listing(StrEnum):
    """What can be listed."""

    RUNTIMES = "runtimes"
    BOARDS = "boards"
    WORKLOADS = "workloads"
    PROFILES = "profiles"
    BASES = "bases"
    CELLS = "cells"


def command(
    kind: Annotated[Listing, typer.Argument(help="What to list.")],
    output_format: Annotated[Format, typer.Option("--format", "-f")] = Format.TABLE,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE")] = None,
    catalog: Annotated[list[Path] | None, typer.Option(metavar="DIR")] = None,
    select: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Only names, or ids of cells, that match.")
    ] = None,
) -> None:
    """List runtimes, boards, workloads, profiles, bases or cells."""
    rows = _rows(Catalog.load(*(catalog or ())), kind)
    if select:
        rows = [
            row for row in rows if any(fnmatchcase(str(next(iter(row.values()))), glob) for glob in select)
        ]
        if not rows:
            raise UsageError(
                f"No {kind.value} match {' or '.join(select)}.", f"`wasmfit list {kind.value}` lists all."
            )
    write_result(_text(kind, rows, output_format), output)


def _rows(catalog: Catalog, kind: Listing) -> list[Row]:
    match kind:
        case Listing.RUNTIMES:
            return [
                {
                    "name": build.label,
                    "title": runtime.title,
                    "summary": build.variant.summary,
                    "license": runtime.license,
                    "status": f"unavailable: {runtime.unavailable.reason}"
                    if runtime.unavailable
                    else "available",
                }
                for runtime in catalog.runtimes.values()
                for build in builds(runtime)
            ]
        case Listing.BOARDS:
            return [
                {
                    "name": board.name,
                    "title": board.title,
                    "chip": board.chip,
                    "core": board.core or catalog.target(board).title,
                    "target": board.target,
                    "flash": f"{board.flash.size} B",
                    "ram": f"{board.ram.size} B",
                    "erase_unit": f"{board.erase_unit} B",
                    "clock": f"{board.clock_hz / 1e6:g} MHz",
                    "emulator": f"{board.emulator.machine}{' (twin)' if board.needs_relinking else ''}",
                    "timing": _timing(board),
                    "probe_rs": board.probe_rs_chip,
                    "source": board.source,
                }
                for board in catalog.boards.values()
            ]
        case Listing.WORKLOADS:
            return [
                {
                    "name": workload.name,
                    "title": workload.title,
                    "export": workload.export,
                    "calls": str(len(workload.calls)),
                    "arguments": workload.arguments,
                    "expected_from": workload.checked,
                }
                for workload in catalog.workloads.values()
            ]
        case Listing.PROFILES:
            return [
                {"name": profile.name, "summary": profile.summary} for profile in catalog.profiles.values()
            ]
        case Listing.BASES:
            return [
                {
                    "name": base.name,
                    "title": base.title,
                    "boards": ", ".join(name for name, board in catalog.boards.items() if base.serves(board)),
                    "emulator": base.emulator,
                }
                for base in catalog.bases.values()
            ]
        case Listing.CELLS:
            everything = plan(
                catalog,
                Experiment(
                    runtimes=("all",),
                    workloads=tuple(catalog.workloads),
                    boards=tuple(catalog.boards),
                    profiles=tuple(catalog.profiles),
                ),
            )
            return [{"id": cell.id} for cell in everything.all_cells]


def _timing(board: Board) -> str:
    """Whether time on a board is predicted."""
    if board.timing is None:
        return "no"
    return "calibrated" if board.timing.calibrated else "estimated"


_PRIORITIES = {
    "summary": 1,
    "license": 2,
    "core": 6,
    "probe_rs": 5,
    "emulator": 4,
    "erase_unit": 3,
    "title": 2,
    "timing": 1,
    "arguments": 2,
    "expected_from": 1,
}
"""Columns that a narrow terminal does without, those with the highest number first."""

_FOR_PROGRAMS = ("source",)
"""Columns that people see on a page of its own: `wasmfit show board NAME`."""


def _text(kind: Listing, rows: list[Row], form: Format) -> str:
    if form is Format.JSON:
        return dumped({"schema": 1, kind.value: rows})
    if form is Format.CSV:
        return rows_to_csv(rows, ("name",))
    shown = [{name: text for name, text in row.items() if name not in _FOR_PROGRAMS} for row in rows]
    if form is Format.TABLE and all(len(row) == 1 for row in shown):
        # What has one column is read by programs, line by line.
        return "\n".join(str(text) for row in shown for text in row.values())
    table = table_of_rows("", shown, _PRIORITIES)
    if form is Format.MARKDOWN:
        return tables_to_markdown([table])
    return rows_to_text(table, terminal_width(), " (a wider terminal, or --format json)")
