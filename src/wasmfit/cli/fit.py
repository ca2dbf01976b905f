"""``wasmfit fit``."""

from typing import Annotated

import typer

from wasmfit.api.fit import fit
from wasmfit.report.fit import FORMATS
from wasmfit.requests import FitExperiment, FitRequirements, RunSettings
from wasmfit.words import agreeing, counted

from .from_requests import from_requests
from .options import OutputOptions
from .output import message, require_writable, write_result
from .progress import reported


def rank_runtimes(
    experiment: FitExperiment,
    requirements: FitRequirements,
    settings: RunSettings,
    output: OutputOptions,
    explain: Annotated[bool, typer.Option("--explain", help="Show the rule with the numbers.")] = False,
) -> None:
    """Rank the runtimes that fit, and say what the others would take. What is missing is measured."""
    require_writable(output.file)
    with reported(settings, verbose=output.verbose, quiet=output.quiet) as options:
        ranking = fit(experiment, requirements, options)
    write_result(FORMATS[output.format](ranking, explain=explain), output.file)
    if not output.quiet:
        verb = agreeing(ranking.tried, "fits", "fit")
        message(f"{len(ranking.ranked)} of {counted(ranking.tried, 'runtime')} {verb}.")
    if not ranking.ranked:
        raise typer.Exit(1)


command = from_requests(rank_runtimes)
