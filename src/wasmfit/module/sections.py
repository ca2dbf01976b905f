"""A module's sections as they lie in its file: taken apart and put together again."""

from .cursor import Cursor

CUSTOM, IMPORT, MEMORY, GLOBAL, EXPORT, ELEMENT, DATA = 0, 2, 5, 6, 7, 9, 11
"""Numbers of sections."""

HEADER = 8
"""Bytes before the first section: magic and version."""


def sections(data: bytes) -> list[tuple[int, bytes]]:
    """The number and the content of each section, in the file's order.

    Raises:
        ModuleError: A section is longer than the file.
    """
    parts, file = [], Cursor(data, HEADER, len(data), "the file")
    while file.rest:
        number = file.byte()
        parts.append((number, file.take(file.number())))
    return parts


def cursor_over(payload: bytes, name: str) -> Cursor:
    """A cursor over the content of a section; ``name`` is for messages."""
    return Cursor(payload, 0, len(payload), f"the {name} section")


def section(number: int, payload: bytes) -> bytes:
    """A section as it lies in a file."""
    return bytes([number]) + leb(len(payload)) + payload


def leb(number: int) -> bytes:
    """An unsigned number as LEB128."""
    written = bytearray()
    while True:
        byte, number = number & 0x7F, number >> 7
        written.append(byte | (0x80 if number else 0))
        if not number:
            return bytes(written)
