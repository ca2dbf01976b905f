"""``wasmfit compare``."""

from collections.abc import Sequence
from typing import Annotated

import typer

from wasmfit.analysis.comparison import Comparison
from wasmfit.api import compare
from wasmfit.model import Measurement, Status
from wasmfit.report import FORMATS, Format

from . import options, say
from .progress import Watch


def command(
    module: options.Module = None,
    call: options.Calls = None,
    expect: options.Expected = None,
    expect_log: options.ExpectedLogs = None,
    import_: options.Imports = None,
    stub_all: options.StubAll = False,
    runtime: options.Runtimes = None,
    workload: Annotated[
        list[str] | None,
        typer.Option("--workload", "-w", metavar="W", help="Workload. Default: add-with-extra."),
    ] = None,
    board: options.Boards = None,
    base: options.Bases = None,
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
    """Build, check, run and compare runtimes on a board."""
    say.check(output)
    with Watch() as watch:
        comparison = compare(
            runtimes=runtime or (),
            module=options.either(module, workload),
            calls=call or (),
            expect=expect or (),
            expect_log=expect_log or (),
            imports=dict(options.import_of(one) for one in import_ or ()),
            stub_all=stub_all,
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
    say.result(FORMATS[output_format](comparison), output)
    tell_end(comparison, comparison.failed)


def tell_end(comparison: Comparison, failed: Sequence[Measurement]) -> None:
    """Says how many cells there were and which failed: if any did, the exit code is 1."""
    cells, reused, seconds = len(comparison.measurements), comparison.reused, comparison.seconds
    number = "" if comparison.run is None else f", run {comparison.run}"
    say.human(f"{cells} cells ({reused} from the store) in {seconds:.1f} s{number}.")
    tell_failed(failed)


def tell_failed(failed: Sequence[Measurement]) -> None:
    """Says which cells failed: if any did, the exit code is 1."""
    for one in failed:
        say.human(f"{one.id}: {one.status.value}: {one.reason} (log: {one.provenance.log})")
    if any(one.status is Status.BUILD_FAILED for one in failed):
        say.human("`wasmfit doctor` says whether the tools work.")
    if failed:
        raise typer.Exit(1)
