"""``wasmfit report``."""

from pathlib import Path
from typing import Annotated

from wasmfit.analysis.benchmark import Benchmark
from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.setting_rankings import headlines
from wasmfit.api.report import make_report
from wasmfit.errors import UsageError
from wasmfit.model import Record
from wasmfit.requests import FitRequirements, ReportExperiment, ReportSettings, RunSettings
from wasmfit.requests.option import Option

from .compare import print_failed
from .from_requests import from_requests
from .options import Quiet, Verbose
from .output import has_content, kept_if_written, message
from .progress import reported


class ReportOutput(Record):
    """Where a report goes.

    Attributes:
        file: The file.
        verbose: Whether every command that is run is shown.
        quiet: Whether nothing but the result and errors is shown.
    """

    file: Annotated[Path, Option(("-o", "--output"), "FILE", "")] = Path("report.html")
    verbose: Verbose = False
    quiet: Quiet = False


def report_experiment(
    experiment: ReportExperiment,
    requirements: FitRequirements,
    report: ReportSettings,
    settings: RunSettings,
    output: ReportOutput,
) -> None:
    """Measure as compare does, and write one HTML file with the answer, plots and every byte."""
    module = None if experiment.module is None else experiment.module.path
    if module is not None and module.suffix in (".html", ".htm"):
        raise UsageError(
            f"{module} is not a wasm module.", f"To write the report there: wasmfit report -o {module}"
        )
    replaced = ", in place of what was there" if has_content(output.file) else ""
    with (
        kept_if_written(output.file),
        reported(settings, verbose=output.verbose, quiet=output.quiet) as options,
    ):
        document = make_report(
            output.file,
            experiment=experiment,
            requirements=requirements,
            settings=report,
            options=options,
        )
    message(f"{output.file}: {output.file.stat().st_size:,} B, for any browser{replaced}.")
    for sentence in headlines(document.rankings):
        message(sentence)
    # A workload that a runtime cannot run is an answer, as in a benchmark.
    if not document.notes:
        print_failed(Benchmark(Comparison(document.measurements, 0.0, 0)).failed)


command = from_requests(report_experiment)
