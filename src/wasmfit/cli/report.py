"""``wasmfit report``."""

from pathlib import Path
from typing import Annotated

import typer

from wasmfit.api import make_report
from wasmfit.errors import UsageError
from wasmfit.results import Benchmark, Comparison

from . import say
from .compare import INTERRUPTED, INTERRUPTED_WORDS, import_of, only_one, source_of, tell_failed
from .progress import Watch


def command(
    module: Annotated[
        Path | None,
        typer.Argument(
            metavar="[MODULE.wasm]",
            help="A module of your own, in the place of a workload.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE")] = Path("report.html"),
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The report's heading. Default: the question.")
    ] = None,
    flames: Annotated[
        bool, typer.Option("--flames", help="Run every cell once more, for flame graphs of its calls.")
    ] = False,
    call: Annotated[
        list[str] | None, typer.Option(metavar="'NAME(1, 2)'", help="As for compare, as are those below.")
    ] = None,
    expect: Annotated[list[str] | None, typer.Option(metavar="VALUE")] = None,
    import_: Annotated[list[str] | None, typer.Option("--import", metavar="MODULE.NAME=RULE")] = None,
    stub_all: Annotated[bool, typer.Option("--stub-all")] = False,
    runtime: Annotated[
        list[str] | None,
        typer.Option(
            "--runtime",
            "-r",
            metavar="R",
            help="Runtime, R@VERSION, a pattern, newest or all; native code comes with it. Default: newest.",
        ),
    ] = None,
    workload: Annotated[
        list[str] | None,
        typer.Option("--workload", "-w", metavar="W", help="Or a pattern. Default: add-with-extra."),
    ] = None,
    board: Annotated[
        list[str] | None, typer.Option("--board", "-b", metavar="B", help="Default: nrf52840dk.")
    ] = None,
    base: Annotated[list[str] | None, typer.Option(metavar="BASE", help="Default: bare.")] = None,
    profile: Annotated[
        list[str] | None, typer.Option("--profile", "-p", metavar="P", help="Default: reference.")
    ] = None,
    select: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Only cells whose id matches, and native code.")
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(metavar="RUNTIME=PATH", help="A working tree of a runtime, beside its release."),
    ] = None,
    rerun: Annotated[bool, typer.Option("--rerun", help="Measure again what is stored already.")] = False,
    catalog: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="A catalogue of your own beside the built-in one."),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show every command that is run.")] = False,
) -> None:
    """Measure as compare does, and write one HTML file with the answer, plots and every byte."""
    if module is not None and module.suffix in (".html", ".htm"):
        raise UsageError(
            f"{module} is no wasm module.", f"To write the report there: wasmfit report -o {module}"
        )
    try:
        with say.promised(output), Watch() as watch:
            made = make_report(
                output,
                title=title,
                flames=flames,
                module=only_one(module, workload),
                calls=call or (),
                expect=expect or (),
                imports=dict(import_of(one) for one in import_ or ()),
                stub_all=stub_all,
                runtimes=runtime or (),
                workloads=workload or ("add-with-extra",),
                boards=board or ("nrf52840dk",),
                bases=base or ("bare",),
                profiles=profile or ("reference",),
                select=select or (),
                sources=[source_of(one) for one in source or ()],
                rerun=rerun,
                catalogs=catalog or (),
                listener=watch,
                echo=say.human if verbose else None,
            )
    except KeyboardInterrupt:
        say.human(INTERRUPTED_WORDS)
        raise typer.Exit(INTERRUPTED) from None
    say.human(f"{output}: {output.stat().st_size:,} B, for any browser.")
    for answer in made.answers[:1]:
        say.human(answer.headline)
    # A workload that a runtime cannot run is an answer, as in a benchmark.
    tell_failed(Benchmark(Comparison(made.measurements, 0.0, 0)).failed)
