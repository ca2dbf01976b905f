"""Running an image in the emulator, and what is learned from it."""

from __future__ import annotations

import shutil
import struct
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import Field

from wasmfit.model import (
    OF_THE_CACHE,
    Activities,
    Activity,
    Board,
    CheckedCall,
    HeapUse,
    InstructionCounts,
    Kept,
    Leak,
    Logged,
    OutBuffer,
    ReadBuffer,
    Requests,
    Run,
    Signature,
    StackPeaks,
    Status,
    UserCall,
    WorkloadCall,
)
from wasmfit.model.base import Record
from wasmfit.words import escape_unprintable

from . import counter, counts, machine, profile, symbols
from .channel import Channel, Log, Report
from .classification import RunTrace, buffers_of, classify_run, is_held, is_right, listed
from .counts import WITHIN_CALL, Counts, Measures, Passage
from .faults import NameOf
from .fence import unfenced
from .machine import ExpectedCalls, QemuRunner
from .profile import CallProfile
from .symbols import Symbols

T = TypeVar("T")

_CALLS = frozenset({"call", *WITHIN_CALL})
_MEASURED = frozenset({"load", "instantiate"}) | _CALLS
_LONGEST_LOG = 400
_FUNCTIONS, _PROFILE = "functions", "profile"
"""Names of the files with the functions' addresses, and for the profile."""

_MOST_RECORD_BYTES = 16 * 1024 * 1024
_MOST_PROFILE_BYTES = 256 * 1024 * 1024


class RunLimits(Record):
    """When a run is given up.

    Attributes:
        instructions: After so many executed instructions. The same on every machine.
        seconds: After so many seconds: the safety net for what executes none, as a core that sleeps.
    """

    instructions: int = Field(default=2_000_000_000, gt=0)
    seconds: float = Field(default=120.0, gt=0)


DEFAULT_LIMITS = RunLimits()


class FailedAllocation(Record):
    """A request that the heap refused last, in bytes, and what was in use at the end."""

    size: int
    in_use: int


class Execution(Record):
    """A run of an image.

    Attributes:
        status: How it ended.
        reason: One line that says why, unless it is ``ok``.
        phase: The phase it ended in: ``start``, ``load``, ``instantiate``, ``call``, ``idle`` or ``done``.
        run: The figures, as far as it came. They count only if the status is ``ok``.
        instructions: All instructions executed from reset to the end; ``None`` where the emulator died.
        stack_deepest: Deepest use of the stack in bytes from reset to the end, what the harness does and what
            drops the runtime included; ``None`` likewise.
        refused: The request that the heap refused, if the phase that it ended in had one.
        seconds: Wall-clock time of the emulation.
        readings: What the core did before each reading of a marked clock, since the one before.
        profile: The tree of calls, if it was asked for.
    """

    status: Status
    reason: str | None
    phase: str
    run: Run
    instructions: int | None
    stack_deepest: int | None
    refused: FailedAllocation | None
    seconds: float
    readings: tuple[Activity, ...] = ()
    profile: CallProfile | None = None

    def with_figures(self, **figures: object) -> Execution:
        """The execution with other figures of its run, or more of them; by their names in :class:`Run`."""
        return self.model_copy(update={"run": self.run.model_copy(update=figures)})


def execute(
    elf: Path,
    runner: QemuRunner,
    expected: ExpectedCalls,
    *,
    limits: RunLimits = DEFAULT_LIMITS,
    name_of: NameOf | None = None,
    profiled: bool = False,
    plain: bool = False,
) -> Execution:
    """Runs an image for a board and checks its results.

    Args:
        elf: The image.
        runner: What runs it, with the counting plugin.
        expected: The calls that its job makes.
        limits: When it is given up.
        name_of: Tells the function at an address; without it, symbols are named as the image has them.
        profiled: Whether to follow calls as well; it takes longer and changes no figure.
        plain: Whether to leave accesses to flash unwatched, which is faster.

    Raises:
        MissingToolError: There is no emulator, or none that can count.
        UsageError: The file is not an image of wasmfit's.
        ChildCancelledError: The runner was told to stop.
    """
    return _execute(elf, runner, expected, limits, name_of=name_of, profiled=profiled, plain=plain)[0]


def _execute(
    elf: Path,
    runner: QemuRunner,
    expected: ExpectedCalls,
    limits: RunLimits,
    *,
    name_of: NameOf | None = None,
    profiled: bool = False,
    plain: bool = False,
) -> tuple[Execution, Report]:
    """The run, and what the firmware said of it."""
    board, calls, signature = runner.board, expected.calls, expected.signature
    image = symbols.read(elf)
    channel = Channel()
    run = runner.run(
        elf,
        lambda folder: counter.arguments(
            board,
            image,
            folder / machine.RECORD,
            limits.instructions,
            (folder / _FUNCTIONS, folder / _PROFILE) if profiled else None,
            plain=plain,
        ),
        seconds=limits.seconds,
        on_line=channel.take,
        reads={_FUNCTIONS: _addresses(image)} if profiled else {},
        writes={machine.RECORD: _MOST_RECORD_BYTES, **({_PROFILE: _MOST_PROFILE_BYTES} if profiled else {})},
    )
    counted = counts.parse(run.record)
    tree = profile.parse(run.written[_PROFILE], image.functions) if profiled else None
    if not counted.started:
        raise runner.refused(run)
    if counted.unfenced:
        raise unfenced()
    report = channel.report()
    verdict = classify_run(
        RunTrace(
            board=board,
            stack=image.stack,
            calls=calls,
            counts=counted,
            report=report,
            instructions=limits.instructions,
            seconds=None if run.in_time else limits.seconds,
            last_words=run.last_words,
            name_of=name_of or image.function_at,
            signature=signature,
            imports=expected.imports,
            order=expected.order,
            trap_words=expected.trap_words,
            refusals=expected.refusals,
            advice=expected.advice,
        )
    )
    execution = Execution(
        status=verdict.status,
        reason=verdict.reason,
        phase=counted.phase,
        run=_figures(image, board, expected, counted, report),
        instructions=counted.total,
        stack_deepest=None if counted.deepest is None else image.stack.end - counted.deepest,
        refused=_refused(report),
        seconds=run.seconds,
        readings=tuple(did for one in counted.readings() if (did := _activity(board, one)) is not None)
        if expected.reads_time
        else (),
        profile=tree,
    )
    return execution, report


def _addresses(image: Symbols) -> bytes:
    """The functions' addresses, as the plugin reads them."""
    return b"".join(struct.pack("=I", function.address) for function in image.functions)


def leak(
    elf: Path,
    runner: QemuRunner,
    expected: ExpectedCalls,
    *,
    rounds: int,
    rounds_at: int,
    limits: RunLimits = DEFAULT_LIMITS,
) -> Leak | None:
    """Runs an image that does everything ``rounds`` times, and says what each round leaks.

    The image is the same but for one word of its job, ``rounds_at`` bytes into it. ``None`` if it has no job.
    """
    address = symbols.read(elf).job
    with tempfile.TemporaryDirectory(prefix="wasmfit-") as folder:
        changed = Path(folder) / "rounds.elf"
        shutil.copy(elf, changed)
        if address is None or not symbols.patch(changed, address + rounds_at, rounds):
            return None
        execution, report = _execute(changed, runner, expected, limits)
    left = report.rounds
    if execution.status is not Status.OK or left is None or left.rounds != rounds:
        why = execution.reason or "it did not say what is left"
        return Leak(rounds=rounds, bytes=None, per_round=None, reason=f"{execution.status.value}: {why}")
    grown = left.last + left.last_linear - left.first - left.first_linear
    return Leak(rounds=rounds, bytes=grown, per_round=grown / (rounds - 1))


def _heap_use(report: Report) -> HeapUse | None:
    state, heap = report.heap_state, report.heap
    if state is None or heap is None or report.requests is None:
        return None
    free = state.size - state.allocated
    load, instantiate, first_call, call = report.requests
    return HeapUse(
        size=state.size,
        held=state.allocated,
        asked=state.requested,
        largest_free=state.largest_free,
        fragmentation=round(1 - min(state.largest_free, free) / free, 4) if free > 0 else 0.0,
        largest_request=state.largest_request,
        requests=Requests(load=load, instantiate=instantiate, first_call=first_call, call=call),
        left=heap.live,
        linear_left=heap.linear_live,
    )


def _refused(report: Report) -> FailedAllocation | None:
    heap = report.heap
    if heap is None or not heap.refused:
        return None
    return FailedAllocation(size=heap.refused, in_use=heap.live + heap.linear_live)


def _stack_peak(image: Symbols, counted: Counts, phases: frozenset[str]) -> int | None:
    lowest = counted.lowest_in(phases)
    return None if lowest is None else image.stack.end - lowest


def _figures(
    image: Symbols,
    board: Board,
    expected: ExpectedCalls,
    counted: Counts,
    report: Report,
) -> Run:
    calls, signature = expected.calls, expected.signature
    passages = counted.passages()
    if expected.reads_time:
        passages = tuple(replace(one, region=None, region_measures=None) for one in passages)
    measured_calls = [passage.measures for passage in passages]
    regions = [passage.region_measures for passage in passages]
    checked = tuple(_call(calls, index, passages, report, signature) for index in range(len(calls)))
    return Run(
        result=checked[0].result if checked else None,
        expected=checked[0].expected if checked else None,
        calls=checked,
        heap_peak=report.heap.peak if report.heap else None,
        logged=_logged(report),
        linear_memory=report.heap.linear_peak if report.heap else None,
        stack_peak=_stack_peak(image, counted, _MEASURED),
        stack_reserved=image.stack.size,
        stack_peaks=StackPeaks(
            load=_stack_peak(image, counted, frozenset({"load"})),
            instantiate=_stack_peak(image, counted, frozenset({"instantiate"})),
            call=_stack_peak(image, counted, _CALLS),
        ),
        heap=_heap_use(report),
        instructions=InstructionCounts(
            load=counted.instructions_of("load"),
            instantiate=counted.instructions_of("instantiate"),
            first_call=checked[0].instructions if checked else None,
            call=checked[-1].instructions if len(checked) > 1 else None,
            region=checked[-1].region if checked else None,
        ),
        activity=Activities(
            load=_activity(board, counted.measures_of("load")),
            instantiate=_activity(board, counted.measures_of("instantiate")),
            first_call=_activity(board, _at(measured_calls, 0)),
            call=_activity(board, _at(measured_calls, len(checked) - 1)) if len(checked) > 1 else None,
            region=_activity(board, _at(regions, len(checked) - 1)) if checked else None,
        ),
    )


def _call(
    calls: Sequence[WorkloadCall | UserCall],
    index: int,
    passages: Sequence[Passage],
    report: Report,
    signature: Signature | None,
) -> CheckedCall:
    call, passage = calls[index], _at(passages, index)
    instructions = None if passage is None else passage.instructions
    if isinstance(call, WorkloadCall):
        result = _at(report.results, index)
        return CheckedCall(
            arguments=call.arguments,
            result=result,
            expected=call.expected,
            right=None if result is None else result == call.expected,
            instructions=instructions,
        )
    values = report.values[index] if index < len(report.values) else None
    held = buffers_of(calls, report, index)
    return CheckedCall(
        # What an earlier call has returned is known only when that is over.
        arguments=tuple(0 if isinstance(one, Kept) else one for one in call.arguments),
        result=None if not values else values[0],
        expected=call.expected[0].word if call.expected else None,
        instructions=instructions,
        text=call.text,
        results=values,
        shown=None if values is None or signature is None else listed(signature, values),
        right=None if signature is None else is_right(signature, call, report, index, held),
        region=None if passage is None else passage.region,
        buffers=tuple(_buffer(out, one) for out, one in zip(call.outs, held, strict=False)),
    )


def _buffer(out: OutBuffer, held: Log) -> ReadBuffer:
    return ReadBuffer(
        text=out.text,
        length=held.length,
        digest=held.digest,
        first=held.text.hex(),
        right=None if out.expected is None else is_held(out, held),
    )


def _logged(report: Report) -> Logged | None:
    if report.log is None:
        return None
    return Logged(
        length=report.log.length,
        digest=report.log.digest,
        text=escape_unprintable(report.log.text.decode(errors="replace"), _LONGEST_LOG),
    )


def _activity(board: Board, measures: Measures | None) -> Activity | None:
    if measures is None:
        return None
    unknown = OF_THE_CACHE if board.flash_path is None else ()
    counts: dict[str, Any] = {**measures, **dict.fromkeys(unknown)}
    return Activity(**counts)


def _at(values: Sequence[T], index: int) -> T | None:
    return values[index] if index < len(values) else None
