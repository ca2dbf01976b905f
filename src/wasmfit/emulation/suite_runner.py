"""Running an image that replays records from a file: answers as they come, and how the run ended."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from wasmfit.model import Board
from wasmfit.words import counted, escape_unprintable, hexadecimal

from . import faults, machine, symbols
from .channel import Channel, Report
from .classification import REACHED
from .fence import unfenced
from .machine import QemuRunner
from .plugins import SOURCES
from .symbols import Symbols

WATCHDOG = SOURCES / "guard"
"""Sources of the plugin that watches over the run."""

RECORDS = "suite"
"""Name of the file that the firmware opens."""

ANSWER = "="
"""What the lines begin with that are answers."""

_HEADER = "guard 1"
_LAST = 0xFFFF_FFFF
_MOST_RECORD_BYTES = 1 << 20
_TICKS = ("call", "idle")


class SuiteEnd(StrEnum):
    """How a run ended.

    Attributes:
        WHOLE: It came to the end of the records.
        CRASHED: A fault, a panic, an out-of-bounds store, or silence.
        OUT_OF_MEMORY: It gave up because the heap refused a request.
        TIMED_OUT: One piece of work took more than its budget.
    """

    WHOLE = "whole"
    CRASHED = "crashed"
    OUT_OF_MEMORY = "out-of-memory"
    TIMED_OUT = "timed-out"


@dataclass(frozen=True)
class SuiteRun:
    """A run.

    Attributes:
        ended: How it ended.
        words: Why, unless it is whole.
        instructions: All instructions that it took; ``None`` where the emulator died.
        seconds: Wall-clock time.
        ticks: Instructions executed when the firmware passed the marks ``call`` and ``idle``, in turn.
    """

    ended: SuiteEnd
    words: str
    instructions: int | None
    seconds: float
    ticks: tuple[int, ...] = ()


@dataclass(frozen=True)
class WatchdogRecord:
    """The plugin's record: how the run ended (``end``, ``limit``, ``stray``, ``fenced``, ``unfenced``).

    ``address`` and ``pc`` are of a stray store, ``call`` is what the fence has stopped.
    """

    started: bool = False
    word: str | None = None
    total: int | None = None
    address: int = 0
    pc: int = 0
    ticks: tuple[int, ...] = ()
    call: str = ""


def parse(text: str) -> WatchdogRecord:
    """Reads a record, which may be cut short anywhere."""
    lines = text.splitlines()
    if not lines or lines[0] != _HEADER:
        return WatchdogRecord()
    ticks: list[int] = []
    try:
        for line in lines[1:]:
            match line.split():
                case ["tick", total]:
                    ticks.append(int(total))
                case [("end" | "limit" | "unfenced") as word, total]:
                    return WatchdogRecord(True, word, int(total), ticks=tuple(ticks))
                case ["fenced", total, call]:
                    return WatchdogRecord(True, "fenced", int(total), ticks=tuple(ticks), call=call)
                case ["stray", total, address, pc]:
                    return WatchdogRecord(
                        True, "stray", int(total), int(address, 0), int(pc, 0), tuple(ticks)
                    )
                case _:
                    break
    except ValueError:
        pass
    return WatchdogRecord(started=True, ticks=tuple(ticks))


def run_suite(
    elf: Path,
    runner: QemuRunner,
    records: bytes,
    *,
    budget: int,
    seconds: float,
    on_answer: Callable[[str], None],
) -> SuiteRun:
    """Runs an image, in the emulated machine's whole memory, over records.

    Args:
        elf: The image, linked to :attr:`wasmfit.model.Board.spacious`.
        runner: What runs it, with the plugin :data:`WATCHDOG`.
        records: What the image reads.
        budget: Instructions that it may take from one dropping of everything to the next.
        seconds: The safety net for what executes none.
        on_answer: Called with each answer as it comes, without what it begins with.

    Raises:
        MissingToolError: There is no emulator, or none that can be watched.
        UsageError: The file is not an image of wasmfit's.
        ChildCancelledError: The runner was told to stop.
    """
    board, image, channel = runner.board, symbols.read(elf), Channel()

    def take(line: str) -> None:
        if line.startswith(ANSWER):
            on_answer(line[len(ANSWER) :])
        else:
            channel.take(line)

    run = runner.run(
        elf,
        lambda folder: _arguments(board, image, folder / machine.RECORD, budget),
        seconds=seconds,
        on_line=take,
        reads={RECORDS: records},
        writes={machine.RECORD: _MOST_RECORD_BYTES},
        keep_stdout=False,
    )
    recorded_end = parse(run.record)
    if not recorded_end.started:
        raise runner.refused(run)
    if recorded_end.word == "unfenced":
        raise unfenced()
    if not run.in_time:
        ended, words = SuiteEnd.TIMED_OUT, f"no end after {seconds:g} s"
    elif recorded_end.word == "limit":
        ended, words = SuiteEnd.TIMED_OUT, f"no end after {budget:,} instructions"
    else:
        ended, words = _ending(board, image, recorded_end, channel.report(), run.last_words)
    return SuiteRun(ended, words, recorded_end.total, run.seconds, recorded_end.ticks)


def _arguments(board: Board, image: Symbols, record: Path, budget: int) -> list[str]:
    ram = board.spacious.ram
    begin = image.marks.get("load", 0)
    return [
        f"out={record}",
        f"isa={board.emulator.isa}",
        f"reads={RECORDS}",
        f"begin={hexadecimal(begin)}",
        f"each={budget}",
        *(f"tick={hexadecimal(image.marks[mark])}" for mark in _TICKS if mark in image.marks),
        f"ram={hexadecimal(ram.origin)}:{hexadecimal(ram.end)}",
        *(
            f"memory={hexadecimal(region.origin)}:{hexadecimal(min(region.end, _LAST))}"
            for region in board.emulator.memory
        ),
    ]


def _ending(
    board: Board, image: Symbols, recorded_end: WatchdogRecord, report: Report, last_words: str | None
) -> tuple[SuiteEnd, str]:
    """What became of a run that ended by itself, or by an out-of-bounds store."""
    if recorded_end.word == "fenced":
        return SuiteEnd.CRASHED, REACHED.format(call=escape_unprintable(recorded_end.call))
    if recorded_end.word == "stray":
        return SuiteEnd.CRASHED, _stray(board, image, recorded_end)
    registers = faults.read(report)
    if registers is not None and faults.overflows(registers, image.stack):
        return SuiteEnd.CRASHED, faults.explain(registers, image.stack, image.function_at).text
    if report.end in ("fail", "panic", "fault") and report.heap is not None and report.heap.refused:
        return SuiteEnd.OUT_OF_MEMORY, f"no {report.heap.refused:,} bytes in one piece left on the heap"
    match report.end:
        case "ok":
            return SuiteEnd.WHOLE, ""
        case "fault" if registers is not None:
            return SuiteEnd.CRASHED, faults.explain(registers, image.stack, image.function_at).text
        case "fault":
            return SuiteEnd.CRASHED, "a fault, whose registers did not arrive"
        case "panic":
            return SuiteEnd.CRASHED, f"panicked at {report.panic}" if report.panic else "panicked"
        case "fail":
            return SuiteEnd.CRASHED, report.failure or "gave up without a reason"
    if last_words is not None and last_words.startswith("Lockup"):
        return SuiteEnd.CRASHED, "the core locked up: a fault with no way to handle it"
    return (
        SuiteEnd.CRASHED,
        f"the emulator gave up: {last_words}" if last_words else "ended without saying how",
    )


def _stray(board: Board, image: Symbols, recorded_end: WatchdogRecord) -> str:
    name = image.function_at(recorded_end.pc)
    where = f"at {hexadecimal(recorded_end.pc)}" if name is None else f"in {escape_unprintable(name)}"
    if faults.below(image.stack, recorded_end.address):
        depth = image.stack.origin - recorded_end.address
        return (
            f"stack overflow: wrote {counted(depth, 'byte')} below the stack of {image.stack.size:,}, {where}"
        )
    kind = "to flash" if board.spacious.flash.holds(recorded_end.address) else "outside RAM"
    return f"wrote {kind}, to {hexadecimal(recorded_end.address)}, {where}"
