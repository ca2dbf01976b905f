"""Progress on stderr: a bar for every running task, and a line for every cell that has ended."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text
from typer import Exit

from wasmfit.events import (
    CellEnded,
    Event,
    PartEnded,
    Said,
    Started,
    TaskEnded,
    TaskProgress,
    TaskStarted,
)
from wasmfit.model import AssertionOutcome, Measurement, PartOutcomes, Status
from wasmfit.requests import RunOptions, RunSettings
from wasmfit.words import escape_unprintable

from .output import command_line, message

INTERRUPTED = 130
"""Exit code of a program that its user interrupted, as shells have it."""

_INTERRUPTED = "Interrupted. Finished cells are stored; the same command goes on where this one stopped."
_LONGEST_LINE = 1000


@contextmanager
def reported(
    settings: RunSettings, *, verbose: bool, interrupted: str = _INTERRUPTED
) -> Iterator[RunOptions]:
    """The options of a run whose progress is shown, and which is recorded as this command line.

    Args:
        settings: How cells are measured.
        verbose: Whether every command that is run is shown.
        interrupted: What is said when the user interrupts it.
    """
    with ProgressReporter(interrupted) as reporter:
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

    def __init__(self, interrupted: str = _INTERRUPTED) -> None:
        self._interrupted = interrupted
        self._console = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[what]}", markup=False),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._bars: dict[str, TaskID] = {}
        self._started = time.monotonic()
        self._total = 0
        self._ended = 0
        self._told: set[tuple[str, str, str | None]] = set()

    def __enter__(self) -> "ProgressReporter":
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()
        if kind is not None and issubclass(kind, KeyboardInterrupt):
            message(self._interrupted)
            raise Exit(INTERRUPTED) from None

    def __call__(self, event: Event) -> None:
        match event:
            case Started(total, _):
                self._total = total
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
            case Said(sentence):
                self._print(sentence)
            case CellEnded(measurement, reused):
                self._ended += 1
                if not reused and self._is_news(measurement):
                    self._print(f"[{self._ended}/{self._total}] {self._clock()} {_row(measurement)}")
            case PartEnded(outcomes, reused):
                self._ended += 1
                if not reused:
                    self._print(f"[{self._ended}/{self._total}] {self._clock()} {_part(outcomes)}")

    def _is_news(self, measurement: Measurement) -> bool:
        """Whether it is worth a line: what is said of a runtime's every cell is said once."""
        if measurement.status not in (Status.UNAVAILABLE, Status.UNSUPPORTED):
            return True
        what = measurement.runtime, measurement.version, measurement.reason
        is_news = what not in self._told
        self._told.add(what)
        return is_news

    def _clock(self) -> str:
        minutes, seconds = divmod(int(time.monotonic() - self._started), 60)
        return f"{minutes}:{seconds:02}"

    def _print(self, line: str) -> None:
        self._console.print(Text(escape_unprintable(line, _LONGEST_LINE)))


def _row(measurement: Measurement) -> str:
    if measurement.status is not Status.OK or measurement.size is None or measurement.run is None:
        return f"{measurement.id}: {measurement.status.value}: {measurement.reason}"
    return (
        f"{measurement.id}: ok, .text {measurement.size.text:,} B, flash {measurement.size.flash:,} B, "
        f"heap peak {measurement.run.heap_peak or 0:,} B, "
        f"{measurement.run.instructions.call or 0:,} instructions a call"
    )


def _part(part: PartOutcomes) -> str:
    if part.reason is not None:
        return f"{part.id}: {part.reason}"
    letters = "".join(file.outcomes for file in part.files)
    return f"{part.id}: {letters.count(AssertionOutcome.PASSED.letter):,} of {len(letters):,} assertions hold"
