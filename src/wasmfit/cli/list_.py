"""``wasmfit list``."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

import typer

from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.globs import NamePatterns
from wasmfit.json_text import dumped
from wasmfit.model import Base, Board, Workload, builds
from wasmfit.model.contract import JsonRecord
from wasmfit.plan import plan
from wasmfit.report import Format
from wasmfit.report.csv import rows_to_csv
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
from wasmfit.report.markdown import tables_to_markdown
from wasmfit.report.rows import rows_to_text
from wasmfit.report.terminal import terminal_width
from wasmfit.requests import Experiment
from wasmfit.table import CellValue, table_of_rows

from .from_requests import from_requests
from .options import CatalogOptions, ResultOptions
from .output import require_writable, write_result

Row = dict[str, CellValue]


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
    select: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Only names, or ids of cells, that match.")
    ] = None,
) -> None:
    """List runtimes, boards, workloads, profiles, bases, cells, or what was measured."""
    require_writable(output.file)
    listed = _listed(Catalog.load(*catalog.catalogs), kind)
    if select:
        globs = NamePatterns(select)
        rows = tuple(row for row in getattr(listed, kind.value) if globs.match(_name(row)))
        if not rows:
            raise UsageError(
                f"No {kind.value} match {' or '.join(select)}.", f"`wasmfit list {kind.value}` lists all."
            )
        listed = listed.model_copy(update={kind.value: rows})
    write_result(_text(kind, listed, output.format), output.file)


def _name(row: JsonRecord) -> str:
    """The name or id of a row."""
    return str(next(iter(row.model_dump().values())))


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


_PRIORITIES = {
    "summary": 1,
    "license": 2,
    "core": 6,
    "probe_rs": 5,
    "emulator": 4,
    "erase_unit": 3,
    "title": 2,
    "timing": 1,
    "clock": 1,
    "arguments": 2,
    "expected_from": 1,
    "place": 4,
    "measured": 3,
    "outdated": 2,
    "status": 1,
}
"""Columns that a narrow terminal does without, those with the highest number first."""

_FOR_PROGRAMS = ("source",)
"""Columns that people see on a page of its own: `wasmfit show board NAME`."""


def _text(kind: Listing, listed: ListDocument, form: Format) -> str:
    if form is Format.JSON:
        return dumped(listed)
    rows: list[Row] = listed.model_dump(include={kind.value})[kind.value]
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
