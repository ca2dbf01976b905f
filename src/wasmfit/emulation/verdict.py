"""From the traces of a run to its status and a one-line reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wasmfit.model import Board, Region, Status, WorkloadCall
from wasmfit.words import hexadecimal, printable

from . import faults
from .channel import Report
from .counts import Counts
from .faults import NameOf


@dataclass(frozen=True)
class Evidence:
    """What is left of a run.

    Attributes:
        board: The board it ran for.
        stack: The stack's reservation.
        calls: The calls that were to be made.
        counts: What the plugin recorded.
        report: What the firmware said.
        instructions: The instruction limit.
        seconds: The wall-clock limit in seconds, if that was reached.
        last_words: What the emulator said of itself at its end.
        name_of: Tells the function that an address lies in.
    """

    board: Board
    stack: Region
    calls: Sequence[WorkloadCall]
    counts: Counts
    report: Report
    instructions: int
    seconds: float | None
    last_words: str | None
    name_of: NameOf

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
            else f"in {printable(name)} (PC {hexadecimal(address)})"
        )


@dataclass(frozen=True)
class Verdict:
    """The end of a run; a reason unless it is ``ok``."""

    status: Status
    reason: str | None = None


def judge(evidence: Evidence) -> Verdict:
    """The first rule that applies decides; what went wrong weighs more than what came out of it."""
    for rule in _RULES:
        verdict = rule(evidence)
        if verdict is not None:
            return verdict
    return Verdict(Status.OK)


def _limit(evidence: Evidence) -> Verdict | None:
    if evidence.counts.limited:
        return Verdict(
            Status.TIMEOUT, f"reached the limit of {evidence.instructions:,} instructions {evidence.where}"
        )
    if evidence.seconds is not None:
        return Verdict(Status.TIMEOUT, f"reached the limit of {evidence.seconds:g} s {evidence.where}")
    return None


def _stray_store(evidence: Evidence) -> Verdict | None:
    stray = evidence.counts.stray
    if stray is None:
        return None
    address, function = stray.address, evidence.function(stray.pc)
    if faults.below(evidence.stack, address):
        depth = evidence.stack.origin - address
        reason = (
            f"stack overflow {evidence.where}: wrote to {hexadecimal(address)}, {depth:,} bytes below "
            f"the stack of {evidence.stack.size:,}, {function}"
        )
    elif evidence.board.emulated.flash.holds(address):
        reason = f"wrote to flash at {hexadecimal(address)} {evidence.where}, {function}"
    else:
        ram = evidence.board.emulated.ram
        reason = (
            f"wrote to {hexadecimal(address)} {evidence.where}, outside the board's RAM "
            f"({hexadecimal(ram.origin)}–{hexadecimal(ram.end - 1)}), {function}"
        )
    return Verdict(Status.FAULTED, reason)


def _stack_overflow(evidence: Evidence) -> Verdict | None:
    registers = faults.read(evidence.report)
    if registers is None or not faults.overflows(registers, evidence.stack):
        return None
    return _fault(evidence)


def _out_of_memory(evidence: Evidence) -> Verdict | None:
    heap = evidence.report.heap
    if evidence.report.end not in ("fail", "panic", "fault") or heap is None or not heap.refused:
        return None
    reason = (
        f"no {heap.refused:,} bytes in one piece left on the heap {evidence.where}, "
        f"{heap.live + heap.linear_live:,} in use"
    )
    said = evidence.report.failure
    return Verdict(Status.OUT_OF_MEMORY, f"{reason}: {said}" if said else reason)


def _fault(evidence: Evidence) -> Verdict | None:
    if evidence.report.end != "fault":
        return None
    registers = faults.read(evidence.report)
    if registers is None:
        return Verdict(Status.FAULTED, f"a fault {evidence.where}, whose registers did not arrive")
    said = faults.explain(registers, evidence.stack, evidence.name_of)
    return Verdict(Status.FAULTED, f"{said.text}, {evidence.where}")


def _panic(evidence: Evidence) -> Verdict | None:
    if evidence.report.end != "panic":
        return None
    place = f" at {evidence.report.panic}" if evidence.report.panic else ""
    return Verdict(Status.FAULTED, f"panicked{place} {evidence.where}")


def _failure(evidence: Evidence) -> Verdict | None:
    if evidence.report.end != "fail":
        return None
    said = evidence.report.failure or "no reason given"
    match evidence.phase:
        case "call":
            return Verdict(Status.TRAPPED, said)
        case "load":
            return Verdict(Status.UNSUPPORTED, f"refused to load the module: {said}")
        case "instantiate":
            return Verdict(Status.UNSUPPORTED, f"refused to instantiate the module: {said}")
        case _:
            return Verdict(Status.FAULTED, f"gave up {evidence.where}: {said}")


def _silence(evidence: Evidence) -> Verdict | None:
    if evidence.report.end is not None:
        return None
    words = evidence.last_words
    if words is None:
        return Verdict(Status.FAULTED, f"ended {evidence.where} without saying how")
    if words.startswith("Lockup"):
        return Verdict(
            Status.FAULTED, f"the core locked up {evidence.where}: a fault with no way to handle it"
        )
    return Verdict(Status.FAULTED, f"the emulator gave up {evidence.where}: {words}")


def _results(evidence: Evidence) -> Verdict | None:
    results, calls = evidence.report.results, evidence.calls
    wrong = [
        f"({', '.join(map(str, call.arguments))}) gave {result}, not {call.expected}"
        for call, result in zip(calls, results, strict=False)
        if result != call.expected
    ]
    if wrong:
        others = f" ({len(wrong)} of {len(calls)} calls are wrong)" if len(wrong) > 1 else ""
        return Verdict(Status.WRONG_RESULT, wrong[0] + others)
    if len(results) != len(calls):
        return Verdict(Status.WRONG_RESULT, f"{len(results)} results came from {len(calls)} calls")
    return None


_RULES: tuple[Callable[[Evidence], Verdict | None], ...] = (
    _limit,
    _stray_store,
    _stack_overflow,
    _out_of_memory,
    _fault,
    _panic,
    _failure,
    _silence,
    _results,
)
