"""From the traces of a run to its status and a one-line reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wasmfit.model import (
    Board,
    Expected,
    Region,
    Signature,
    Status,
    UserCall,
    ValueType,
    WorkloadCall,
    is_nan,
    shown,
    to_float,
)
from wasmfit.words import escape_unprintable, hexadecimal

from . import faults, logs
from .channel import Report
from .counts import Counts
from .faults import NameOf

_LONGEST_LOG = 200

REACHED = "reached for the files of this machine (semihosting {call}), and was stopped"
"""What an image did that the fence has stopped."""


@dataclass(frozen=True)
class RunTrace:
    """What is left of a run.

    Attributes:
        board: The board it ran for.
        stack: The stack's reservation.
        calls: The calls that were to be made.
        signature: The export's, where the calls are of a module of the user's.
        imports: Names of the imports that stubs answer, in the order of the job.
        counts: What the plugin recorded.
        report: What the firmware said.
        instructions: The instruction limit.
        seconds: The wall-clock limit in seconds, if that was reached.
        last_words: What the emulator said of itself at its end.
        name_of: Tells the function that an address lies in.
    """

    board: Board
    stack: Region
    calls: Sequence[WorkloadCall | UserCall]
    counts: Counts
    report: Report
    instructions: int
    seconds: float | None
    last_words: str | None
    name_of: NameOf
    signature: Signature | None = None
    imports: Sequence[str] = ()

    @property
    def phase(self) -> str:
        """The phase it ended in."""
        return self.report.phase or self.counts.phase

    @property
    def where(self) -> str:
        """The same as part of a sentence."""
        number = sum(mark.phase == "call" for mark in self.counts.marks)
        if self.phase != "call" or not 1 <= number <= len(self.calls) or len(self.calls) == 1:
            return f"in phase {self.phase}"
        return f"in phase call ({number} of {len(self.calls)})"

    def function(self, address: int) -> str:
        """The function that an address lies in, as the end of a sentence."""
        name = self.name_of(address)
        return (
            f"at {hexadecimal(address)}"
            if name is None
            else f"in {escape_unprintable(name)} (PC {hexadecimal(address)})"
        )


@dataclass(frozen=True)
class RunEnd:
    """The end of a run; a reason unless it is ``ok``."""

    status: Status
    reason: str | None = None


def classify_run(trace: RunTrace) -> RunEnd:
    """The first rule that applies decides; what went wrong weighs more than what came out of it."""
    for rule in _RULES:
        verdict = rule(trace)
        if verdict is not None:
            return verdict
    return RunEnd(Status.OK)


def _limit(trace: RunTrace) -> RunEnd | None:
    if trace.counts.limited:
        return RunEnd(
            Status.TIMEOUT, f"reached the limit of {trace.instructions:,} instructions {trace.where}"
        )
    if trace.seconds is not None:
        return RunEnd(Status.TIMEOUT, f"reached the limit of {trace.seconds:g} s {trace.where}")
    return None


def _fenced_call(trace: RunTrace) -> RunEnd | None:
    call = trace.counts.fenced_call
    return (
        None
        if call is None
        else RunEnd(Status.FAULTED, f"{REACHED.format(call=escape_unprintable(call))} {trace.where}")
    )


def _out_of_bounds_store(trace: RunTrace) -> RunEnd | None:
    store = trace.counts.out_of_bounds
    if store is None:
        return None
    address, function = store.address, trace.function(store.pc)
    if faults.below(trace.stack, address):
        depth = trace.stack.origin - address
        reason = (
            f"stack overflow {trace.where}: wrote to {hexadecimal(address)}, {depth:,} bytes below "
            f"the stack of {trace.stack.size:,}, {function}"
        )
    elif trace.board.emulated.flash.holds(address):
        reason = f"wrote to flash at {hexadecimal(address)} {trace.where}, {function}"
    else:
        ram = trace.board.emulated.ram
        reason = (
            f"wrote to {hexadecimal(address)} {trace.where}, outside the board's RAM "
            f"({hexadecimal(ram.origin)}–{hexadecimal(ram.end - 1)}), {function}"
        )
    return RunEnd(Status.FAULTED, reason)


def _unaligned(trace: RunTrace) -> RunEnd | None:
    access = trace.counts.unaligned
    if access is None:
        return None
    return RunEnd(
        Status.FAULTED,
        f"an access to {hexadecimal(access.address)} that is not aligned {trace.where}, at which the "
        f"board's core faults, {trace.function(access.pc)}",
    )


def _stack_overflow(trace: RunTrace) -> RunEnd | None:
    registers = faults.read(trace.report)
    if registers is None or not faults.overflows(registers, trace.stack):
        return None
    return _fault(trace)


def _out_of_memory(trace: RunTrace) -> RunEnd | None:
    heap = trace.report.heap
    if trace.report.end not in ("fail", "panic", "fault") or heap is None or not heap.refused:
        return None
    used = heap.live + heap.linear_live
    reason = f"no {heap.refused:,} bytes in one piece left on the heap {trace.where}, {used:,} in use"
    state = trace.report.heap_state
    if state is not None and state.size > 0:
        short = heap.refused + used - state.size
        # Less is short than was asked for only where blocks in use lie in between.
        reason += f" of {state.size:,}" + (
            f": at least {short:,} B short" if short > 0 else ", the rest in pieces"
        )
    said = trace.report.failure
    return RunEnd(Status.OUT_OF_MEMORY, f"{reason}: {said}" if said else reason)


def _fault(trace: RunTrace) -> RunEnd | None:
    if trace.report.end != "fault":
        return None
    registers = faults.read(trace.report)
    if registers is None:
        return RunEnd(Status.FAULTED, f"a fault {trace.where}, whose registers did not arrive")
    said = faults.explain(registers, trace.stack, trace.name_of)
    return RunEnd(Status.FAULTED, f"{said.text}, {trace.where}")


def _panic(trace: RunTrace) -> RunEnd | None:
    if trace.report.end != "panic":
        return None
    location = f" at {trace.report.panic}" if trace.report.panic else ""
    return RunEnd(Status.FAULTED, f"panicked{location} {trace.where}")


def _failure(trace: RunTrace) -> RunEnd | None:
    if trace.report.end != "fail":
        return None
    said = trace.report.failure or "no reason given"
    stub = trace.report.stub
    if stub is not None and stub < len(trace.imports):
        said = f"the stub of {escape_unprintable(trace.imports[stub])} traps: {said}"
    match trace.phase:
        case "call":
            return RunEnd(Status.TRAPPED, said)
        case "load":
            return RunEnd(Status.UNSUPPORTED, f"refused to load the module: {said}")
        case "instantiate":
            return RunEnd(Status.UNSUPPORTED, f"refused to instantiate the module: {said}")
        case _:
            return RunEnd(Status.FAULTED, f"gave up {trace.where}: {said}")


def _silence(trace: RunTrace) -> RunEnd | None:
    if trace.report.end is not None:
        return None
    words = trace.last_words
    if words is None:
        return RunEnd(Status.FAULTED, f"ended {trace.where} without saying how")
    if words.startswith("Lockup"):
        return RunEnd(Status.FAULTED, f"the core locked up {trace.where}: a fault with no way to handle it")
    return RunEnd(Status.FAULTED, f"the emulator gave up {trace.where}: {words}")


def _results(trace: RunTrace) -> RunEnd | None:
    signature, report = trace.signature, trace.report
    came = len(report.results) if signature is None else len(report.values)
    wrong = _wrong(trace) if signature is None else _wrong_values(trace, signature)
    if wrong:
        others = f" ({len(wrong)} of {len(trace.calls)} calls are wrong)" if len(wrong) > 1 else ""
        return RunEnd(Status.WRONG_RESULT, wrong[0] + others)
    if came != len(trace.calls):
        return RunEnd(Status.WRONG_RESULT, f"{came} results came from {len(trace.calls)} calls")
    return None


def _wrong(trace: RunTrace) -> list[str]:
    return [
        f"({', '.join(map(str, call.arguments))}) gave {result}, not {call.expected}"
        for call, result in zip(trace.calls, trace.report.results, strict=False)
        if result != call.expected
    ]


def _wrong_values(trace: RunTrace, signature: Signature) -> list[str]:
    wrong = []
    for number, (call, values) in enumerate(zip(trace.calls, trace.report.values, strict=False)):
        if not isinstance(call, UserCall):
            continue
        if call.expected is not None and not _values_fit(signature, call.expected, values):
            wanted = ", ".join(
                _wanted(kind, known) for kind, known in zip(signature.results, call.expected, strict=True)
            )
            wrong.append(f"{call.text} gave {listed(signature, values)}, not {wanted}")
        elif call.log is not None and not logs.is_right(trace.report, number, call.log):
            said = logs.shown(trace.report, number)
            wrong.append(f"{call.text} logged {said}, not '{escape_unprintable(call.log, _LONGEST_LOG)}'")
    return wrong


def listed(signature: Signature, values: Sequence[int]) -> str:
    """The results of a call as a reader wants them."""
    texts = [shown(kind, word) for kind, word in zip(signature.results, values, strict=False)]
    return ", ".join(texts) if texts else "nothing"


def _wanted(kind: ValueType, expected: Expected) -> str:
    text = shown(kind, expected.word)
    return text if expected.tolerance is None else f"{text}~{expected.tolerance:g}"


def is_right(signature: Signature, call: UserCall, report: Report, number: int) -> bool | None:
    """Whether a call returned and logged what was expected; ``None`` where nothing was, or nothing came.

    Args:
        number: The call's place among all.
    """
    if number >= len(report.values) or (call.expected is None and call.log is None):
        return None
    returned = call.expected is None or _values_fit(signature, call.expected, report.values[number])
    return returned and (call.log is None or logs.is_right(report, number, call.log))


def _values_fit(signature: Signature, expected: Sequence[Expected], values: Sequence[int]) -> bool:
    return len(values) == len(signature.results) and all(
        _fits(kind, known, word)
        for kind, known, word in zip(signature.results, expected, values, strict=True)
    )


def _fits(kind: ValueType, expected: Expected, word: int) -> bool:
    # Which NaN an operation gives is left open by WebAssembly.
    if is_nan(kind, expected.word) or is_nan(kind, word):
        return is_nan(kind, expected.word) and is_nan(kind, word)
    if expected.tolerance is None or expected.word == word:
        return expected.word == word
    return abs(to_float(kind, expected.word) - to_float(kind, word)) <= expected.tolerance


_RULES: tuple[Callable[[RunTrace], RunEnd | None], ...] = (
    _fenced_call,
    _limit,
    _out_of_bounds_store,
    _unaligned,
    _stack_overflow,
    _out_of_memory,
    _fault,
    _panic,
    _failure,
    _silence,
    _results,
)
