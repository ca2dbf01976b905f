"""The bytes of an update: what has to be sent to make a new module of an old one.

Copies from the old file and new bytes between them, compressed with zlib: what an updater in a boot loader
can do, with one pass over the new file. Better encoders exist; this one is a bound that is easy to reach.
"""

import zlib

from .cursor import Cursor
from .sections import leb

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
    written, made = zlib.decompress(data), bytearray()
    steps = Cursor(written, 0, len(written), "the update")
    while steps.rest:
        made += steps.take(steps.number())
        start, length = steps.number(), steps.number()
        made += old[start : start + length]
    return bytes(made)


def _step(inserted: bytes, start: int, length: int) -> bytes:
    """New bytes, then a copy."""
    return leb(len(inserted)) + inserted + leb(start) + leb(length)
