"""``wasmfit report``."""

from pathlib import Path
from typing import Annotated

import typer

from wasmfit.analysis.benchmark import Benchmark
from wasmfit.analysis.comparison import Comparison
from wasmfit.api import make_report
from wasmfit.errors import UsageError

from . import options, say
from .compare import tell_failed
from .progress import Watch


def command(
    module: options.Module = None,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE")] = Path("report.html"),
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help="The report's heading. Default: the question.")
    ] = None,
    flames: Annotated[
        bool, typer.Option("--flames", help="Run every cell once more, for flame graphs of its calls.")
    ] = False,
    features: Annotated[
        bool,
        typer.Option("--features", help="Run the W3C suite on the runtimes; else what is stored is shown."),
    ] = False,
    flash: options.Flash = None,
    ram: options.Ram = None,
    needs: options.Needs = None,
    weights: options.Weights = None,
    call: options.Calls = None,
    expect: options.Expected = None,
    expect_log: options.ExpectedLogs = None,
    import_: options.Imports = None,
    stub_all: options.StubAll = False,
    runtime: options.Runtimes = None,
    workload: Annotated[
        list[str] | None,
        typer.Option("--workload", "-w", metavar="W", help="Or a pattern. Default: add-with-extra."),
    ] = None,
    board: options.Boards = None,
    base: options.Bases = None,
    profile: options.Profiles = None,
    select: options.Select = None,
    source: options.Sources = None,
    on: options.On = None,
    rerun: options.Rerun = False,
    label: options.Label = None,
    catalog: options.Catalogs = None,
    cluster: options.Cluster = None,
    verbose: options.Verbose = False,
) -> None:
    """Measure as compare does, and write one HTML file with the answer, plots and every byte."""
    if module is not None and module.suffix in (".html", ".htm"):
        raise UsageError(
            f"{module} is no wasm module.", f"To write the report there: wasmfit report -o {module}"
        )
    with say.promised(output), Watch() as watch:
        made = make_report(
            output,
            title=title,
            flames=flames,
            features=features,
            flash=flash,
            ram=ram,
            needs=needs or (),
            weights=weights,
            module=options.either(module, workload),
            calls=call or (),
            expect=expect or (),
            expect_log=expect_log or (),
            imports=dict(options.import_of(one) for one in import_ or ()),
            stub_all=stub_all,
            runtimes=runtime or (),
            workloads=workload or ("add-with-extra",),
            boards=board or ("nrf52840dk",),
            bases=options.names_of(base) or ("bare",),
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
    say.human(f"{output}: {output.stat().st_size:,} B, for any browser.")
    for answer in made.answers[:1]:
        say.human(answer.headline)
    # A workload that a runtime cannot run is an answer, as in a benchmark.
    tell_failed(Benchmark(Comparison(made.measurements, 0.0, 0)).failed)
