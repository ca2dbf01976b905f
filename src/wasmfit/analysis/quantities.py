"""Sizes and other amounts as users write them: ``512K``, ``128KiB``, ``1.5M``, ``20ms``, ``+2%``."""

import re
from dataclasses import dataclass
from decimal import Decimal

from wasmfit.errors import UsageError
from wasmfit.words import printable

_SIZE = re.compile(r"(\d[\d_,]{0,18}(?:\.\d{1,9})?)\s*([kmg]?)(i?b)?", re.IGNORECASE | re.ASCII)
_TIME = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)\s*(s|ms|us|µs|ns)", re.ASCII)
_NUMBER = re.compile(r"\d[\d_,]{0,18}(?:\.\d{1,9})?", re.ASCII)
_FACTORS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_SECONDS = {
    "s": Decimal(1),
    "ms": Decimal("1e-3"),
    "us": Decimal("1e-6"),
    "µs": Decimal("1e-6"),
    "ns": Decimal("1e-9"),
}
_LARGEST = 1 << 62


def size(text: str) -> int:
    """Bytes: plain, or with K, M or G, which are 1024 of what is before them, as memories are sold.

    Raises:
        UsageError: It is no size, or no whole number of bytes.
    """
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            f"{printable(text)!r} is no size.", "Sizes are 524288, 512K or 512KiB (K = 1024), 1M, …"
        )
    bytes_ = _decimal(found.group(1)) * _FACTORS[found.group(2).lower()]
    if bytes_ != int(bytes_) or bytes_ > _LARGEST:
        raise UsageError(f"{printable(text)!r} is no whole number of bytes.", "Write it in bytes.")
    return int(bytes_)


@dataclass(frozen=True, slots=True)
class Bound:
    """A limit as it is written.

    Attributes:
        value: The number; for a relative one, the difference that is allowed.
        relative: Whether it is held against a baseline.
        percent: Whether the difference is a percentage.
        text: How it was written.
    """

    value: float
    relative: bool
    percent: bool
    text: str

    def allowed(self, baseline: float | None) -> float | None:
        """The figure's limit; ``None`` where the baseline is missing that it needs."""
        if not self.relative:
            return self.value
        if baseline is None:
            return None
        return baseline + (abs(baseline) * self.value / 100 if self.percent else self.value)


def bound(given: int | float | str, unit: str) -> Bound:
    """A limit of a figure: a number, or text; with a sign, it is a difference to a baseline.

    Args:
        given: What the user wrote.
        unit: The figure's unit: sizes take K, M and G, times ms and µs, others are plain numbers.

    Raises:
        UsageError: It is none.
    """
    if isinstance(given, int | float):
        return Bound(_finite(given), False, False, f"{given:,}" if isinstance(given, int) else str(given))
    text = given.strip()
    sign = -1 if text.startswith("-") else 1
    relative = text[:1] in ("+", "-")
    body = text[1:].strip() if relative else text
    if body.endswith("%"):
        if not relative:
            raise UsageError(
                f"{printable(text)!r} does not say of what.",
                "A percentage is a difference to a baseline and has a sign: +2% or -5%.",
            )
        return Bound(sign * _number(body[:-1].strip(), text), True, True, text)
    return Bound(sign * _amount(body, unit, text), relative, False, text)


def _amount(body: str, unit: str, text: str) -> float:
    if unit == "B":
        return size(body)
    if unit == "s" and (found := _TIME.fullmatch(body)):
        return float(Decimal(found.group(1)) * _SECONDS[found.group(2)])
    return _number(body, text, " with s, ms, us or ns" if unit == "s" else "")


def _number(body: str, text: str, more: str = "") -> float:
    if not _NUMBER.fullmatch(body):
        raise UsageError(f"{printable(text)!r} is no limit of such a figure.", f"It is a plain number{more}.")
    number = _decimal(body)
    return int(number) if number == int(number) else float(number)


def _decimal(digits: str) -> Decimal:
    return Decimal(digits.replace("_", "").replace(",", ""))


def _finite(value: int | float) -> int | float:
    if abs(value) <= _LARGEST:
        return value
    raise UsageError(f"{value} is no limit.", "It is a number.")
