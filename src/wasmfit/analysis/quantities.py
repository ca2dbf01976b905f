"""Sizes and other amounts as users write them: ``512K``, ``128KiB``, ``1.5M``, ``20ms``, ``5uC``, ``+2%``."""

import re
from dataclasses import dataclass
from decimal import Decimal

from wasmfit.errors import UsageError
from wasmfit.words import escape_unprintable

_SIZE = re.compile(r"(\d[\d_,]{0,18}(?:\.\d{1,9})?)\s*([kmg]?)(i?b)?", re.IGNORECASE | re.ASCII)
_SCALED = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)\s*(|m|u|µ|n)([sCJ])", re.ASCII)
_NUMBER = re.compile(r"\d[\d_,]{0,18}(?:\.\d{1,9})?", re.ASCII)
_FACTORS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}
_PREFIXES = {
    "": Decimal(1),
    "m": Decimal("1e-3"),
    "u": Decimal("1e-6"),
    "µ": Decimal("1e-6"),
    "n": Decimal("1e-9"),
}
_NAMES = {"s": "time", "C": "charge", "J": "energy"}
_LARGEST = 1 << 62


def parse_size(text: str) -> int:
    """Bytes: a plain number, or one with K, M or G, which are powers of 1024, as memories are sold.

    Raises:
        UsageError: It is not a size, or not a whole number of bytes.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise UsageError(
            f"Invalid size {escape_unprintable(text)!r}.",
            "Sizes are 524288, 512K or 512KiB (K = 1024), 1M, …",
        )
    size = _decimal(match.group(1)) * _FACTORS[match.group(2).lower()]
    if size != int(size) or size > _LARGEST:
        raise UsageError(
            f"Invalid size {escape_unprintable(text)!r}: it is not a whole number of bytes.",
            "Write it in bytes.",
        )
    return int(size)


def parse_seconds(text: str) -> float:
    """A time with its unit, in seconds.

    Raises:
        UsageError: It is not a time, or has no unit.
    """
    return parse_scaled(text, "s")


def parse_scaled(text: str, unit: str) -> float:
    """A time, a charge or an energy with its unit, in seconds, coulombs or joules.

    Args:
        text: What the user wrote, such as ``20ms`` or ``5uC``.
        unit: ``s``, ``C`` or ``J``.

    Raises:
        UsageError: It is none of these, or has no unit, or another.
    """
    value = _scaled(text.strip(), unit)
    if value is None:
        name = _NAMES[unit]
        plural = "energies" if name == "energy" else f"{name}s"
        raise UsageError(
            f"Invalid {name} {escape_unprintable(text)!r}.",
            f"{plural.capitalize()} are 20m{unit}, 1.5{unit}, 300u{unit} or 50n{unit}.",
        )
    return value


def _scaled(text: str, unit: str) -> float | None:
    match = _SCALED.fullmatch(text)
    if match is None or match[3] != unit:
        return None
    return float(Decimal(match[1]) * _PREFIXES[match[2]])


@dataclass(frozen=True, slots=True)
class LimitValue:
    """The value of a limit, as it is written.

    Attributes:
        value: The number; of a relative limit, the difference that is allowed.
        relative: Whether it is compared with a baseline.
        percent: Whether the difference is a percentage.
        text: How it was written.
    """

    value: float
    relative: bool
    percent: bool
    text: str

    def allowed(self, baseline: float | None) -> float | None:
        """The limit as a value of the metric; ``None`` if it needs a baseline and there is none."""
        if not self.relative:
            return self.value
        if baseline is None:
            return None
        return baseline + (abs(baseline) * self.value / 100 if self.percent else self.value)


def parse_limit(given: int | float | str, unit: str) -> LimitValue:
    """The value of a limit: a number, or text; with a sign, it is a difference from a baseline.

    Args:
        given: What the user wrote.
        unit: The metric's unit: sizes take K, M and G, times, charges and energies m, µ and n, others are
            plain numbers.

    Raises:
        UsageError: It is not a valid value.
    """
    if isinstance(given, int | float):
        return LimitValue(
            _finite(given), False, False, f"{given:,}" if isinstance(given, int) else str(given)
        )
    text = given.strip()
    sign = -1 if text.startswith("-") else 1
    relative = text[:1] in ("+", "-")
    body = text[1:].strip() if relative else text
    if body.endswith("%"):
        if not relative:
            raise UsageError(
                f"Invalid limit {escape_unprintable(text)!r}: a percentage needs a sign.",
                "A percentage is a difference from a baseline: +2% or -5%.",
            )
        return LimitValue(sign * _number(body[:-1].strip(), text), True, True, text)
    return LimitValue(sign * _amount(body, unit, text), relative, False, text)


def _amount(body: str, unit: str, text: str) -> float:
    if unit == "B":
        return parse_size(body)
    if unit not in _NAMES:
        return _number(body, text)
    if (value := _scaled(body, unit)) is not None:
        return value
    return _number(body, text, f" with {unit}, m{unit}, u{unit} or n{unit}")


def _number(body: str, text: str, units: str = "") -> float:
    if not _NUMBER.fullmatch(body):
        raise UsageError(
            f"Invalid limit {escape_unprintable(text)!r} for such a metric.", f"It is a plain number{units}."
        )
    number = _decimal(body)
    return int(number) if number == int(number) else float(number)


def _decimal(digits: str) -> Decimal:
    return Decimal(digits.replace("_", "").replace(",", ""))


def _finite(value: int | float) -> int | float:
    if abs(value) <= _LARGEST:
        return value
    raise UsageError(f"Invalid limit {value}.", f"It is a number of at most {_LARGEST:,}.")
