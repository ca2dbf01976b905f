"""``wasmfit``, and ``python -m wasmfit``: the program as a process.

Little is loaded here. What can be sent to a process while it loads the rest (an interrupt), or can be wrong
with it before (closed streams, too little memory), is seen to first.
"""

import signal
import sys

_CANNOT_START = 3


def main() -> None:
    """The program, from its first statement to its exit code."""
    # Python raises an interrupt wherever it is, which within an import ends in a traceback. So early nothing
    # needs to be cleaned up: let it end the process, as it would end one that is written in C.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        from .cli.process import run
    except (ImportError, MemoryError, OSError) as error:
        sys.exit(_cannot_start(error))
    run()


def _cannot_start(error: Exception) -> int:
    """Says so with nothing but what is loaded; the exit code of a tool that is missing."""
    if sys.stderr is not None:
        words = str(error) or type(error).__name__
        sys.stderr.write(
            f"wasmfit: It cannot be started: {words!s:.300}.\n"
            "Install it again, or give it more memory (ulimit -v) where that is the cause.\n"
        )
    return _CANNOT_START


if __name__ == "__main__":
    main()
