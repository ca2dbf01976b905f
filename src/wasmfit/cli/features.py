"""``wasmfit features``."""

from typing import Annotated

import typer

from wasmfit.api import features
from wasmfit.report import FAILING_FORMATS, FEATURE_FORMATS, Format

from . import options, say
from .compare import INTERRUPTED, INTERRUPTED_WORDS
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
    try:
        with Watch() as watch:
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
    except KeyboardInterrupt:
        say.human(INTERRUPTED_WORDS)
        raise typer.Exit(INTERRUPTED) from None
    if failing and not measured.failing and output_format is Format.TABLE:
        say.human("No assertion fails.")
    say.result((FAILING_FORMATS if failing else FEATURE_FORMATS)[output_format](measured), output)
    say.human(f"{measured.cells} cells ({measured.reused} from the store) in {measured.seconds:.1f} s.")
    for cell, reason in measured.failures.items():
        say.human(f"{cell}: {reason}")
    if measured.failures:
        raise typer.Exit(1)
