"""What each call of a module logged, told from how its log stood after every call."""

from __future__ import annotations

from wasmfit.words import escape_unprintable

from .channel import Log, Report

_EMPTY = Log(0, 0x811C_9DC5)
"""The log before anything is in it: FNV-1a begins with this number."""

_PRIME = 0x0100_0193
_LONGEST = 200


def extended(log: Log, text: bytes) -> Log:
    """How a log stands when ``text`` has been added to it, its first bytes left out."""
    digest = log.digest
    for byte in text:
        digest = (digest ^ byte) * _PRIME & 0xFFFF_FFFF
    return Log(log.length + len(text), digest)


def digest_of(data: bytes) -> int:
    """The digest of bytes, as the harness makes it."""
    return extended(_EMPTY, data).digest


def is_right(report: Report, call: int, wanted: str) -> bool:
    """Whether a call logged just this. What a start function logged counts as the first call's."""
    before, after = _around(report, call)
    return after == extended(before, wanted.encode())


def shown(report: Report, call: int) -> str:
    """What a call logged, as the end of a sentence: the text where all of it was kept."""
    before, after = _around(report, call)
    length = after.length - before.length
    if length == 0:
        return "nothing"
    kept = b"" if report.log is None else report.log.text
    if after.length > len(kept):
        return f"{length:,} other bytes"
    text = kept[before.length : after.length].decode(errors="replace")
    return f"'{escape_unprintable(text, _LONGEST)}'"


def _around(report: Report, call: int) -> tuple[Log, Log]:
    return report.logs[call - 1] if call else _EMPTY, report.logs[call]
