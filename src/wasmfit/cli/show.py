"""``wasmfit show``."""

from typing import Annotated

import typer

from wasmfit.api.board_setup import with_setup
from wasmfit.api.cells import show
from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.report import Format
from wasmfit.report.board_page import board_to_text
from wasmfit.report.cell_page import FORMATS

from .from_requests import from_requests
from .options import CatalogOptions, ResultOptions, SetupOptions
from .output import require_writable, write_result

_BOARD = "board"


def show_page(
    output: ResultOptions,
    catalog: CatalogOptions,
    setup: SetupOptions,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="CELL | board NAME",
            help="A cell's id, or a part of it such as wasm3@0.5.0/add-with-extra/pico2; or a board.",
            show_default=False,
        ),
    ],
) -> None:
    """Show all that is known of one cell that was measured, or of a board."""
    require_writable(output.file)
    match words:
        case [kind, name] if kind == _BOARD:
            if output.format is not Format.TABLE:
                raise UsageError(
                    "A board's page is text.", "`wasmfit list boards --format json` is for programs."
                )
            known = with_setup(Catalog.load(*catalog.catalogs), (name,), setup.clock, setup.assume)
            board = known.board(name)
            write_result(board_to_text(board, board.core or known.target(board).title), output.file)
        case [cell]:
            page = show(cell, catalogs=catalog.catalogs, clock=setup.clock, assume=setup.assume)
            write_result(FORMATS[output.format](page), output.file)
        case _:
            raise UsageError("One cell or one board is shown.", "For example: wasmfit show board nrf52840dk")


command = from_requests(show_page)
