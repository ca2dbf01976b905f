"""``wasmfit compare``."""

from collections.abc import Iterable, Sequence
from typing import Annotated

import typer

from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.stores import sentence, stores_of
from wasmfit.api.comparison import compare, preview
from wasmfit.errors import UsageError
from wasmfit.events import RowsSoFar
from wasmfit.model import Measurement, Status
from wasmfit.report import FORMATS, Format
from wasmfit.report.summary import summary_formatted, to_summary
from wasmfit.requests import Experiment, RunOptions, RunSettings
from wasmfit.words import counted

from .estimates import plan_lines
from .failed_lines import failed_lines
from .from_requests import from_requests
from .options import OutputOptions, SummaryOptions
from .output import message, require_writable, write_result
from .progress import reported

DryRun = Annotated[
    bool,
    typer.Option("--dry-run", help="List what would be built and measured, with an estimate, and end."),
]


def compare_runtimes(
    experiment: Experiment,
    settings: RunSettings,
    summary: SummaryOptions,
    output: OutputOptions,
    dry_run: DryRun = False,
) -> None:
    """Build, check, run and compare runtimes on a board: one table, the smallest first."""
    summary.choice.check()
    if summary.details and not summary.choice.is_default:
        raise UsageError(
            "--details shows every metric, and has neither columns nor an order.",
            "Leave out --columns, --sort and --group-by.",
        )
    if dry_run:
        write_result("\n".join(plan_lines(preview(experiment, RunOptions(**dict(settings))))), output.file)
        return
    require_writable(output.file)
    shows_rows = output.format is Format.TABLE and not summary.details

    def rows(so_far: RowsSoFar, width: int) -> str:
        comparison = Comparison(so_far.measurements, 0, 0, boards=so_far.boards, bounds=so_far.bounds)
        return to_summary(comparison, summary.choice, width)

    with reported(
        settings, verbose=output.verbose, quiet=output.quiet, rows=rows if shows_rows else None
    ) as options:
        comparison = compare(experiment, options)
    write_result(_text(comparison, summary, output.format), output.file)
    print_stray_stores(comparison)
    print_end(comparison, comparison.failed, quiet=output.quiet)
    if any((check := stores_of(one)) is not None and check.stray for one in comparison.measurements):
        raise typer.Exit(1)


def _text(comparison: Comparison, summary: SummaryOptions, form: Format) -> str | Iterable[str]:
    """The summary; in the formats for programs and documents everything, unless columns were chosen."""
    if summary.details or (form is not Format.TABLE and summary.choice.is_default):
        return FORMATS[form](comparison)
    return summary_formatted(comparison, summary.choice, form)


def print_end(comparison: Comparison, failed: Sequence[Measurement], *, quiet: bool = False) -> None:
    """Says how many cells there were and which failed: if any did, the exit code is 1.

    Of cells that were found and not measured, none has failed now: how each ended is part of the answer, and
    so is what it rests on.
    """
    if comparison.notes:
        return
    if not quiet:
        _print_count(comparison)
        if _lacks_compilers(comparison):
            message("--measured answers from the measurements that come with wasmfit.")
    print_failed(failed)


def _lacks_compilers(comparison: Comparison) -> bool:
    """Whether nothing could be tried, and the measured set may have what was asked for."""
    cells = [cell for cell in comparison.measurements if cell.provenance.log is not None]
    return bool(cells) and all(
        cell.status is Status.UNAVAILABLE
        and cell.provenance.module is None
        and cell.provenance.source is None
        for cell in cells
    )


def print_stray_stores(comparison: Comparison) -> None:
    """Says which cells stored to what they do not own, and which could not be looked at."""
    for cell in comparison.measurements:
        check = stores_of(cell)
        if check is not None and check.stray is not None:
            message(f"{cell.id}: {sentence(check.stray)}")
        elif check is not None and check.reason is not None:
            message(f"{cell.id}: stores are not known to be right: {check.reason}.")


def _print_count(comparison: Comparison) -> None:
    cells, reused, seconds = len(comparison.measurements), comparison.reused, comparison.seconds
    number = "" if comparison.run is None else f", run {comparison.run}"
    message(f"{cells_in(cells, reused, seconds)}{number}.")


def cells_in(cells: int, reused: int, seconds: float) -> str:
    """How many cells there are, and in what time, as a clause.

    Args:
        cells: How many there are.
        reused: How many of them were not measured now, since the store has them.
        seconds: The time.
    """
    return f"{counted(cells, 'cell')} ({reused:,} from the store) in {seconds:.1f} s"


def print_failed(failed: Sequence[Measurement]) -> None:
    """Says which cells failed: if any did, the exit code is 1."""
    for line in failed_lines(failed):
        message(line)
    if any(cell.status is Status.BUILD_FAILED for cell in failed):
        message("`wasmfit doctor` says whether the tools work.")
    if failed:
        raise typer.Exit(1)


command = from_requests(compare_runtimes)
