"""``wasmfit features``."""

from typing import Annotated

import typer

from wasmfit.api.features import features
from wasmfit.api.toggle_costs import toggle_costs
from wasmfit.errors import UsageError
from wasmfit.report import FAILING_FORMATS, FEATURE_FORMATS, TOGGLE_COST_FORMATS, Format
from wasmfit.requests import FeaturesExperiment, RunSettings, ToggleCostExperiment

from .compare import cells_in
from .failed_lines import cells_by_reason, failed_lines, line_of
from .from_requests import from_requests
from .options import OutputOptions
from .output import message, require_writable, write_result
from .progress import reported


def measure_features(
    experiment: FeaturesExperiment,
    settings: RunSettings,
    output: OutputOptions,
    failing: Annotated[
        bool, typer.Option("--failing", help="List the assertions that do not hold, instead of the table.")
    ] = False,
    costs: Annotated[
        bool,
        typer.Option(
            "--toggle-costs", help="Say what feature toggles of the runtimes cost, instead of the table."
        ),
    ] = False,
    former_costs: Annotated[bool, typer.Option("--priced", hidden=True)] = False,
) -> None:
    """Measure features of WebAssembly: the W3C suite on device images of runtimes."""
    require_writable(output.file)
    if former_costs:
        message("`--priced` is the old name of `--toggle-costs`, and goes with the next version.")
    if costs or former_costs:
        if failing or experiment.model_fields_set & {"features", "sources"}:
            raise UsageError(
                "--toggle-costs is of runtimes, boards and profiles, and of nothing else.",
                "Leave out --feature, --failing and --source.",
            )
        _print_toggle_costs(experiment, settings, output)
        return
    with reported(settings, verbose=output.verbose, quiet=output.quiet) as options:
        measured = features(experiment, options)
    if failing and not measured.failing and output.format is Format.TABLE:
        message("No assertion fails.")
    write_result((FAILING_FORMATS if failing else FEATURE_FORMATS)[output.format](measured), output.file)
    if not output.quiet and not measured.origins:
        message(f"{cells_in(measured.cells, measured.reused, measured.seconds)}.")
    for reason, cells in cells_by_reason(measured.failures.items()).items():
        message(line_of(cells, reason))
    if measured.failures:
        raise typer.Exit(1)


def _print_toggle_costs(experiment: FeaturesExperiment, settings: RunSettings, output: OutputOptions) -> None:
    toggles = ToggleCostExperiment(
        runtimes=experiment.runtimes, boards=experiment.boards, profiles=experiment.profiles
    )
    with reported(settings, verbose=output.verbose, quiet=output.quiet) as options:
        costs = toggle_costs(toggles, options)
    write_result(TOGGLE_COST_FORMATS[output.format](costs), output.file)
    if not output.quiet:
        message(f"{cells_in(len(costs.measurements), costs.reused, costs.seconds)}.")
    for line in failed_lines(costs.failed):
        message(line)
    if costs.failed:
        raise typer.Exit(1)


command = from_requests(measure_features, leave_out=("on", "label", "rerun_failed"))
