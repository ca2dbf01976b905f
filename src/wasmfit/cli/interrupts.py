"""Signals that ask the program to end: each raises what Ctrl-C raises, so that whatever cleans up does so."""

import _thread
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass, field
from types import FrameType

_ASK = tuple(
    signal.Signals(getattr(signal, name)) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
_SHELL = 128
"""A shell's exit code of a program that a signal ended is this much more than the signal's number."""

_REDELIVERY_S = 0.05
_INSISTENCE_S = 1.0
"""Seconds after which an interrupt that nothing has heeded comes again."""


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
        # The handler of the signal may be within what starts threads; this takes no lock of Python's.
        _thread.start_new_thread(self._insist, (_REDELIVERY_S,))

    @property
    def exit_code(self) -> int:
        """The program's exit code, as shells have it of a program that the signal ended."""
        return _SHELL + (self.received or signal.SIGINT)

    def _insist(self, seconds: float) -> None:
        """Delivers the interrupt again for as long as the main thread goes on as if there had been none.

        What a signal raises is lost where a library drops whatever comes of a question or of its callback.
        """
        while True:
            time.sleep(seconds)
            seconds = _INSISTENCE_S
            if not self._taken:  # the command has ended
                return
            if _is_ending():
                continue
            # As SIGINT, which is heeded more than once; from outside, so that it ends a wait as well.
            os.kill(os.getpid(), signal.SIGINT)

    def _interrupt(self, number: int, _frame: FrameType | None) -> None:
        is_first = self.received is None
        if is_first:
            self.received = signal.Signals(number)
            _thread.start_new_thread(self._insist, (_INSISTENCE_S,))
        # A supervisor, or a terminal that is closed, may send several: cleaning up goes on. A user who
        # presses Ctrl-C again wants it to end now.
        if is_first or number == signal.SIGINT:
            raise KeyboardInterrupt


def _is_ending() -> bool:
    """Whether the main thread is cleaning up after an interrupt."""
    active = sys._current_exceptions().get(threading.main_thread().ident or 0)
    # Python 3.11 gives three values, of which the second is the error.
    error: BaseException | None = active[1] if isinstance(active, tuple) else active
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, KeyboardInterrupt):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False
