"""Clocks as users write them: ``48MHz``, ``4.5M``, ``32768``."""

import re
from decimal import Decimal

from wasmfit.errors import UsageError
from wasmfit.words import escape_unprintable

_FREQUENCY = re.compile(r"(\d[\d_,]{0,18}(?:\.\d{1,9})?)\s*([kmg]?)(hz)?", re.IGNORECASE | re.ASCII)
_HERTZ = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9}
_SLOWEST, _FASTEST = 10**3, 10**10
"""No core's clock is beyond these."""


def parse_frequency(text: str) -> int:
    """A clock in Hz: with a unit, in powers of 1,000, or a plain number.

    Raises:
        UsageError: It is not a clock, not a whole number of Hz, or slower than any core's.
    """
    shown = escape_unprintable(text)
    match = _FREQUENCY.fullmatch(text.strip())
    number = Decimal(0) if match is None else Decimal(match[1].replace("_", "").replace(",", ""))
    clock = number if match is None else number * _HERTZ[match[2].lower()]
    if match is not None and not match[2] and 0 < clock < _SLOWEST:
        raise UsageError(
            f"A clock of {number} Hz is too slow to be meant: a number alone is in Hz.",
            f"For {number} MHz write {number}MHz.",
        )
    if clock != int(clock) or not _SLOWEST <= clock <= _FASTEST:
        raise UsageError(f"Invalid clock {shown!r}.", "Clocks are 48MHz, 48M or 48000000 (Hz).")
    return int(clock)
