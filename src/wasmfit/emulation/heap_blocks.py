"""The blocks of the heap: who asked for what was in use when most was.

An image is run twice. First with a plugin (``plugin/heap``), which follows calls and says from where blocks
were asked for and given back, in order. Then QEMU also logs the registers at these places, and where the
allocator returns to: sizes and addresses. Runs are repeatable, so that the two lists belong together entry by
entry.

Which registers hold size and address is the compiler's choice, since the functions are local to the image. It
is found by trying: with the right ones, the bytes in use come to the peaks that the firmware has counted
itself.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wasmfit.elf.names.demangle import demangle
from wasmfit.errors import WasmfitError
from wasmfit.model import Board
from wasmfit.words import hexadecimal

from . import machine, symbols
from .channel import Channel
from .fence import unfenced
from .machine import QemuRunner
from .plugins import SOURCES
from .symbols import PHASES, Symbols

HEAP_PLUGIN = SOURCES / "heap"
"""Sources of the plugin that follows the heap."""

LINEAR_BYTES = 65_536
"""Blocks of so many bytes or more are taken for linear memory, as the harness takes them."""

_TAKE = re.compile(r"harness::heap::Counting>?::take$")
_GIVE = re.compile(r"embedded_alloc::tlsf::Heap as core::alloc::(global::)?GlobalAlloc>::dealloc$")

_HEADER = "heap 1"
_LOG = "registers"
_MOST_RECORD_BYTES = 256 * 1024 * 1024
_MOST_LOG_BYTES = 1024 * 1024 * 1024
_ARGUMENTS = 4
"""Arguments that the calling conventions of both instruction sets pass in registers."""


class HeapTraceError(WasmfitError):
    """The heap of this image cannot be followed."""

    exit_code = 1


@dataclass(frozen=True)
class Asked:
    """The allocator was asked for a block.

    Attributes:
        phase: The phase that it was in.
        callers: Where its callers go on, innermost first.
    """

    phase: str
    callers: tuple[int, ...]


@dataclass(frozen=True)
class GivenBack:
    """The allocator was given a block back."""


@dataclass(frozen=True)
class HeapEvents:
    """What the plugin has recorded.

    Attributes:
        started: Whether it ran at all.
        events: What happened, in order.
        ended: The last line: ``end``, ``limit``, ``fenced CALL`` or ``unfenced``; ``None`` if none is there.
    """

    started: bool
    events: tuple[Asked | GivenBack, ...]
    ended: str | None


@dataclass(frozen=True)
class LoggedRegisters:
    """The registers at one place: where that is, the address to return to, and the first four arguments."""

    pc: int
    back: int
    arguments: tuple[int, ...]


@dataclass(frozen=True)
class Block:
    """A block of the heap.

    Attributes:
        size: Bytes that were asked for.
        phase: When: ``start``, ``load``, ``instantiate`` or ``call``.
        callers: Names of the functions that asked for it, innermost first; ``None`` where no symbol is.
    """

    size: int
    phase: str
    callers: tuple[str | None, ...]


@dataclass(frozen=True)
class HeapTrace:
    """What was in use when most was.

    Attributes:
        ordinary: Blocks when most of the heap was in use, linear memory left out. They add up to the peak.
        linear: Blocks of linear memory when most of that was in use, which need not be at the same time.
    """

    ordinary: tuple[Block, ...]
    linear: tuple[Block, ...]


def trace(elf: Path, runner: QemuRunner, *, instructions: int, seconds: float) -> HeapTrace:
    """Runs an image twice and puts together what was in use when most was.

    Args:
        runner: What runs it, with the plugin :data:`HEAP_PLUGIN`.
        instructions: After which it is given up.
        seconds: The safety net.

    Raises:
        HeapTraceError: Its heap is not the harness's, or cannot be followed.
        MissingToolError: There is no emulator, or none that takes the plugin.
    """
    image = symbols.read(elf)
    take, give = _function(image, _TAKE), _function(image, _GIVE)

    def arguments(folder: Path) -> list[str]:
        return [
            f"out={folder / machine.RECORD}",
            f"isa={runner.board.emulator.isa}",
            f"take={hexadecimal(take)}",
            f"give={hexadecimal(give)}",
            *image.mark_arguments,
            f"limit={instructions}",
        ]

    def run(runner: QemuRunner, writes: dict[str, int]) -> tuple[HeapEvents, Channel, str]:
        channel = Channel()
        ended = runner.run(
            elf,
            arguments,
            seconds=seconds,
            on_line=channel.take,
            writes={machine.RECORD: _MOST_RECORD_BYTES, **writes},
        )
        recorded = parse_record(ended.record)
        if not recorded.started:
            raise runner.refused(ended)
        if recorded.ended == "unfenced":
            raise unfenced()
        if recorded.ended != "end":
            raise HeapTraceError(
                f"The run with its heap followed does not end: {recorded.ended or 'no end'}."
            )
        return recorded, channel, ended.written.get(_LOG, "")

    recorded, channel, _ = run(runner, {})
    heap = channel.report().heap
    if heap is None:
        raise HeapTraceError("The firmware does not say how much of the heap it has used.")
    returns = sorted({one.callers[0] for one in recorded.events if isinstance(one, Asked) and one.callers})
    logging = replace(runner, board=_logs(runner, (take, give, *returns)))
    again, _, log = run(logging, {_LOG: _MOST_LOG_BYTES})
    if again != recorded:
        raise HeapTraceError(
            "Two runs of the image have asked for other blocks: its heap cannot be followed."
        )
    changes = matched(recorded.events, parse_log(log), take, give)
    ordinary, linear = live_at_peaks(changes, heap.peak, heap.linear_peak)
    return HeapTrace(_named(ordinary, image), _named(linear, image))


def _function(image: Symbols, pattern: re.Pattern[str]) -> int:
    found = [one.address for one in image.functions if pattern.search(demangle(one.name))]
    if len(found) != 1:
        raise HeapTraceError(
            "The image has no allocator of the harness's that can be followed.",
            "On bare, with the profiles of the catalogue, images have it.",
        )
    return found[0]


def _logs(runner: QemuRunner, places: Sequence[int]) -> Board:
    """The board, whose emulator also logs registers at these addresses.

    Blocks of code are not chained to one another, since QEMU logs where it looks for the next one.
    """
    emulator = runner.board.emulator
    where = ",".join(f"{hexadecimal(place)}+2" for place in places)
    options = (*emulator.options, "-d", "cpu,nochain", "-dfilter", where, "-D", _LOG)
    return runner.board.model_copy(update={"emulator": emulator.model_copy(update={"options": options})})


def parse_record(text: str) -> HeapEvents:
    """Reads the plugin's record, which may be cut short anywhere."""
    lines = text.splitlines()
    if not lines or lines[0] != _HEADER:
        return HeapEvents(False, (), None)
    events: list[Asked | GivenBack] = []
    phase = "start"
    for line in lines[1:]:
        match line.split():
            case ["take", *callers]:
                try:
                    events.append(Asked(phase, tuple(int(caller, 16) for caller in callers)))
                except ValueError:
                    break
            case ["give"]:
                events.append(GivenBack())
            case ["mark", number] if number.isdecimal() and 0 < int(number) <= len(PHASES):
                phase = PHASES[int(number) - 1]
            case ["end"] | ["limit"] | ["unfenced"] | ["fenced", _]:
                return HeapEvents(True, tuple(events), line)
            case _:
                break
    return HeapEvents(True, tuple(events), None)


_ARM_ENTRY = re.compile(
    r"R00=([0-9a-f]{8}) R01=([0-9a-f]{8}) R02=([0-9a-f]{8}) R03=([0-9a-f]{8})\s"
    r"(?:R\d\d=[0-9a-f]{8}\s){10}R14=([0-9a-f]{8}) R15=([0-9a-f]{8})"
)
_RISCV_ENTRY = re.compile(
    r"\bpc +([0-9a-f]{8})\s(?:(?! pc ).)*?x1/ra +([0-9a-f]{8})\s(?:(?! pc ).)*?"
    r"x10/a0 +([0-9a-f]{8}) x11/a1 +([0-9a-f]{8})\s+x12/a2 +([0-9a-f]{8}) x13/a3 +([0-9a-f]{8})",
    re.DOTALL,
)


def parse_log(text: str) -> Iterator[LoggedRegisters]:
    """Reads the entries of QEMU's log of registers, of either instruction set."""
    for entry in _ARM_ENTRY.finditer(text):
        *arguments, back, pc = (int(word, 16) for word in entry.groups())
        yield LoggedRegisters(pc, back & ~1, tuple(arguments))
    for entry in _RISCV_ENTRY.finditer(text):
        pc, back, *arguments = (int(word, 16) for word in entry.groups())
        yield LoggedRegisters(pc, back & ~1, tuple(arguments))


@dataclass(frozen=True)
class _Change:
    """What happened to the heap: with the arguments, and for a block that was asked for, its address."""

    event: Asked | GivenBack
    arguments: tuple[int, ...]
    address: int = 0


def matched(
    events: Sequence[Asked | GivenBack], log: Iterator[LoggedRegisters], take: int, give: int
) -> tuple[_Change, ...]:
    """The events with their registers.

    Raises:
        HeapTraceError: Record and log do not belong together.
    """
    changes: list[_Change] = []
    entered: LoggedRegisters | None = None
    left = iter(events)
    for one in log:
        if one.pc in (take, give):
            event = next(left, None)
            if event is None or isinstance(event, Asked) != (one.pc == take) or entered is not None:
                raise _apart()
            if one.pc == take:
                entered = one
                asked = event
            else:
                changes.append(_Change(event, one.arguments))
        elif entered is not None and one.pc == entered.back:
            changes.append(_Change(asked, entered.arguments, one.arguments[0]))
            entered = None
    if next(left, None) is not None or entered is not None:
        raise _apart()
    return tuple(changes)


def _apart() -> HeapTraceError:
    return HeapTraceError(
        "The emulator's log of registers is not one of this run: its heap cannot be followed."
    )


_Live = tuple[tuple[int, Asked], ...]


def live_at_peaks(changes: Sequence[_Change], peak: int, linear_peak: int) -> tuple[_Live, _Live]:
    """Sizes and origins of what was in use when most was: ordinary blocks, and those of linear memory.

    Args:
        peak, linear_peak: Bytes that the firmware counted, which tell the right registers.

    Raises:
        HeapTraceError: With no registers do the blocks come to these peaks.
    """
    at_address = max(range(_ARGUMENTS), key=lambda place: _gives_known(changes, place))
    for at_size in range(_ARGUMENTS):
        ordinary = _at_peak(changes, at_size, at_address, lambda size: size < LINEAR_BYTES)
        linear = _at_peak(changes, at_size, at_address, lambda size: size >= LINEAR_BYTES)
        if (_bytes(ordinary), _bytes(linear)) == (peak, linear_peak):
            return ordinary, linear
    raise HeapTraceError(
        f"The blocks that were seen do not come to the peak of {peak:,} B that the firmware counted: "
        "its heap cannot be followed."
    )


def _bytes(live: _Live) -> int:
    return sum(size for size, _ in live)


def _gives_known(changes: Sequence[_Change], place: int) -> int:
    """How often a block is given back whose address is in this argument."""
    known: set[int] = set()
    count = 0
    for change in changes:
        if isinstance(change.event, Asked):
            known.add(change.address)
        elif change.arguments[place] in known:
            known.discard(change.arguments[place])
            count += 1
    return count


def _at_peak(
    changes: Sequence[_Change], at_size: int, at_address: int, counts: Callable[[int], bool]
) -> _Live:
    """What was in use when most was for the first time, of the blocks that count."""
    live: dict[int, tuple[int, Asked]] = {}
    used = most = most_at = 0
    steps = list(_steps(changes, at_size, at_address, counts))
    for number, (address, block) in enumerate(steps, 1):
        used -= live.pop(address, (0, None))[0]
        if block is not None:
            live[address] = block
            used += block[0]
            if used > most:
                most, most_at = used, number
    live.clear()
    for address, block in itertools.islice(steps, most_at):
        live.pop(address, None)
        if block is not None:
            live[address] = block
    return tuple(live.values())


def _steps(
    changes: Sequence[_Change], at_size: int, at_address: int, counts: Callable[[int], bool]
) -> Iterator[tuple[int, tuple[int, Asked] | None]]:
    """Address → the block that begins there now, or nothing where one ends."""
    for change in changes:
        if isinstance(change.event, GivenBack):
            yield change.arguments[at_address], None
        elif change.address and counts(change.arguments[at_size]):
            yield change.address, (change.arguments[at_size], change.event)


def _named(live: _Live, image: Symbols) -> tuple[Block, ...]:
    names: dict[int, str | None] = {}

    def name(caller: int) -> str | None:
        if caller not in names:
            # A call may be its function's last instruction: the next one is another's then.
            symbol = image.function_at(caller - 1)
            names[caller] = None if symbol is None else demangle(symbol)
        return names[caller]

    return tuple(Block(size, asked.phase, tuple(map(name, asked.callers))) for size, asked in live)
