"""``wasmfit economy``."""

import typer

from wasmfit.api.economy import economy
from wasmfit.report import ECONOMY_FORMATS
from wasmfit.requests import EconomyExperiment, RunSettings

from .compare import cells_in
from .failed_lines import failed_lines
from .from_requests import from_requests
from .options import OutputOptions
from .output import message, require_writable, write_result
from .progress import reported


def measure_economy(experiment: EconomyExperiment, settings: RunSettings, output: OutputOptions) -> None:
    """Measure what a module takes in RAM when it asks for less than pages of 64 KiB.

    The module of a workload is measured as compilers make it, with the linker's __heap_base exported, with
    that and a small stack, and with that and pages of one byte. Runtimes that can end memory at __heap_base
    when they are built so are measured in that build as well.
    """
    require_writable(output.file)
    with reported(settings, verbose=output.verbose, quiet=output.quiet) as options:
        measured = economy(experiment, options)
    write_result(ECONOMY_FORMATS[output.format](measured), output.file)
    if not output.quiet:
        message(f"{cells_in(len(measured.measurements), measured.reused, measured.seconds)}.")
    for line in failed_lines(measured.failed):
        message(line)
    if measured.failed:
        raise typer.Exit(1)


command = from_requests(measure_economy, leave_out=("on", "label", "measured"))
