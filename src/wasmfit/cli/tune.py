"""``wasmfit tune``."""

from wasmfit.analysis.tuning import Trial
from wasmfit.api.tuning import tune
from wasmfit.events import Said
from wasmfit.report.tune import TUNE_FORMATS, trial_line
from wasmfit.requests import RunSettings, TuneRequest

from .from_requests import from_requests
from .options import OutputOptions
from .output import require_writable, write_result
from .progress import reported

_INTERRUPTED = "Interrupted. What was measured is stored: the same command goes on from here."


def tune_runtime(request: TuneRequest, settings: RunSettings, output: OutputOptions) -> None:
    """Search for settings that make a runtime smaller or faster, each of them built and measured.

    They are compared with the profile reference. The same command continues where it was interrupted.
    """
    require_writable(output.file)
    with reported(settings, verbose=output.verbose, quiet=output.quiet, interrupted=_INTERRUPTED) as options:

        def on_trial(trial: Trial, anchor: Trial) -> None:
            options.event_handler(Said(f"[{trial.number}] {trial_line(trial, anchor)}"))

        tuning = tune(request, options, on_trial=on_trial)
    write_result(TUNE_FORMATS[output.format](tuning), output.file)


command = from_requests(
    tune_runtime, leave_out=("on", "label", "cluster", "rerun_failed", "measured", "jobs")
)
