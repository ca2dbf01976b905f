"""Signals that ask the program to end: each raises what Ctrl-C raises, so that whatever cleans up does so."""

import os
import signal
import threading
from dataclasses import dataclass, field
from types import FrameType

_ASK = tuple(
    signal.Signals(getattr(signal, name)) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_SHELL = 128
"""A shell's exit code of a program that a signal ended is this much more than the signal's number."""

_REDELIVERY_S = 0.05


@dataclass
class Interrupts:
    """Takes such signals, of which it keeps the first.

    Attributes:
        received: The first that came.
    """

    received: signal.Signals | None = None
    _taken: list[signal.Signals] = field(default_factory=list)

    def take(self) -> None:
        """From now on a signal raises ``KeyboardInterrupt`` in the main thread; one that is ignored stays so.

        What ``nohup`` starts ignores SIGHUP, what a script starts in the background SIGINT.
        """
        for number in _ASK:
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._taken.append(number)
                signal.signal(number, self._interrupt)

    def release(self) -> None:
        """From now on a signal ends the process: all is done but what Python does at its end."""
        while self._taken:
            signal.signal(self._taken.pop(), signal.SIG_DFL)

    def deliver_again(self) -> None:
        """For an interrupt that Python raised where it reports errors and goes on, as in a destructor."""
        # As SIGINT, which is heeded more than once; from outside, so that it ends a wait as well.
        threading.Timer(_REDELIVERY_S, os.kill, (os.getpid(), signal.SIGINT)).start()

    @property
    def exit_code(self) -> int:
        """The program's exit code, as shells have it of a program that the signal ended."""
        return _SHELL + (self.received or signal.SIGINT)

    def _interrupt(self, number: int, _frame: FrameType | None) -> None:
        is_first = self.received is None
        if is_first:
            self.received = signal.Signals(number)
        # A supervisor, or a terminal that is closed, may send several: cleaning up goes on. A user who
        # presses Ctrl-C again wants it to end now.
        if is_first or number == signal.SIGINT:
            raise KeyboardInterrupt
