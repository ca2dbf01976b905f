"""The command line: one module a command, loaded when its command is named."""

import gc
import sys
import warnings
from collections.abc import Callable
from typing import TextIO

from wasmfit.input_file import forget_read

from .edge import told
from .interrupts import Interrupts
from .output import flush_result
from .output import message as report
from .streams import print_what_can_be_printed

_NEW_OBJECTS = 2_000_000
"""After so many, garbage is looked for; Python's own number is 700, or 2,000. Only rings of objects wait for
that, 200 MB of them at most: all others go when nothing refers to them."""


def _show_warning(
    message: Warning | str,
    category: type[Warning],  # noqa: ARG001 - what warns says where it is, which is of no use to a user
    filename: str,  # noqa: ARG001
    lineno: int,  # noqa: ARG001
    file: TextIO | None = None,  # noqa: ARG001
    line: str | None = None,  # noqa: ARG001
) -> None:
    """A warning is a sentence, like an error."""
    report(f"wasmfit: {message}")


def main(interrupts: Interrupts | None = None) -> None:
    """The program: whatever goes wrong is a sentence and an exit code.

    Args:
        interrupts: Takes the process's signals once all that the command needs is loaded; none, if not given.

    Raises:
        SystemExit: The exit code, unless it is 0.
    """
    warnings.showwarning = _show_warning
    print_what_can_be_printed()
    forget_read()
    # Records, by the ten thousand, are not garbage: looking for it among them doubles the time of reading.
    gc.set_threshold(_NEW_OBJECTS, 20, 20)
    taken = Interrupts() if interrupts is None else interrupts
    try:
        command = _loaded()
        if interrupts is not None:
            interrupts.take()
        _run(command)
    except SystemExit as end:
        # Typer makes an exit code of an interrupt, and knows one signal.
        if taken.received is not None and end.code not in (0, None):
            sys.exit(taken.exit_code)
        raise
    except BaseException as error:  # noqa: BLE001 - nothing may get past the edge
        sys.exit(told(error, taken))
    finally:
        taken.release()


def _loaded() -> Callable[[], None]:
    """The command that was given, with all that it needs loaded."""
    if sys.argv[1:2] == ["size"]:
        # Not by way of the other commands, which take longer to load than it takes altogether.
        from .size import run

        return lambda: run(sys.argv[2:])
    from .commands import application

    return application(*sys.argv[1:2])


def _run(command: Callable[[], None]) -> None:
    """Runs it, and writes all of its result."""
    try:
        command()
    except SystemExit:
        flush_result()
        raise
    flush_result()
