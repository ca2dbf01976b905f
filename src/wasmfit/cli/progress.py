"""Progress on stderr: a bar for every running task, and a line for every cell that has ended."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text
from typer import Exit

from wasmfit.events import (
    BuildPlan,
    CellEnded,
    Event,
    PartEnded,
    RowsSoFar,
    Said,
    Started,
    TaskEnded,
    TaskProgress,
    TaskStarted,
)
from wasmfit.model import AssertionOutcome, Measurement, PartOutcomes, Run, Status
from wasmfit.requests import RunOptions, RunSettings
from wasmfit.words import counted, escape_unprintable

from .estimates import TimeLeft, plan_sentence
from .output import command_line, message

INTERRUPTED = 130
"""Exit code of a program that its user interrupted, as shells have it."""

_INTERRUPTED = "Interrupted. Finished cells are stored; the same command goes on where this one stopped."
_LONGEST_LINE = 1000


RowsText = Callable[[RowsSoFar, int], str]
"""The rows of a comparison so far as text of a width."""


@contextmanager
def reported(
    settings: RunSettings,
    *,
    verbose: bool,
    quiet: bool = False,
    interrupted: str = _INTERRUPTED,
    rows: RowsText | None = None,
) -> Iterator[RunOptions]:
    """The options of a run whose progress is shown, and which is recorded as this command line.

    Args:
        settings: How cells are measured.
        verbose: Whether every command that is run is shown.
        quiet: Whether no progress is shown.
        interrupted: What is said when the user interrupts it.
        rows: The table of what has been measured, to be shown as it grows on a terminal.
    """
    with ProgressReporter(interrupted, quiet=quiet, rows=rows) as reporter:
        yield RunOptions(
            **dict(settings),
            command=command_line(),
            event_handler=reporter,
            echo=message if verbose else None,
        )


class ProgressReporter:
    """An event handler that shows an experiment on the terminal, or as plain lines where there is none.

    A user's interrupt inside of it ends the program with ``interrupted`` and an exit code of its own: Typer's
    own handling would say no more than "Aborted".
    """

    def __init__(
        self, interrupted: str = _INTERRUPTED, *, quiet: bool = False, rows: RowsText | None = None
    ) -> None:
        self._interrupted = interrupted
        self._quiet = quiet
        self._text_of_rows = rows
        self._console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
        self._is_live = self._console.is_terminal and not quiet
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[what]}", markup=False),
            TimeElapsedColumn(),
            console=self._console,
            auto_refresh=False,
        )
        self._bars: dict[str, TaskID] = {}
        self._started = time.monotonic()
        self._left = TimeLeft()
        self._rows: RowsSoFar | None = None
        self._total = 0
        self._ended = 0
        self._told: dict[tuple[str, str | None], dict[str, str]] = {}
        self._live = Live(
            console=self._console, transient=True, get_renderable=self._screen, refresh_per_second=4
        )

    def __enter__(self) -> "ProgressReporter":
        if self._is_live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_live:
            self._live.stop()
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            message(self._interrupted)
            raise Exit(INTERRUPTED) from None

    def _screen(self) -> RenderableType:
        """The rows so far, what is being done, and how long the rest may take."""
        parts: list[RenderableType] = []
        if self._rows is not None and self._text_of_rows is not None:
            parts.append(Text(self._text_of_rows(self._rows, self._console.width), no_wrap=True))
        if self._bars:
            parts.append(self._progress.get_renderable())
        if left := self._left.text():
            parts.append(Text(left))
        return Group(*parts)

    def __call__(self, event: Event) -> None:
        self._left.watch(event)
        match event:
            case Started(total, _):
                # What measures twice, such as the suite after a comparison, starts twice.
                self._total, self._ended = total, 0
            case BuildPlan():
                self._print(plan_sentence(event))
            case RowsSoFar():
                self._rows = event
            case TaskStarted() | TaskProgress() | TaskEnded():
                self._show_task(event)
            case Said(sentence):
                self._print(sentence)
            case CellEnded(measurement, reused):
                self._ended += 1
                if not reused and not self._is_in_rows:
                    self._tell(measurement.id, measurement.status, measurement.reason, _row(measurement))
            case PartEnded(outcomes, reused):
                self._ended += 1
                if not reused:
                    status = Status.OK if outcomes.reason is None else Status.UNAVAILABLE
                    self._tell(outcomes.id, status, outcomes.reason, _part(outcomes))

    def _show_task(self, event: TaskStarted | TaskProgress | TaskEnded) -> None:
        match event:
            case TaskStarted(title):
                self._bars[title] = self._progress.add_task(title, total=None, what="")
            case TaskProgress(title, what, done, total):
                self._progress.update(self._bars[title], completed=done, total=total or None, what=what)
            case TaskEnded(title, seconds, error):
                self._progress.remove_task(self._bars.pop(title))
                if error is not None:
                    self._print(f"{title}: failed after {seconds:.0f} s: {error}")
                elif not self._console.is_terminal and seconds >= 1:
                    self._print(f"{title}: done in {seconds:.0f} s")

    @property
    def _is_in_rows(self) -> bool:
        """Whether a cell that has ended is seen in the table."""
        return self._is_live and self._text_of_rows is not None and self._rows is not None

    def _tell(self, cell: str, status: Status, reason: str | None, line: str) -> None:
        """Tells how a cell ended; a reason is told once, and a runtime that is not there once as well."""
        runtime = cell.partition("/")[0]
        told = {} if status is Status.OK else self._told.setdefault((status, reason), {})
        if runtime in told and status in (Status.UNAVAILABLE, Status.UNSUPPORTED):
            return
        if told:
            first, cell_of_first = next(iter(told.items()))
            line = f"{cell}: {status.value}, as {first if first != runtime else cell_of_first} is"
        told.setdefault(runtime, cell)
        self._print(f"[{self._ended}/{self._total}] {self._clock()} {line}")

    def _clock(self) -> str:
        minutes, seconds = divmod(int(time.monotonic() - self._started), 60)
        return f"{minutes}:{seconds:02}"

    def _print(self, line: str) -> None:
        if self._quiet:
            return
        self._console.print(Text(escape_unprintable(line, _LONGEST_LINE)))


def _row(measurement: Measurement) -> str:
    if measurement.status is not Status.OK or measurement.size is None or measurement.run is None:
        return f"{measurement.id}: {measurement.status.value}: {measurement.reason}"
    # Of an operating system's heap nothing is known.
    peak = measurement.run.heap_peak
    return (
        f"{measurement.id}: ok, .text {measurement.size.text:,} B, flash {measurement.size.flash:,} B, "
        f"{'' if peak is None else f'heap peak {peak:,} B, '}"
        f"{_calls(measurement.run)}"
    )


def _calls(run: Run) -> str:
    """What a warm call takes, or the only one."""
    counts = run.instructions
    if counts.region is not None:
        return f"{counts.region:,} instructions in the region of interest"
    if len(run.calls) == 1 and counts.call is None:
        return f"{counts.first_call or 0:,} instructions in the call"
    return f"{counts.call or 0:,} instructions a call"


def _part(part: PartOutcomes) -> str:
    if part.reason is not None:
        return f"{part.id}: {part.reason}"
    letters = "".join(file.outcomes for file in part.files)
    passed = letters.count(AssertionOutcome.PASSED.letter)
    return f"{part.id}: {passed:,} of {counted(len(letters), 'assertion')} hold"
