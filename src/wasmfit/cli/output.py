"""Results go to stdout or a file, everything for humans to stderr."""

import shlex
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from wasmfit.errors import UsageError, WasmfitError
from wasmfit.words import escape_unprintable

_LONGEST_LINE = 4000


def command_line() -> str:
    """The command line as it was given, as a shell would take it."""
    return shlex.join(["wasmfit", *sys.argv[1:]])


def require_writable(output: Path | None) -> None:
    """Finds out before long work whether its result can be written to ``output``.

    Raises:
        UsageError: It cannot.
    """
    if output is None:
        return
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        with output.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        raise UsageError(
            f"{output} cannot be written: {error.strerror}.", "Name another file with -o."
        ) from error


@contextmanager
def kept_if_written(output: Path) -> Iterator[None]:
    """As :func:`require_writable`, for what writes ``output`` at its end: if it does not, nothing is left.

    Raises:
        UsageError: It cannot be written.
    """
    is_new = not output.exists()
    require_writable(output)
    try:
        yield
    except BaseException:
        if is_new:
            output.unlink(missing_ok=True)
        raise


def write_result(text: str | Iterable[str], output: Path | None = None) -> None:
    """Writes a command's result to ``output``, or to stdout.

    Args:
        text: The result, or parts of one that is long, each made when it is written.
        output: The file.

    Raises:
        UsageError: The file cannot be written.
    """
    require_writable(output)
    parts = (text,) if isinstance(text, str) else text
    if output is None:
        sys.stdout.writelines(parts)
        sys.stdout.write("\n")
        sys.stdout.flush()
    else:
        with output.open("w", encoding="utf-8") as file:
            file.writelines(parts)
            file.write("\n")


def message(text: str) -> None:
    """Tells the user something, with everything that does not print made visible."""
    for line in text.splitlines():
        sys.stderr.write(f"{escape_unprintable(line, _LONGEST_LINE)}\n")


def report_error(problem: WasmfitError) -> None:
    """Tells the user what is wrong and what to do about it."""
    message(f"wasmfit: {problem.message}")
    if problem.remedy:
        message(problem.remedy)
