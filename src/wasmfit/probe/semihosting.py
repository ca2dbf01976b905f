"""Answering a halted core's semihosting requests: the few that the harness makes."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from .remote import RefusedError, Remote


class Request(IntEnum):
    """The requests that are answered, by Arm's numbers of them."""

    WRITEC = 0x03
    WRITE0 = 0x04
    ERRNO = 0x13
    EXIT = 0x18
    EXIT_EXTENDED = 0x20


_REFUSED = 0xFFFF_FFFF
_LONGEST_TEXT = 4096
_READ_BYTES = 64


@dataclass
class Host:
    """The host's side of semihosting.

    Attributes:
        lines: What was written, line by line.
        ended: Whether the firmware has asked for its end.
    """

    lines: list[str] = field(default_factory=list)
    ended: bool = False
    _text: str = ""

    def answer(self, remote: Remote, request: int, parameter: int) -> int:
        """Does what is asked, and returns the answer for the core.

        A board is told no command line: whoever asks for one learns that nobody emulates it. Everything else
        is refused: a firmware has no business with the files of this machine.
        """
        match request:
            case Request.WRITE0:
                self._write(_text(remote, parameter))
            case Request.WRITEC:
                self._write(remote.memory(parameter, 1).decode("latin-1"))
            case Request.ERRNO:
                return 0
            case Request.EXIT | Request.EXIT_EXTENDED:
                self.ended = True
            case _:
                return _REFUSED
        return 0

    def _write(self, text: str) -> None:
        self._text = (self._text + text)[-(_LONGEST_TEXT * 2) :]
        *whole, self._text = self._text.split("\n")
        self.lines += whole


def _text(remote: Remote, address: int) -> str:
    """A text that ends with a NUL, or what there is of it."""
    text = bytearray()
    while len(text) < _LONGEST_TEXT:
        try:
            part = remote.memory(address + len(text), _READ_BYTES)
        except RefusedError:
            # The end of memory is nearer than that.
            part = remote.memory(address + len(text), 1)
        if 0 in part:
            text += part[: part.index(0)]
            break
        text += part
    return text.decode(errors="replace")
