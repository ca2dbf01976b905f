"""``wasmfit check``."""

from pathlib import Path
from typing import Annotated

import typer

from wasmfit.api.verdicts import check
from wasmfit.model import Record
from wasmfit.report.check import FORMATS, CheckFormat
from wasmfit.requests import RunSettings
from wasmfit.requests.option import Option

from . import options
from .from_requests import from_requests
from .output import message, require_writable, write_result
from .progress import reported


class CheckOutput(Record):
    """As :class:`.options.OutputOptions`, with the formats of this command."""

    format: Annotated[CheckFormat, Option(("--format", "-f"), None, options.FORMAT)] = CheckFormat.TABLE
    file: options.File = None
    verbose: options.Verbose = False
    quiet: options.Quiet = False


def check_budget(
    budget: Annotated[Path, typer.Argument(metavar="BUDGET.toml", help="The limits: docs/verdicts.md.")],
    settings: RunSettings,
    output: CheckOutput,
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
            metavar="RUN", help="What relative limits are compared with, instead of what the file names."
        ),
    ] = None,
    run: Annotated[
        bool,
        typer.Option(
            "--run",
            help="Measure the cells that the limits name first; stored ones are reused. "
            "Options of measuring are for this.",
        ),
    ] = False,
) -> None:
    """Compare metrics with a budget: exit 1 if a hard limit is broken, with what broke and by how much."""
    require_writable(output.file)
    with reported(settings, verbose=output.verbose, quiet=output.quiet) as run_options:
        checked = check(budget, of=of, baseline=baseline, run=run, options=run_options)
    write_result(FORMATS[output.format](checked), output.file)
    message(f"{checked.summary}.")
    if checked.failed:
        raise typer.Exit(1)


command = from_requests(check_budget)
