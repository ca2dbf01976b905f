"""From the traces of a run to its status and a one-line reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from wasmfit.model import (
    Board,
    Expected,
    OutBuffer,
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
from wasmfit.words import counted, escape_unprintable, hexadecimal

from . import faults, logs
from .channel import Log, Report
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
    order: Sequence[tuple[bool, str]] = ()
    trap_words: str | None = None
    refusals: Mapping[str, str] = field(default_factory=dict)
    advice: str | None = None

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

    @property
    def preparing(self) -> str | None:
        """The call that was to prepare and did not come back, as it is shown."""
        if self.phase != "idle":
            return None
        come_back = len(self.report.prepared) + len(self.report.values)
        is_measured, text = self.order[come_back] if come_back < len(self.order) else (True, "")
        return None if is_measured else text

    @property
    def which_call(self) -> str:
        """Which of several calls it was, as the end of a sentence."""
        number = sum(mark.phase == "call" for mark in self.counts.marks)
        return f", in call {number} of {len(self.calls)}" if 1 <= number <= len(self.calls) > 1 else ""

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
            Status.TIMEOUT,
            f"reached the limit of {trace.instructions:,} instructions {trace.where}{_counted(trace)}",
        )
    if trace.seconds is not None:
        return RunEnd(
            Status.TIMEOUT, f"reached the limit of {trace.seconds:g} s {trace.where}{_counted(trace)}"
        )
    return None


def _fenced_call(trace: RunTrace) -> RunEnd | None:
    call = trace.counts.fenced_call
    return (
        None
        if call is None
        else RunEnd(Status.FAULTED, f"{REACHED.format(call=escape_unprintable(call))} {trace.where}")
    )


def _counted(trace: RunTrace) -> str:
    """What a run that was given up had counted, and how it is given more; nothing of a workload of ours."""
    if trace.signature is None:
        return ""
    made = trace.counts.calls()
    if not made:
        said = "; no call has come back"
    else:
        calls = "call has" if len(made) == 1 else "calls have"
        said = f"; {len(made)} {calls} come back, the first after {made[0]:,} instructions"
    size, unit = (1e9, "G") if trace.instructions >= 10**8 else (1e6, "M")
    raised = f"{10 * trace.instructions / size:g}{unit}"
    return (
        f"{said}: --limit {raised} allows for more"
        if trace.counts.limited
        else f"{said}: --timeout allows for more"
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
    if trace.report.cannot is not None:
        return RunEnd(Status.UNSUPPORTED, trace.report.cannot)
    said = trace.report.failure or "no reason given"
    stub, exited = trace.report.stub, trace.report.exited
    is_ours = True
    if exited is not None:
        said = f"exited with code {exited - (1 << 32) if exited >> 31 else exited}"
    elif stub is not None and stub < len(trace.imports):
        said = f"the stub of {escape_unprintable(trace.imports[stub])} traps: {said}"
    else:
        is_ours = False
    refuses = not is_ours and trace.trap_words is not None and not said.startswith(trace.trap_words)
    if trace.phase == "idle" and trace.signature is not None:
        return _between_calls(trace, said, refuses=refuses)
    match trace.phase:
        # A runtime that compiles a function when it is first called refuses it as it would have before.
        case "call" if refuses:
            return _refused(trace, f"to compile a function of the module: {said}")
        case "call":
            return RunEnd(Status.TRAPPED, said + trace.which_call)
        case "load":
            return _refused(trace, f"to load the module: {said}")
        case "instantiate" if exited is not None or (stub is not None and not refuses):
            return RunEnd(Status.TRAPPED, f"{said}, in the start function")
        case "instantiate":
            return _refused(trace, f"to instantiate the module: {said}")
        case _:
            return RunEnd(Status.FAULTED, f"gave up {trace.where}: {said}")


def _between_calls(trace: RunTrace, said: str, *, refuses: bool) -> RunEnd:
    """Between the measured calls of a module, others prepare, and the harness fills and reads its memory."""
    if trace.preparing is not None:
        if refuses:
            return _refused(trace, f"to compile a function of the module: {said}")
        return RunEnd(Status.TRAPPED, f"{said}, in {trace.preparing}, which comes before what is measured")
    made = len(trace.report.values)
    place = f"before call {made + 1}" if made < len(trace.calls) else "after the last call"
    return RunEnd(Status.TRAPPED, f"{said}, {place}")


def _refused(trace: RunTrace, what: str) -> RunEnd:
    known = (helps for words, helps in trace.refusals.items() if words in what)
    helps = next(known, trace.advice)
    return RunEnd(Status.UNSUPPORTED, f"refused {what}" + (f"; {helps}" if helps else ""))


def _region(trace: RunTrace) -> RunEnd | None:
    for number, passage in enumerate(trace.counts.passages(), start=1):
        if passage.problem is not None:
            which = f" of call {number}" if len(trace.calls) > 1 else ""
            return RunEnd(Status.WRONG_RESULT, f"the region of interest{which} {passage.problem}")
    return None


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
        return RunEnd(
            Status.WRONG_RESULT, f"{counted(came, 'result')} came from {counted(len(trace.calls), 'call')}"
        )
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
        elif (said := _wrong_buffer(call, buffers_of(trace.calls, trace.report, number))) is not None:
            wrong.append(said)
        elif call.log is not None and not logs.is_right(trace.report, number, call.log):
            said = logs.shown(trace.report, number)
            wrong.append(f"{call.text} logged {said}, not '{escape_unprintable(call.log, _LONGEST_LOG)}'")
    return wrong


def buffers_of(calls: Sequence[WorkloadCall | UserCall], report: Report, number: int) -> Sequence[Log]:
    """What was read of memory after a call, by its place among all."""
    counts = [len(call.outs) if isinstance(call, UserCall) else 0 for call in calls]
    start = sum(counts[:number])
    return report.buffers[start : start + counts[number]]


def _wrong_buffer(call: UserCall, read: Sequence[Log]) -> str | None:
    """What is wrong with the memory after a call."""
    for out, held in zip(call.outs, read, strict=False):
        if not is_held(out, held):
            assert out.expected is not None
            at = _first_difference(out.expected, held.text)
            return f"{call.text} left other bytes in {out.text} than expected{at}"
    return None


def is_held(out: OutBuffer, held: Log) -> bool:
    """Whether memory holds what was expected of it, if anything was."""
    return out.expected is None or logs.digest_of(out.expected) == held.digest


def _first_difference(expected: bytes, held: bytes) -> str:
    for at, (left, right) in enumerate(zip(expected, held, strict=False)):
        if left != right:
            return f": byte {at} is {right:#04x}, not {left:#04x}"
    return f", after byte {len(held) - 1}"


def listed(signature: Signature, values: Sequence[int]) -> str:
    """The results of a call as a reader wants them."""
    texts = [shown(kind, word) for kind, word in zip(signature.results, values, strict=False)]
    return ", ".join(texts) if texts else "nothing"


def _wanted(kind: ValueType, expected: Expected) -> str:
    text = shown(kind, expected.word)
    return text if expected.tolerance is None else f"{text}~{expected.tolerance:g}"


def is_right(
    signature: Signature, call: UserCall, report: Report, number: int, held: Sequence[Log] = ()
) -> bool | None:
    """Whether a call gave what was expected; ``None`` where nothing was, or nothing came.

    Args:
        number: The call's place among all.
        held: What was read of memory after it.
    """
    hoped = any(out.expected is not None for out in call.outs)
    if number >= len(report.values) or (call.expected is None and call.log is None and not hoped):
        return None
    returned = call.expected is None or _values_fit(signature, call.expected, report.values[number])
    if not all(is_held(out, one) for out, one in zip(call.outs, held, strict=False)):
        return False
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
    _region,
    _results,
)
