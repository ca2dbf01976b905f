"""``wasmfit history``."""

from typing import Annotated

import typer

from wasmfit.analysis.history import run_record
from wasmfit.api.verdicts import history, runs
from wasmfit.errors import UsageError
from wasmfit.report.history import FORMATS, metrics_text, runs_text

from .from_requests import from_requests
from .options import CatalogOptions, ResultOptions
from .output import require_writable, write_result


def follow_metric(
    output: ResultOptions,
    catalog: CatalogOptions,
    metric: Annotated[
        str | None,
        typer.Argument(
            metavar="METRIC", help="Such as size.flash or run.instructions.call.", show_default=False
        ),
    ] = None,
    select: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Only cells whose id matches.")
    ] = None,
    by_version: Annotated[
        bool, typer.Option("--by-version", help="Over versions of the runtimes, instead of time.")
    ] = False,
    list_runs: Annotated[
        bool, typer.Option("--runs", help="List the runs: the newest 20; the formats for programs have all.")
    ] = False,
    list_metrics: Annotated[
        bool, typer.Option("--metrics", "--figures", help="List the metrics; --figures is the old name.")
    ] = False,
) -> None:
    """Follow a metric over time or versions: a sparkline per cell, and what changed it."""
    require_writable(output.file)
    if (metric is not None) + list_runs + list_metrics != 1:
        raise UsageError("Give a metric, --runs or --metrics.", "For example: wasmfit history size.flash")
    if list_metrics:
        write_result(metrics_text(output.format), output.file)
        return
    if metric is None:
        write_result(runs_text([run_record(run) for run in runs()], output.format), output.file)
        return
    followed = history(metric, select=select or (), by_version=by_version, catalogs=catalog.catalogs)
    write_result(FORMATS[output.format](followed), output.file)


command = from_requests(follow_metric)
