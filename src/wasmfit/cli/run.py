"""``wasmfit run``."""

from pathlib import Path
from typing import Annotated

import typer

from wasmfit.errors import UsageError
from wasmfit.json_text import dumped
from wasmfit.report import Format
from wasmfit.requests.experiment_file import (
    BenchFile,
    CompareFile,
    FeaturesFile,
    FitFile,
    ReportFile,
    files_of,
    json_schema,
    read_experiment,
)

from .bench import bench_workloads
from .compare import compare_runtimes
from .features import measure_features
from .fit import rank_runtimes
from .from_requests import from_requests
from .options import OutputOptions, SummaryOptions
from .output import require_writable, write_result
from .report import ReportOutput, report_experiment


def _print_schema(wanted: bool) -> None:
    if wanted:
        write_result(dumped(json_schema()))
        raise typer.Exit


def run_file(
    experiment: Annotated[
        Path, typer.Argument(metavar="EXPERIMENT.toml", help="The experiment: docs/experiments.md.")
    ],
    output: OutputOptions,
    schema: Annotated[  # noqa: ARG001
        bool,
        typer.Option(
            "--schema",
            help="Print the JSON Schema of such files and exit.",
            is_eager=True,
            callback=_print_schema,
        ),
    ] = False,
) -> None:
    """Run an experiment that is kept in a file: compare, bench, features, fit or report.

    The result is that of the command that the file names; a report goes to report.html unless --output says
    otherwise.
    """
    kept = read_experiment(experiment)
    require_writable(output.file, files_of(kept))
    match kept:
        case CompareFile():
            compare_runtimes(kept.experiment, kept.options, SummaryOptions(), output)
        case BenchFile():
            bench_workloads(kept.experiment, kept.options, output)
        case FeaturesFile():
            measure_features(kept.experiment, kept.options, output)
        case FitFile():
            rank_runtimes(kept.experiment, kept.requirements, kept.options, output)
        case ReportFile():
            if output.format is not Format.TABLE:
                raise UsageError("A report is one HTML file, and has no other format.", "Leave out --format.")
            page = ReportOutput(verbose=output.verbose, quiet=output.quiet)
            if output.file is not None:
                page = page.model_copy(update={"file": output.file})
            report_experiment(kept.experiment, kept.requirements, kept.report, kept.options, page)


command = from_requests(run_file)
