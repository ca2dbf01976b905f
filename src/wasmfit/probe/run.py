"""One run of an image on a halted core, with its cycles phase by phase."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from wasmfit.emulation.channel import Channel, Report
from wasmfit.emulation.symbols import Symbols

from .cores import Counter, DebuggedCore
from .remote import Remote, RemoteError
from .semihosting import Host

_MARKS = ("load", "instantiate", "call", "idle")
"""Marks with a breakpoint: four, as many as the smallest cores have. The end needs none."""


@dataclass(frozen=True)
class BoardPhase:
    """What one phase took.

    Attributes:
        name: As the mark that begins it.
        cycles: By the core's own counter; ``None`` where it has none.
        seconds: By the host's clock, with the way to the core and back in it.
    """

    name: str
    cycles: int | None
    seconds: float


@dataclass(frozen=True)
class OneRun:
    """A run from reset to the firmware's end.

    Attributes:
        phases: In order; ``idle`` is left out.
        report: What the firmware said.
        counter: What counted its cycles.
        finished: Whether the firmware asked for its end in time.
    """

    phases: tuple[BoardPhase, ...]
    report: Report
    counter: str | None
    finished: bool

    def of(self, name: str) -> list[BoardPhase]:
        """The phases of that name."""
        return [phase for phase in self.phases if phase.name == name]


def run_once(
    remote: Remote,
    core: DebuggedCore,
    image: Symbols,
    *,
    seconds: float,
    asks_at: Iterable[int] = (),
    cancelled: Callable[[], bool] = lambda: False,
) -> OneRun:
    """Runs an image from reset, where the core stands, to its end.

    Args:
        remote: The halted core.
        core: Its kind.
        image: Symbols of what is flashed.
        seconds: When to give up.
        asks_at: Addresses of semihosting instructions, where those do not halt the core by themselves: a real
            core with a debugger does, an emulated one may not.
        cancelled: Asked all the time; the run is given up once it says so.

    Raises:
        RemoteError: The server or the core is gone.
    """
    counter = core.counter(remote)
    marks = {address: name for name, address in image.marks.items() if name in _MARKS}
    for address in (*marks, *asks_at):
        remote.stop_at(address, core.breakpoint)
    host, channel, clock = Host(), Channel(), _Clock(counter)
    try:
        _run(remote, core, marks, host, clock, time.monotonic() + seconds, cancelled)
    finally:
        for address in (*marks, *asks_at):
            # One of the marks is away already, and the server may be gone.
            with suppress(RemoteError):
                remote.go_past(address, core.breakpoint)
    for line in host.lines:
        channel.take(line)
    return OneRun(tuple(clock.phases), channel.report(), counter.name if counter else None, host.ended)


def _run(
    remote: Remote,
    core: DebuggedCore,
    marks: Mapping[int, str],
    host: Host,
    clock: _Clock,
    deadline: float,
    cancelled: Callable[[], bool],
) -> None:
    """Lets the core run from stop to stop until the firmware ends, or stops at what nobody knows."""
    passed: int | None = None
    while not host.ended and not cancelled():
        try:
            stop = remote.resume(deadline - time.monotonic(), cancelled)
        except TimeoutError:
            remote.halt()
            break
        at = remote.register(core.pc)
        if at in marks:
            clock.mark(marks[at])
            # Going on from a breakpoint may stop there again: it is taken away until the next mark.
            remote.go_past(at, core.breakpoint)
            if passed is not None:
                remote.stop_at(passed, core.breakpoint)
            passed = at
        elif not stop.exited and (length := core.asks(remote, at)) is not None:
            request, parameter = remote.register(core.request), remote.register(core.parameter)
            remote.set_register(core.request, host.answer(remote, request, parameter))
            remote.set_register(core.pc, at + length)
        else:
            break


class _Clock:
    """Reads counter and clock at each mark, and keeps what lies between two."""

    def __init__(self, counter: Counter | None) -> None:
        self.phases: list[BoardPhase] = []
        self._counter = counter
        self._began: tuple[str, int | None, float] | None = None

    def mark(self, name: str) -> None:
        stopped = time.monotonic()
        count = self._counter.read() if self._counter else None
        if self._began is not None and self._began[0] != "idle":
            before, first, since = self._began
            cycles = None
            if self._counter is not None and count is not None and first is not None:
                cycles = (count - first) % self._counter.modulus
            self.phases.append(BoardPhase(before, cycles, stopped - since))
        # What the host does while the core stands still is not part of the phase that begins.
        self._began = (name, count, time.monotonic())
