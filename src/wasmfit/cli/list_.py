"""``wasmfit list``."""

import csv
import io
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer

from wasmfit.catalog import Catalog
from wasmfit.json_text import dumped
from wasmfit.model import Base, Board, Workload, builds
from wasmfit.plan import plan
from wasmfit.report import Format
from wasmfit.report.documents.listing import (
    BaseRow,
    BoardRow,
    CellRow,
    ListDocument,
    MeasuredRow,
    ProfileRow,
    RuntimeRow,
    WorkloadRow,
)
from wasmfit.report.markdown import escape
from wasmfit.requests import Experiment

from .from_requests import from_requests
from .options import CatalogOptions, ResultOptions
from .output import require_writable, write_result

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


def list_entries(
    kind: Annotated[Listing, typer.Argument(help="What to list.")],
    output: ResultOptions,
    catalog: CatalogOptions,
) -> None:
    """List runtimes, boards, workloads, profiles, bases, cells, or what was measured."""
    require_writable(output.file)
    listed = _listed(Catalog.load(*catalog.catalogs), kind)
    rows: list[Row] = listed.model_dump(include={kind.value})[kind.value]
    text = dumped(listed) if output.format is Format.JSON else _FORMATS[output.format](rows)
    write_result(text, output.file)


command = from_requests(list_entries)


def _listed(catalog: Catalog, kind: Listing) -> ListDocument:
    match kind:
        case Listing.RUNTIMES:
            return ListDocument(runtimes=tuple(_runtimes(catalog)))
        case Listing.BOARDS:
            return ListDocument(boards=tuple(_board(catalog, board) for board in catalog.boards.values()))
        case Listing.WORKLOADS:
            return ListDocument(workloads=tuple(map(_workload, catalog.workloads.values())))
        case Listing.PROFILES:
            return ListDocument(
                profiles=tuple(
                    ProfileRow(name=profile.name, summary=profile.summary)
                    for profile in catalog.profiles.values()
                )
            )
        case Listing.BASES:
            return ListDocument(bases=tuple(_base(catalog, base) for base in catalog.bases.values()))
        case Listing.CELLS:
            return ListDocument(cells=tuple(_cells(catalog)))
        case Listing.MEASURED:
            # Loaded here: nothing else that is listed needs the store.
            from wasmfit.api.measured_listing import measured_cells

            return ListDocument(measured=tuple(MeasuredRow(**one.row) for one in measured_cells(catalog)))


def _runtimes(catalog: Catalog) -> Iterator[RuntimeRow]:
    for runtime in catalog.runtimes.values():
        status = f"unavailable: {runtime.unavailable.reason}" if runtime.unavailable else "available"
        for build in builds(runtime):
            yield RuntimeRow(
                name=build.label,
                title=runtime.title,
                summary=build.variant.summary,
                license=runtime.license,
                status=status,
            )


def _board(catalog: Catalog, board: Board) -> BoardRow:
    return BoardRow(
        name=board.name,
        title=board.title,
        chip=board.chip,
        core=board.core or catalog.target(board).title,
        target=board.target,
        flash=f"{board.flash.size} B",
        ram=f"{board.ram.size} B",
        erase_unit=f"{board.erase_unit} B",
        clock=f"{board.clock_hz / 1e6:g} MHz",
        emulator=f"{board.emulator.machine}{' (twin)' if board.needs_relinking else ''}",
        timing=_timing(board),
        probe_rs=board.probe_rs_chip,
        source=board.source,
    )


def _workload(workload: Workload) -> WorkloadRow:
    return WorkloadRow(
        name=workload.name,
        title=workload.title,
        export=workload.export,
        calls=str(len(workload.calls)),
        arguments=workload.arguments,
        expected_from=workload.checked,
    )


def _base(catalog: Catalog, base: Base) -> BaseRow:
    return BaseRow(
        name=base.name,
        title=base.title,
        boards=", ".join(name for name, board in catalog.boards.items() if base.serves(board)),
        emulator=base.emulator,
    )


def _cells(catalog: Catalog) -> Iterator[CellRow]:
    everything = plan(
        catalog,
        Experiment(
            runtimes=("all",),
            workloads=tuple(catalog.workloads),
            boards=tuple(catalog.boards),
            profiles=tuple(catalog.profiles),
        ),
    )
    return (CellRow(id=cell.id) for cell in everything.all_cells)


def _timing(board: Board) -> str:
    """Whether time on a board is predicted."""
    if board.timing is None:
        return "no"
    return "calibrated" if board.timing.calibrated else "estimated"


def _table(rows: list[Row]) -> str:
    names = list(rows[0]) if rows else []
    # What has one column is read by programs, line by line.
    shown = [{name: name for name in names}, *rows] if len(names) > 1 else rows
    widths = {name: max(len(row[name]) for row in shown) for name in names}
    return "\n".join("  ".join(f"{row[name]:{widths[name]}}" for name in row).rstrip() for row in shown)


def _csv(rows: list[Row]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]) if rows else ["name"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().rstrip("\n")


def _markdown(rows: list[Row]) -> str:
    names = list(rows[0]) if rows else []
    lines = [names, ["---"] * len(names), *([escape(row[name]) for name in names] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


_FORMATS = {Format.TABLE: _table, Format.CSV: _csv, Format.MARKDOWN: _markdown}
