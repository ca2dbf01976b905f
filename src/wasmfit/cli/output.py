"""Results go to stdout or a file, everything for humans to stderr."""

import errno
import os
import re
import shlex
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from wasmfit.errors import UsageError, WasmfitError
from wasmfit.input_file import has_read
from wasmfit.words import escape_unprintable

from .streams import leave_stdout, stdout_failure

_LONGEST_LINE = 4000
_OUTPUT = ("-o", "--output")
_OUTPUT_WITH_VALUE = ("-o", "--output=")
SIGPIPE = 141
"""Exit code of a program that SIGPIPE ended, as shells have it."""


def command_line() -> str:
    """The command line as it was given, as a shell would take it."""

    return shlex.join(["wasmfit", *sys.argv[1:]])


def require_writable(output: Path | None, inputs: Iterable[Path] = ()) -> None:
    """Finds out before long work whether its result can be written to ``output``; leaves no file there.

    Args:
        output: The file; ``None`` for stdout.
        inputs: Files that are read and that the command line does not name.

    Raises:
        UsageError: It cannot, or it is a file that the command reads.
    """
    if output is None:
        return
    try:
        if output.is_fifo():
            _require_reader(output)
            return
        is_new = not output.exists()
        output.parent.mkdir(parents=True, exist_ok=True)
        with output.open("a", encoding="utf-8"):
            pass
        if is_new:
            output.unlink()
        _refuse_inputs(output, inputs)
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL in it
        raise _unwritable_file(output, error) from error


def _require_reader(pipe: Path) -> None:
    """Makes sure that somebody reads a pipe: opening it to write would wait for that.

    Raises:
        OSError: Nobody does.
    """
    try:
        # It stays open: its reader would take the closing for the end.
        os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    except OSError as error:
        if error.errno == errno.ENXIO:
            raise OSError(errno.ENXIO, "it is a pipe, and nobody reads it", str(pipe)) from error
        raise


def _refuse_inputs(output: Path, inputs: Iterable[Path]) -> None:
    """Makes sure that the command does not write what it reads, or has read."""
    if not output.is_file():
        return
    named = (*map(Path, _named_files(sys.argv[2:])), *inputs)
    if has_read(output) or any(_is_same(path, output) for path in named):
        raise UsageError(
            f"{output} is read by this command, and would be overwritten.", "Name another file with -o."
        )


def _named_files(words: Iterable[str]) -> Iterator[str]:
    """What of a command line may name a file to read, also in a value such as ``env.adc=@samples.txt``.

    An option's value that has no dot and no slash is a name of something else, such as a runtime.
    """
    before = ""
    for word in words:
        is_value = before.startswith("-") and "=" not in before
        if before not in _OUTPUT and not word.startswith(_OUTPUT_WITH_VALUE):
            names = {word, *re.split(r"[=@:, ()]", word)} - {""}
            yield from (name for name in names if not is_value or "." in name or "/" in name)
        before = word


def _is_same(path: Path, output: Path) -> bool:
    try:
        return path.samefile(output)
    except (OSError, ValueError):
        return False


@contextmanager
def kept_if_written(output: Path) -> Iterator[None]:
    """As :func:`require_writable`, for what writes ``output`` at its end: if it does not, nothing is left.

    Raises:
        UsageError: It cannot be written.
    """
    require_writable(output)
    is_new = not output.exists()
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
    with kept_if_written(output):
        _write_to_file(parts, output)
    message(f"{output}: {output.stat().st_size:,} B written{replaced}.")


def _write_to_file(parts: Iterable[str], output: Path) -> None:
    try:
        # Names of files need not be text: what of them is none is shown as `?`, as on a terminal.
        with output.open("w", encoding="utf-8", errors="replace") as file:
            file.writelines(parts)
            file.write("\n")
    except OSError as error:
        raise _unwritable_file(output, error) from error


def _unwritable_file(output: Path, error: OSError | ValueError) -> UsageError:
    why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return UsageError(f"{output} cannot be written: {why}.", "Name another file with -o.")


def _write_to_stdout(parts: Iterable[str]) -> None:
    # What makes the parts may raise an OSError of its own, which is not of stdout.
    for part in parts:
        _put(part)
    _put("\n")
    flush_result()


def _put(text: str) -> None:
    try:
        sys.stdout.write(text)
    except OSError as error:
        _refuse(error)


def flush_result() -> None:
    """Writes what is left of a result to stdout.

    Raises:
        UsageError: It cannot be written there.
        SystemExit: Its reader has gone.
    """
    if sys.stdout.closed:
        return
    try:
        sys.stdout.flush()
    except OSError as error:
        _refuse(error)
    if (failure := stdout_failure()) is not None:
        _refuse(failure)


def _refuse(error: OSError) -> NoReturn:
    """Tells why stdout takes nothing.

    Raises:
        UsageError: It cannot be written to.
        SystemExit: Its reader, such as `head`, has gone: the program ends as a shell expects it.
    """
    leave_stdout()
    if isinstance(error, BrokenPipeError):
        raise SystemExit(SIGPIPE) from error
    if error.errno == errno.EBADF:
        raise UsageError("The result cannot be written: stdout is closed.", "Name a file with -o.") from error
    raise UsageError(
        f"The result cannot be written to stdout: {error.strerror}.", "Make room, or name a file with -o."
    ) from error


def message(text: str) -> None:
    """Tells the user something, with everything that does not print made visible."""
    for line in text.splitlines():
        sys.stderr.write(f"{escape_unprintable(line, _LONGEST_LINE)}\n")


def report_error(problem: WasmfitError) -> None:
    """Tells the user what is wrong and what to do about it."""
    message(f"wasmfit: {problem.message}")
    if problem.remedy:
        message(problem.remedy)
