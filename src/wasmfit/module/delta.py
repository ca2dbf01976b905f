"""The bytes of an update: what has to be sent to make a new module of an old one.

Copies from the old file and new bytes between them, compressed with zlib: what an updater in a boot loader
can do, with one pass over the new file. Better encoders exist; this one is a bound that is easy to reach.
"""

import zlib

_BLOCK = 16
"""Bytes that must be the same for a copy to be looked for."""


def update(old: bytes, new: bytes) -> bytes:
    """What makes the new file of the old one."""
    known: dict[bytes, int] = {}
    for at in range(len(old) - _BLOCK + 1):
        known.setdefault(old[at : at + _BLOCK], at)
    written, at, since = bytearray(), 0, 0
    while at < len(new):
        start = known.get(new[at : at + _BLOCK])
        if start is None:
            at += 1
            continue
        length = _BLOCK
        while (
            at + length < len(new)
            and old[start + length : start + length + 1] == new[at + length : at + length + 1]
        ):
            length += 1
        written += _step(new[since:at], start, length)
        at += length
        since = at
    written += _step(new[since:], 0, 0)
    return zlib.compress(bytes(written), 9)


def updated(old: bytes, data: bytes) -> bytes:
    """The new file, of the old one and an update."""
    steps, at, made = zlib.decompress(data), 0, bytearray()
    while at < len(steps):
        inserted, at = _number(steps, at)
        made += steps[at : at + inserted]
        at += inserted
        start, at = _number(steps, at)
        length, at = _number(steps, at)
        made += old[start : start + length]
    return bytes(made)


def _step(inserted: bytes, start: int, length: int) -> bytes:
    """New bytes, then a copy."""
    return _encoded(len(inserted)) + inserted + _encoded(start) + _encoded(length)


def _encoded(number: int) -> bytes:
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
