"""The command line: one module a command, loaded when its command is named."""

import gc
import sys
import warnings
from typing import TextIO

from wasmfit.errors import WasmfitError

from .output import end_as_by_sigpipe, print_what_can_be_printed, report_error
from .output import message as report

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


def main() -> None:
    """The program: errors are a sentence and an exit code."""
    warnings.showwarning = _show_warning
    print_what_can_be_printed()
    # Records, by the ten thousand, are no garbage: looking for some among them doubles the time to read them.
    gc.set_threshold(_NEW_OBJECTS, 20, 20)
    try:
        if sys.argv[1:2] == ["size"]:
            # Not by way of the other commands, which take longer to load than it takes altogether.
            from .size import run

            run(sys.argv[2:])
        else:
            from .commands import application

            application(*sys.argv[1:2])()
    except WasmfitError as error:
        report_error(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        end_as_by_sigpipe()
