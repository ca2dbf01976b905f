"""Measuring an image on a board: flash it, run it often enough, hold its results against the emulator's."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wasmfit.emulation import symbols
from wasmfit.model import Board, BoardMeasurement, Run, Status
from wasmfit.toolchain import ProcessRunner

from .cores import CORES
from .errors import BoardError
from .probe_rs import Probe, ProbeRs, Served, choose, reason
from .remote import Remote, RemoteError
from .run import OneRun, run_once
from .summary import settled, summarised

FEWEST_RUNS, MOST_RUNS = 5, 30
WITHIN = 0.01
"""Runs go on until every phase's interval is within this part of its mean, or there are enough."""

_SECONDS = 120.0


@dataclass(frozen=True)
class BoardRunner:
    """A board on a probe; one image at a time.

    Attributes:
        tool: probe-rs.
        probe: The probe.
    """

    tool: ProbeRs
    probe: Probe
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @staticmethod
    def find(runner: ProcessRunner, selector: str | None) -> BoardRunner:
        """The board on the probe that the user means.

        Raises:
            MissingToolError: There is no probe-rs, or no probe.
            UsageError: The selector does not name one probe.
        """
        tool = ProbeRs.find(runner)
        return BoardRunner(tool, choose(tool.probes(), selector))

    def measure(self, image: Path, board: Board, run: Run, log: Path | None) -> BoardMeasurement:
        """Flashes an image and measures it.

        Args:
            image: The ELF, at the board's own addresses.
            board: The board that must be on the probe.
            run: Its execution in the emulator, whose results were checked.

        Raises:
            BoardError: It cannot be flashed or run, or its results are others.
        """
        chip = board.probe_rs_chip
        with self._turn:
            flashed = self.tool.flash(image, chip, self.probe, log)
            with self.tool.server(chip, self.probe, log) as (port, served):
                try:
                    runs = self._runs(port, served, image, board, run)
                except RemoteError as error:
                    words = str(error) if served.finished is None else reason(served.finished)
                    raise BoardError(f"the board cannot be reached: {words}") from error
        return summarised(
            runs,
            probe=f"{self.probe.name} ({self.probe.selector})",
            chip=chip,
            clock_hz=board.clock_hz,
            flashed=flashed.bytes if flashed else None,
        )

    def _runs(self, port: int, served: Served, image: Path, board: Board, run: Run) -> list[OneRun]:
        known, core = symbols.read(image), CORES[board.emulator.isa]
        cancelled = self.tool.runner.cancel.is_set

        remote = Remote.connect(port, alive=served.runs)

        def once() -> OneRun:
            remote.monitor("reset halt")
            return run_once(remote, core, known, seconds=_SECONDS, cancelled=cancelled)

        try:
            return often_enough(once, run)
        finally:
            remote.close()


def often_enough(once: Callable[[], OneRun], run: Run) -> list[OneRun]:
    """Runs until the figures are narrow enough; each run must give the results that are known to be right.

    Raises:
        BoardError: One does not.
    """
    runs: list[OneRun] = []
    while len(runs) < FEWEST_RUNS or (len(runs) < MOST_RUNS and not settled(runs, WITHIN)):
        runs.append(once())
        _check(runs[-1], run)
    return runs


def _check(once: OneRun, run: Run) -> None:
    """Makes sure that a run ended well and gave the results that the emulator gave."""
    report = once.report
    if not once.finished:
        raise BoardError("on the board, it did not come to its end", Status.TIMEOUT)
    if report.end != "ok":
        words = report.failure or report.panic or report.end or "no reason"
        raise BoardError(f"on the board, it ended in phase {report.phase}: {words}")
    expected: Sequence[object]
    got: Sequence[object]
    if run.calls and run.calls[0].results is not None:
        expected, got = [call.results for call in run.calls], report.values
    else:
        expected, got = [call.result for call in run.calls], report.results
    if list(got) != list(expected):
        raise BoardError("on the board, its results are others than in the emulator", Status.WRONG_RESULT)
