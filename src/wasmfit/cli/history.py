"""``wasmfit history``."""

from typing import Annotated

import typer

from wasmfit.analysis.history import run_to_dict
from wasmfit.errors import UsageError
from wasmfit.report import Format
from wasmfit.report.history import FORMATS, figure_rows, rows_of
from wasmfit.verdicts import history, runs

from . import options, say


def command(
    figure: Annotated[
        str | None,
        typer.Argument(
            metavar="FIGURE", help="Such as size.flash or run.instructions.call.", show_default=False
        ),
    ] = None,
    select: options.Select = None,
    by_version: Annotated[
        bool, typer.Option("--by-version", help="Over versions of the runtimes, in the place of time.")
    ] = False,
    list_runs: Annotated[bool, typer.Option("--runs", help="List the runs.")] = False,
    list_figures: Annotated[bool, typer.Option("--figures", help="List the figures.")] = False,
    output_format: options.OutputFormat = Format.TABLE,
    output: options.Output = None,
    catalog: options.Catalogs = None,
) -> None:
    """Follow a figure over time or versions: a sparkline a cell, and which change moved it."""
    say.check(output)
    if (figure is not None) + list_runs + list_figures != 1:
        raise UsageError(
            "One thing is needed: a figure, --runs or --figures.", "For example: wasmfit history size.flash"
        )
    if figure is None:
        rows = figure_rows() if list_figures else [run_to_dict(run) for run in runs()]
        say.result(rows_of(rows, "figures" if list_figures else "runs", output_format), output)
        return
    found = history(figure, select=select or (), by_version=by_version, catalogs=catalog or ())
    say.result(FORMATS[output_format](found), output)
