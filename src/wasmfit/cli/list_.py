"""``wasmfit list``."""

import csv
import io
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from wasmfit.catalog import Catalog
from wasmfit.json_text import dumped
from wasmfit.model import Board, builds
from wasmfit.plan import plan
from wasmfit.report import Format
from wasmfit.report.markdown import escape
from wasmfit.requests import Experiment

from .output import write_result

Row = dict[str, str]


class Listing(StrEnum):
    """What can be listed."""

    RUNTIMES = "runtimes"
    BOARDS = "boards"
    WORKLOADS = "workloads"
    PROFILES = "profiles"
    BASES = "bases"
    CELLS = "cells"
    MEASURED = "measured"


def command(
    kind: Annotated[Listing, typer.Argument(help="What to list.")],
    output_format: Annotated[Format, typer.Option("--format", "-f")] = Format.TABLE,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE")] = None,
    catalog: Annotated[list[Path] | None, typer.Option(metavar="DIR")] = None,
) -> None:
    """List runtimes, boards, workloads, profiles, bases, cells, or what was measured."""
    rows = _rows(Catalog.load(*(catalog or ())), kind)
    write_result(_FORMATS[output_format](kind.value, rows), output)


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
        case Listing.MEASURED:
            # Loaded here: nothing else that is listed needs the store.
            from wasmfit.api.measured_listing import measured_cells

            return [one.row for one in measured_cells(catalog)]


def _timing(board: Board) -> str:
    """Whether time on a board is predicted."""
    if board.timing is None:
        return "no"
    return "calibrated" if board.timing.calibrated else "estimated"


def _table(_kind: str, rows: list[Row]) -> str:
    names = list(rows[0]) if rows else []
    # What has one column is read by programs, line by line.
    shown = [{name: name for name in names}, *rows] if len(names) > 1 else rows
    widths = {name: max(len(row[name]) for row in shown) for name in names}
    return "\n".join("  ".join(f"{row[name]:{widths[name]}}" for name in row).rstrip() for row in shown)


def _json(kind: str, rows: list[Row]) -> str:
    return dumped({"schema": 1, kind: rows})


def _csv(_kind: str, rows: list[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else ["name"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().rstrip("\n")


def _markdown(_kind: str, rows: list[Row]) -> str:
    names = list(rows[0]) if rows else []
    lines = [names, ["---"] * len(names), *([escape(row[name]) for name in names] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


_FORMATS = {Format.TABLE: _table, Format.JSON: _json, Format.CSV: _csv, Format.MARKDOWN: _markdown}
