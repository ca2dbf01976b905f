"""``wasmfit fit``."""

from typing import Annotated

import typer

from wasmfit.report import Format
from wasmfit.report.fit import FORMATS
from wasmfit.verdicts import fit

from . import options, say
from .progress import Watch


def command(
    module: options.Module = None,
    workload: Annotated[
        str | None, typer.Option("--workload", "-w", metavar="W", help="Default: add-with-extra.")
    ] = None,
    flash: options.Flash = None,
    ram: options.Ram = None,
    needs: options.Needs = None,
    board: Annotated[str, typer.Option("--board", "-b", metavar="B")] = "nrf52840dk",
    profile: Annotated[str, typer.Option("--profile", "-p", metavar="P")] = "reference",
    runtime: options.Runtimes = None,
    weights: options.Weights = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show the rule with the numbers.")] = False,
    call: options.Calls = None,
    expect: Annotated[list[str] | None, typer.Option(metavar="VALUE", help="What the call returns.")] = None,
    import_: options.Imports = None,
    stub_all: options.StubAll = False,
    rerun: options.Rerun = False,
    label: options.Label = None,
    output_format: options.OutputFormat = Format.TABLE,
    output: options.Output = None,
    catalog: options.Catalogs = None,
    verbose: options.Verbose = False,
) -> None:
    """Rank the runtimes that fit, and say what the others would take. What is missing is measured."""
    say.check(output)
    with Watch() as watch:
        found = fit(
            options.either(module, workload),
            workload=workload or "add-with-extra",
            flash=flash,
            ram=ram,
            needs=needs or (),
            weights=weights,
            runtimes=runtime or (),
            board=board,
            profile=profile,
            calls=call or (),
            expect=expect or (),
            imports=dict(options.import_of(one) for one in import_ or ()),
            stub_all=stub_all,
            rerun=rerun,
            label=label,
            command=say.command(),
            catalogs=catalog or (),
            listener=watch,
            echo=say.human if verbose else None,
        )
    say.result(FORMATS[output_format](found, explain=explain), output)
    say.human(f"{len(found.ranked)} of {len(found.ranked) + len(found.rejected)} runtimes fit.")
    if not found.ranked:
        raise typer.Exit(1)
