"""``wasmfit compare``."""

from collections.abc import Sequence

import typer

from wasmfit.analysis.comparison import Comparison
from wasmfit.api.comparison import compare
from wasmfit.model import Measurement, Status
from wasmfit.report import FORMATS
from wasmfit.requests import Experiment, RunSettings

from .from_requests import from_requests
from .options import OutputOptions
from .output import message, require_writable, write_result
from .progress import reported


def compare_runtimes(experiment: Experiment, settings: RunSettings, output: OutputOptions) -> None:
    """Build, check, run and compare runtimes on a board."""
    require_writable(output.file)
    with reported(settings, verbose=output.verbose) as options:
        comparison = compare(experiment, options)
    write_result(FORMATS[output.format](comparison), output.file)
    print_end(comparison, comparison.failed)


def print_end(comparison: Comparison, failed: Sequence[Measurement]) -> None:
    """Says how many cells there were and which failed: if any did, the exit code is 1.

    Of cells that were found and not measured, none has failed now: how each ended is part of the answer.
    """
    cells, reused, seconds = len(comparison.measurements), comparison.reused, comparison.seconds
    number = "" if comparison.run is None else f", run {comparison.run}"
    message(f"{cells} cells ({reused} from the store) in {seconds:.1f} s{number}.")
    if not comparison.notes:
        print_failed(failed)


def print_failed(failed: Sequence[Measurement]) -> None:
    """Says which cells failed: if any did, the exit code is 1."""
    for cell in failed:
        message(f"{cell.id}: {cell.status.value}: {cell.reason} (log: {cell.provenance.log})")
    if any(cell.status is Status.BUILD_FAILED for cell in failed):
        message("`wasmfit doctor` says whether the tools work.")
    if failed:
        raise typer.Exit(1)


command = from_requests(compare_runtimes)
