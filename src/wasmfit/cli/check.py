"""``wasmfit check``."""

from pathlib import Path
from typing import Annotated

import typer

from wasmfit.report.check import FORMATS, CheckFormat
from wasmfit.verdicts import check

from . import options, say
from .progress import Watch


def command(
    budget: Annotated[Path, typer.Argument(metavar="BUDGET.toml", help="The limits: docs/verdicts.md.")],
    of: Annotated[
        str | None,
        typer.Option(
            metavar="RUN",
            help="What to check, as for diff. Default: the newest measurement of every cell.",
        ),
    ] = None,
    baseline: Annotated[
        str | None,
        typer.Option(
            metavar="RUN", help="What relative limits are held against, in the place of the file's."
        ),
    ] = None,
    run: Annotated[
        bool,
        typer.Option("--run", help="Measure the cells that the limits name first; stored ones are reused."),
    ] = False,
    rerun: Annotated[bool, typer.Option("--rerun", help="With --run: measure again.")] = False,
    label: Annotated[str | None, typer.Option(metavar="NAME", help="With --run: name the run.")] = None,
    output_format: Annotated[CheckFormat, typer.Option("--format", "-f")] = CheckFormat.TABLE,
    output: options.Output = None,
    catalog: options.Catalogs = None,
    verbose: options.Verbose = False,
) -> None:
    """Hold figures against a budget: exit 1 if a hard limit is broken, with what broke and by how much."""
    say.check(output)
    with Watch() as watch:
        checked = check(
            budget,
            of=of,
            baseline=baseline,
            run=run,
            rerun=rerun,
            label=label,
            command=say.command(),
            catalogs=catalog or (),
            listener=watch,
            echo=say.human if verbose else None,
        )
    say.result(FORMATS[output_format](checked), output)
    say.human(f"{checked.summary}.")
    if checked.failed:
        raise typer.Exit(1)
