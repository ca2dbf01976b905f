"""Where a child's output goes, in bounded amounts of memory and disk."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

TAIL_BYTES = 64 * 1024
"""How much of a child's output is kept in memory."""

LOG_BYTES = 64 * 1024 * 1024
"""How much of a child's output goes to the log."""

LINE_BYTES = 1024 * 1024
"""Longest line handed to ``on_line``; a longer one comes in parts."""


class Sink:
    """Where a child's output goes: to the log, to the tail kept in memory, to whoever wants the lines."""

    def __init__(
        self, log: Path | None, on_line: Callable[[str], None] | None, *, keep_stdout: bool = True
    ) -> None:
        self._log = ChildLog(log) if log is not None else None
        self._keep_stdout = keep_stdout
        self._lines = LineCutter(on_line) if on_line is not None else None
        self._tail = bytearray()

    @property
    def wants_lines(self) -> bool:
        """Whether stdout must come apart from stderr."""
        return self._lines is not None or not self._keep_stdout

    def __enter__(self) -> Sink:
        return self

    def __exit__(self, *_: object) -> None:
        if self._log is not None:
            self._log.close()

    def take(self, data: bytes, *, is_stdout: bool) -> None:
        """Takes a piece of output."""
        if self._keep_stdout or not is_stdout:
            self._keep(data)
        if is_stdout and self._lines is not None:
            self._lines.take(data)

    def _keep(self, data: bytes) -> None:
        if self._log is not None:
            self._log.output(data)
        self._tail += data
        if len(self._tail) > 2 * TAIL_BYTES:
            del self._tail[:-TAIL_BYTES]

    def closed(self, *, is_stdout: bool) -> None:
        """Hands out the last line, which may lack its end."""
        if is_stdout and self._lines is not None:
            self._lines.flush()

    def note(self, line: str) -> None:
        """Writes a line of our own to the log."""
        if self._log is not None:
            self._log.note(line)

    def tail(self) -> str:
        """The end of the output."""
        return self._tail[-TAIL_BYTES:].decode(errors="replace")


class LineCutter:
    """Cuts bytes into lines of bounded length."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        self._on_line: Callable[[str], None] | None = on_line
        self._rest = bytearray()

    def take(self, data: bytes) -> None:
        """Hands out the lines that are complete."""
        *complete, rest = data.split(b"\n")
        for part in complete:
            self._rest += part
            self.flush(even_empty=True)
        self._rest += rest
        if len(self._rest) > LINE_BYTES:
            self.flush()

    def flush(self, *, even_empty: bool = False) -> None:
        """Hands out what there is of the current line."""
        line = bytes(self._rest).removesuffix(b"\r")
        self._rest.clear()
        if self._on_line is None or not (line or even_empty):
            return
        try:
            self._on_line(line.decode(errors="replace"))
        except BaseException:
            # It ends the child; what that prints on its way out is not for a reader that has failed.
            self._on_line = None
            raise


class ChildLog:
    """The part of a log that is about one child."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Unbuffered: what has come is in the log even if we are killed.
        self._file: BinaryIO = path.open("ab", buffering=0)
        self._left = LOG_BYTES
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._at_line_start = True

    def output(self, data: bytes) -> None:
        """Appends output, unless there has been too much of it."""
        if self._left <= 0:
            return
        self._write(self._decoder.decode(data[: self._left]))
        self._left -= len(data)
        if self._left <= 0:
            self.note(f"[output beyond {LOG_BYTES >> 20} MiB is left out]")

    def note(self, line: str) -> None:
        """Appends a line of our own."""
        self._write(self._decoder.decode(b"", final=True))
        self._write(("" if self._at_line_start else "\n") + line + "\n")

    def close(self) -> None:
        """Closes the file."""
        self._file.close()

    def _write(self, text: str) -> None:
        if text:
            self._file.write(text.encode())
            self._at_line_start = text.endswith("\n")
