"""``wasmfit fit``."""

from pathlib import Path
from typing import Annotated

import typer

from wasmfit.report import Format
from wasmfit.report.fit import FORMATS
from wasmfit.results.evidence import NEEDS
from wasmfit.verdicts import fit

from . import options, say
from .compare import INTERRUPTED, INTERRUPTED_WORDS
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
    workload: Annotated[
        str | None, typer.Option("--workload", "-w", metavar="W", help="Default: add-with-extra.")
    ] = None,
    flash: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE", help="Flash there is room for: 512K, 1M, bytes (K = 1024). Default: the board's."
        ),
    ] = None,
    ram: Annotated[str | None, typer.Option(metavar="SIZE", help="RAM, likewise.")] = None,
    needs: Annotated[
        str | None, typer.Option(metavar="A,B", help=f"What is needed: {', '.join(NEEDS)}.")
    ] = None,
    board: Annotated[str, typer.Option("--board", "-b", metavar="B")] = "nrf52840dk",
    profile: Annotated[str, typer.Option("--profile", "-p", metavar="P")] = "reference",
    runtime: Annotated[
        list[str] | None,
        typer.Option(
            "--runtime", "-r", metavar="R", help="As for compare. Default: newest, one version of each."
        ),
    ] = None,
    weights: Annotated[
        str | None, typer.Option(metavar="flash=1,ram=1,speed=1", help="How much each counts.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show the rule with the numbers.")] = False,
    call: Annotated[
        list[str] | None, typer.Option(metavar="'NAME(1, 2)'", help="A call of the module's export.")
    ] = None,
    expect: Annotated[list[str] | None, typer.Option(metavar="VALUE", help="What the call returns.")] = None,
    import_: Annotated[
        list[str] | None,
        typer.Option("--import", metavar="MODULE.NAME=RULE", help="What answers an import, as for compare."),
    ] = None,
    stub_all: Annotated[
        bool, typer.Option("--stub-all", help="Imports that are not named do nothing and return 0.")
    ] = False,
    rerun: Annotated[bool, typer.Option("--rerun", help="Measure again what is stored already.")] = False,
    label: Annotated[str | None, typer.Option(metavar="NAME", help="Name the run.")] = None,
    output_format: Annotated[Format, typer.Option("--format", "-f")] = Format.TABLE,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Default: stdout.")
    ] = None,
    catalog: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="A catalogue of your own beside the built-in one."),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show every command that is run.")] = False,
) -> None:
    """Rank the runtimes that fit, and say what the others would take. What is missing is measured."""
    say.check(output)
    try:
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
    except KeyboardInterrupt:
        say.human(INTERRUPTED_WORDS)
        raise typer.Exit(INTERRUPTED) from None
    say.result(FORMATS[output_format](found, explain=explain), output)
    say.human(f"{len(found.ranked)} of {len(found.ranked) + len(found.rejected)} runtimes fit.")
    if not found.ranked:
        raise typer.Exit(1)
