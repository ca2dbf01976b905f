"""Results go to stdout or a file, everything for humans to stderr."""

import io
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from wasmfit.errors import UsageError, WasmfitError
from wasmfit.words import escape_unprintable

_LONGEST_LINE = 4000
_SIGPIPE = 141
"""Exit code of a program that SIGPIPE ended, as shells have it."""


def command_line() -> str:
    """The command line as it was given, as a shell would take it."""
    import shlex  # of no use to what starts fast

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


def has_content(output: Path) -> bool:
    """Whether something is there that would be replaced; an empty file, which may be ours, is nothing."""
    return output.is_file() and output.stat().st_size > 0


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
        _write_to_stdout(parts)
        return
    replaced = ", in place of what was there" if has_content(output) else ""
    with output.open("w", encoding="utf-8") as file:
        file.writelines(parts)
        file.write("\n")
    message(f"{output}: {output.stat().st_size:,} B written{replaced}.")


def _write_to_stdout(parts: Iterable[str]) -> None:
    try:
        sys.stdout.writelines(parts)
        sys.stdout.write("\n")
        sys.stdout.flush()
    except BrokenPipeError:
        end_as_by_sigpipe()


def end_as_by_sigpipe() -> NoReturn:
    """Ends the program as a shell expects it of one whose reader has gone, such as `head`.

    Raises:
        SystemExit: Always.
    """
    # What is still buffered would be written, in vain, when the interpreter ends.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    raise SystemExit(_SIGPIPE)


def print_what_can_be_printed() -> None:
    """Makes a terminal or file of another encoding show ``?`` for what it has no character for."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def message(text: str) -> None:
    """Tells the user something, with everything that does not print made visible."""
    for line in text.splitlines():
        sys.stderr.write(f"{escape_unprintable(line, _LONGEST_LINE)}\n")


def report_error(problem: WasmfitError) -> None:
    """Tells the user what is wrong and what to do about it."""
    message(f"wasmfit: {problem.message}")
    if problem.remedy:
        message(problem.remedy)
