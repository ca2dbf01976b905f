"""The three standard streams, whatever state they were handed over in: closed, full, of another encoding."""

import io
import os
import sys
from typing import TextIO

from . import encodings

_STDIN, _STDOUT, _STDERR = 0, 1, 2


class _Messages(io.FileIO):
    """Where messages go: what cannot be written there has no reader, and must not end the program."""

    def write(self, data: object, /) -> int:
        try:
            return super().write(data)  # type: ignore[arg-type]
        except OSError:
            return len(memoryview(data))  # type: ignore[arg-type]


class _Results(io.FileIO):
    """Where results go: keeps what a writer was told, since some (argparse) pass over it.

    Attributes:
        failure: Why something could not be written.
    """

    failure: OSError | None = None

    def write(self, data: object, /) -> int:
        try:
            return super().write(data)  # type: ignore[arg-type]
        except OSError as error:
            self.failure = error
            raise


def settle_streams() -> None:
    """Makes all three usable; to be called before a file is opened.

    A stream that is closed leaves its number to the next file that is opened, which would then be written to
    as if it were the stream. stdin then is empty, a result on stdout cannot be written, which is told where
    it is tried, and messages are for nobody. Messages that cannot be written are nobody's either.
    """
    is_open = {number: _is_open(number) for number in (_STDIN, _STDOUT, _STDERR)}
    for number, known in is_open.items():
        if not known:
            # The lowest free number is given out. stdout can be read only, so that writing to it is an error.
            os.open(os.devnull, os.O_WRONLY if number == _STDERR else os.O_RDONLY)
    if sys.stdin is None:
        sys.stdin = open(_STDIN, encoding="utf-8", closefd=False)  # noqa: SIM115 - a number; for ever
    sys.stdout = _text(_Results(_STDOUT, "w", closefd=False), sys.stdout)
    sys.stderr = _text(_Messages(_STDERR, "w", closefd=False), sys.stderr)


def print_what_can_be_printed() -> None:
    """Makes a terminal or file of another encoding show something plain for what it has no character for."""
    encodings.register()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors=encodings.NAME)


def stdout_failure() -> OSError | None:
    """Why something could not be written to stdout, whoever has passed over it."""
    raw = getattr(getattr(sys.stdout, "buffer", None), "raw", None)
    return raw.failure if isinstance(raw, _Results) else None


def leave_stdout() -> None:
    """Lets nothing more be written to stdout: what is buffered would be written, in vain, at the end."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, _STDOUT)
    os.close(nowhere)


def _text(raw: io.FileIO, former: TextIO | None) -> TextIO:
    """The same stream, written to by ``raw``."""
    return io.TextIOWrapper(
        io.BufferedWriter(raw),
        encoding="utf-8" if former is None else former.encoding,
        errors="replace",
        line_buffering=raw.fileno() == _STDERR or raw.isatty(),
    )


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True
