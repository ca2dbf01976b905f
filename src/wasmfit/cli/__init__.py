"""The command line: one module a command, loaded when its command is named."""

import gc
import sys

from wasmfit.errors import WasmfitError

from .output import end_as_by_sigpipe, print_what_can_be_printed, report_error

_NEW_OBJECTS = 2_000_000
"""After so many, garbage is looked for; Python's own number is 700, or 2,000. Only rings of objects wait for
that, 200 MB of them at most: all others go when nothing refers to them."""


def main() -> None:
    """The program: errors are a sentence and an exit code."""
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
