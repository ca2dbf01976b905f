"""The program as a process: its streams, its signals, and what Python would print by itself."""

import sys
import threading
from typing import Any

from . import main
from .edge import report_own
from .interrupts import Interrupts
from .streams import settle_streams


def run() -> None:
    """Runs the command that was given.

    Raises:
        SystemExit: Always, unless the exit code is 0.
    """
    settle_streams()
    interrupts = Interrupts()
    _speak_in_sentences(interrupts)
    main(interrupts)


def _speak_in_sentences(interrupts: Interrupts) -> None:
    """What Python tells of errors that it goes on after is told as any other failure."""

    def in_a_thread(failed: threading.ExceptHookArgs) -> None:
        if failed.exc_value is not None and failed.exc_type is not SystemExit:
            report_own(failed.exc_value)

    def in_passing(failed: "sys.UnraisableHookArgs") -> None:
        if isinstance(failed.exc_value, KeyboardInterrupt):
            interrupts.deliver_again()
        elif failed.exc_value is not None and not isinstance(failed.exc_value, BrokenPipeError):
            report_own(failed.exc_value)

    def at_last(_kind: type[BaseException], error: BaseException, _trace: Any) -> None:
        report_own(error)

    threading.excepthook = in_a_thread
    sys.unraisablehook = in_passing
    sys.excepthook = at_last
