"""``wasmfit tune``."""

from typing import Annotated

import typer

from wasmfit.analysis.tuning import Objective, Trial
from wasmfit.events import Said
from wasmfit.report import Format
from wasmfit.report.tune import TUNE_FORMATS, told
from wasmfit.tuning import BUILDS, WORKLOADS, tune

from . import options, say
from .progress import Watch

_INTERRUPTED_WORDS = "Interrupted. What was measured is stored: the same command goes on from here."


def command(
    runtime: Annotated[str, typer.Argument(metavar="RUNTIME", help="A runtime, or R@VERSION.")],
    board: Annotated[str, typer.Option("--board", "-b", metavar="B")] = "nrf52840dk",
    objective: Annotated[
        list[str] | None,
        typer.Option(
            metavar="O",
            help="flash, ram or speed; the settings to copy take least of the first. Default: all three.",
        ),
    ] = None,
    budget: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help=f"Different settings to measure, the profile itself included. Default: {BUILDS}.",
        ),
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(metavar="M", help="Begin no other build after so many minutes.")
    ] = None,
    workload: Annotated[
        list[str] | None,
        typer.Option("--workload", "-w", metavar="W", help=f"What is run. Default: {', '.join(WORKLOADS)}."),
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(metavar="SWITCH-VALUE", help="Values that give up what a module may need, with commas."),
    ] = None,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="SWITCH=VALUE", help="Hold a switch to a value, or several with commas."
        ),
    ] = None,
    only: Annotated[bool, typer.Option("--only", help="Every other switch stays as it is.")] = False,
    rerun: options.Rerun = False,
    output_format: options.OutputFormat = Format.TABLE,
    output: options.Output = None,
    catalog: options.Catalogs = None,
    verbose: options.Verbose = False,
) -> None:
    """Search for settings that make a runtime smaller or faster, each of them built and measured.

    The profile reference is what they are held against. The same command goes on where it was interrupted.
    """
    say.check(output)
    with Watch(_INTERRUPTED_WORDS) as watch:

        def tell(trial: Trial, anchor: Trial) -> None:
            watch(Said(f"[{trial.number}] {told(trial, anchor)}"))

        tuning = tune(
            runtime,
            board=board,
            objectives=objective or tuple(Objective),
            builds=budget,
            minutes=minutes,
            workloads=workload or WORKLOADS,
            allow=options.names_of(allow),
            settings=setting or (),
            only=only,
            rerun=rerun,
            catalogs=catalog or (),
            listener=watch,
            tell=tell,
            echo=say.human if verbose else None,
        )
    say.result(TUNE_FORMATS[output_format](tuning), output)
