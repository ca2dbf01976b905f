"""``wasmfit bench``."""

from typing import Annotated

import typer

from wasmfit.api import bench
from wasmfit.report import BENCH_FORMATS, Format

from . import options, say
from .compare import tell_end
from .progress import Watch


def command(
    workload: Annotated[
        list[str] | None,
        typer.Option("--workload", "-w", metavar="W", help="Workload, or a pattern. Default: all."),
    ] = None,
    runtime: options.Runtimes = None,
    board: options.Boards = None,
    profile: options.Profiles = None,
    select: options.Select = None,
    source: options.Sources = None,
    on: options.On = None,
    rerun: options.Rerun = False,
    label: options.Label = None,
    output_format: options.OutputFormat = Format.TABLE,
    output: options.Output = None,
    catalog: options.Catalogs = None,
    cluster: options.Cluster = None,
    verbose: options.Verbose = False,
) -> None:
    """Run workloads on runtimes: instructions, slow-down against native code, heap and stack.

    Native code is always measured beside the runtimes that are chosen.
    """
    say.check(output)
    with Watch() as watch:
        benchmark = bench(
            workloads=workload or (),
            runtimes=runtime or (),
            boards=board or ("nrf52840dk",),
            profiles=profile or ("reference",),
            select=select or (),
            sources=[options.source_of(one) for one in source or ()],
            on=on,
            rerun=rerun,
            label=label,
            command=say.command(),
            catalogs=catalog or (),
            cluster=cluster,
            listener=watch,
            echo=say.human if verbose else None,
        )
    say.result(BENCH_FORMATS[output_format](benchmark), output)
    tell_end(benchmark.comparison, benchmark.failed)
