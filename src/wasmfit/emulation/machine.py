"""Running an image in QEMU with a plugin: the one place where an emulator is started to measure something."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wasmfit.errors import MissingToolError
from wasmfit.model import Board, Signature, UserCall, WorkloadCall
from wasmfit.toolchain import ChildTimeoutError, ProcessRunner

from . import qemu, recorded
from .fence import has_fence
from .watching import Tell, watched

RECORD = "record"
"""Name of the file that a plugin writes."""


@dataclass(frozen=True)
class ExpectedCalls:
    """The calls that an image's job makes, and what must come of them.

    Attributes:
        calls: Arguments, for the reasons given, and independently computed results.
        signature: The export's, where the calls are of a module of the user's.
        imports: Names of the imports that stubs answer, in the order of the job.
        order: All calls in order, those included that prepare: whether each is measured, and its text.
        trap_words: How the runtime's words for a trap begin, where it also refuses code in a call.
        refusals: Part of the runtime's words for a refusal → what usually helps.
        advice: What may help where it has other words.
        reads_time: Whether marks within a call are readings of a clock, and no region of interest.
    """

    calls: Sequence[WorkloadCall | UserCall] = ()
    signature: Signature | None = None
    imports: Sequence[str] = ()
    order: Sequence[tuple[bool, str]] = ()
    trap_words: str | None = None
    refusals: Mapping[str, str] = field(default_factory=dict)
    advice: str | None = None
    reads_time: bool = False


@dataclass(frozen=True)
class QemuRun:
    """A run that has ended.

    Attributes:
        written: File → what it wrote into it; nothing where it died before.
        seconds: Wall-clock time.
        in_time: Whether it ended by itself.
        last_words: What it said last, of its own troubles.
    """

    written: Mapping[str, str]
    seconds: float
    in_time: bool
    last_words: str | None

    @property
    def record(self) -> str:
        """What the plugin recorded."""
        return self.written[RECORD]


@dataclass(frozen=True)
class QemuRunner:
    """A board's emulator with a plugin.

    Attributes:
        board: The board.
        plugin: The compiled plugin; see :func:`wasmfit.emulation.plugins.compiled`.
        runner: Starts it.
        log: Appended to: the command, and everything the image and the emulator say.
        fence: Whether images run inside the fence, or not at all.
        tell: Told how far a long run is.
    """

    board: Board
    plugin: Path
    runner: ProcessRunner
    log: Path | None = None
    fence: bool = field(default_factory=has_fence)
    tell: Tell | None = None

    def run(
        self,
        elf: Path,
        arguments: Callable[[Path], Sequence[str]],
        *,
        seconds: float,
        on_line: Callable[[str], None],
        reads: Mapping[str, bytes] = {},
        writes: Mapping[str, int],
        keep_stdout: bool = True,
    ) -> QemuRun:
        """Runs an image in a folder of its own.

        Args:
            elf: The image.
            arguments: The plugin's, given that folder.
            seconds: The time limit.
            on_line: Called with each line that the image writes.
            reads: File → content, of those that are to be in the folder.
            writes: File → bytes that are read of it at most.
            keep_stdout: Whether what the image writes is kept for the last words too.

        Raises:
            MissingToolError: There is no such emulator.
            ChildCancelledError: The runner was told to stop.
        """
        with tempfile.TemporaryDirectory(prefix="wasmfit-") as name:
            folder = Path(name)
            for file, content in reads.items():
                (folder / file).write_bytes(content)
            command = qemu.command(
                self.board.emulator,
                elf.absolute(),
                self.plugin,
                [*arguments(folder), *(["fence=1"] if self.fence else [])],
            )
            in_time = True
            try:
                with watched(folder / RECORD, self.tell):
                    finished = self.runner.run(
                        command,
                        timeout=seconds,
                        cwd=folder,
                        log=self.log,
                        on_line=on_line,
                        keep_stdout=keep_stdout,
                    )
            except ChildTimeoutError as error:
                finished, in_time = error.finished, False
            except MissingToolError as error:
                raise MissingToolError(
                    f"The emulator {command[0]} is not installed.", qemu.remedy(command[0])
                ) from error
            written = {file: recorded.text(folder / file, most) for file, most in writes.items()}
        return QemuRun(written, finished.seconds, in_time, qemu.last_words(finished.output))

    def refused(self, run: QemuRun) -> MissingToolError:
        """The error of an emulator that has not run the plugin."""
        name, why = self.board.emulator.qemu, run.last_words or "no reason given"
        return MissingToolError(
            f"{name} does not run wasmfit's plugin: {why}.",
            f"QEMU 7.2 or later with TCG plugins is needed. {qemu.remedy(name)}",
        )
