"""``wasmfit features``."""

from pathlib import Path
from typing import Annotated

import typer

from wasmfit.analysis.toggle_costs import Priced
from wasmfit.api import features, priced
from wasmfit.errors import UsageError
from wasmfit.report import FAILING_FORMATS, FEATURE_FORMATS, PRICE_FORMATS, Format

from . import options, say
from .progress import Watch


def command(
    runtime: options.Runtimes = None,
    feature: Annotated[
        list[str] | None,
        typer.Option("--feature", metavar="F", help="Feature, or a pattern. Default: all."),
    ] = None,
    failing: Annotated[
        bool, typer.Option("--failing", help="List the assertions that do not hold, instead of the table.")
    ] = False,
    prices: Annotated[
        bool,
        typer.Option(
            "--priced", help="Say what switches of the runtimes' builds cost, instead of the table."
        ),
    ] = False,
    board: options.Boards = None,
    profile: options.Profiles = None,
    source: options.Sources = None,
    rerun: options.Rerun = False,
    output_format: options.OutputFormat = Format.TABLE,
    output: options.Output = None,
    catalog: options.Catalogs = None,
    verbose: options.Verbose = False,
) -> None:
    """Measure features of WebAssembly: the W3C suite on device images of runtimes."""
    say.check(output)
    if prices and (feature or failing or source):
        raise UsageError(
            "--priced is of runtimes, boards and profiles, and of nothing else.",
            "Leave out --feature, --failing and --source.",
        )
    with Watch() as watch:
        if prices:
            _tell_prices(
                priced(
                    runtimes=runtime or (),
                    boards=board or ("nrf52840dk",),
                    profiles=profile or ("reference",),
                    rerun=rerun,
                    catalogs=catalog or (),
                    listener=watch,
                    echo=say.human if verbose else None,
                ),
                output_format,
                output,
            )
            return
        measured = features(
            runtimes=runtime or (),
            features=feature or (),
            boards=board or ("nrf52840dk",),
            profiles=profile or ("reference",),
            sources=[options.source_of(one) for one in source or ()],
            rerun=rerun,
            catalogs=catalog or (),
            listener=watch,
            echo=say.human if verbose else None,
        )
    if failing and not measured.failing and output_format is Format.TABLE:
        say.human("No assertion fails.")
    say.result((FAILING_FORMATS if failing else FEATURE_FORMATS)[output_format](measured), output)
    say.human(f"{measured.cells} cells ({measured.reused} from the store) in {measured.seconds:.1f} s.")
    for cell, reason in measured.failures.items():
        say.human(f"{cell}: {reason}")
    if measured.failures:
        raise typer.Exit(1)


def _tell_prices(found: Priced, output_format: Format, output: Path | None) -> None:
    say.result(PRICE_FORMATS[output_format](found), output)
    say.human(f"{len(found.measurements)} cells ({found.reused} from the store) in {found.seconds:.1f} s.")
    for one in found.failed:
        say.human(f"{one.id}: {one.status.value}: {one.reason}")
    if found.failed:
        raise typer.Exit(1)
