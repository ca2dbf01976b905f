"""``wasmfit bench``."""

from pathlib import Path
from typing import Annotated

import typer

from wasmfit.api import bench
from wasmfit.report import BENCH_FORMATS, Format

from . import say
from .cluster import ClusterOption
from .compare import INTERRUPTED, INTERRUPTED_WORDS, source_of, tell_end
from .progress import Watch


def command(
    workload: Annotated[
        list[str] | None,
        typer.Option("--workload", "-w", metavar="W", help="Workload, or a pattern. Default: all."),
    ] = None,
    runtime: Annotated[
        list[str] | None,
        typer.Option(
            "--runtime",
            "-r",
            metavar="R",
            help="Runtime, R@VERSION, a pattern, newest or all; native code comes with it. Default: newest.",
        ),
    ] = None,
    board: Annotated[
        list[str] | None, typer.Option("--board", "-b", metavar="B", help="Default: nrf52840dk.")
    ] = None,
    profile: Annotated[
        list[str] | None, typer.Option("--profile", "-p", metavar="P", help="Default: reference.")
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOB", help="Only cells whose id matches, and native code."),
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(metavar="RUNTIME=PATH", help="A working tree of a runtime, beside its release."),
    ] = None,
    rerun: Annotated[bool, typer.Option("--rerun", help="Measure again what is stored already.")] = False,
    output_format: Annotated[Format, typer.Option("--format", "-f")] = Format.TABLE,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Default: stdout.")
    ] = None,
    catalog: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="A catalogue of your own beside the built-in one."),
    ] = None,
    cluster: ClusterOption = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show every command that is run.")] = False,
) -> None:
    """Run workloads on runtimes: instructions, slow-down against native code, heap and stack."""
    say.check(output)
    try:
        with Watch() as watch:
            benchmark = bench(
                workloads=workload or (),
                runtimes=runtime or (),
                boards=board or ("nrf52840dk",),
                profiles=profile or ("reference",),
                select=select or (),
                sources=[source_of(one) for one in source or ()],
                rerun=rerun,
                catalogs=catalog or (),
                cluster=cluster,
                listener=watch,
                echo=say.human if verbose else None,
            )
    except KeyboardInterrupt:
        say.human(INTERRUPTED_WORDS)
        raise typer.Exit(INTERRUPTED) from None
    say.result(BENCH_FORMATS[output_format](benchmark), output)
    tell_end(benchmark.comparison, benchmark.failed)
