"""Values as users write them → 64-bit words."""

import math
import re
import struct

from wasmfit.errors import UsageError
from wasmfit.model import Expected, ValueType

_INTEGER = re.compile(r"[+-]?(0x[0-9a-f]+(_[0-9a-f]+)*|\d+(_\d+)*)", re.IGNORECASE | re.ASCII)
_DECIMAL = re.compile(r"[+-]?(\d+(_\d+)*\.?(\d+(_\d+)*)?|\.\d+(_\d+)*)(e[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_HEXADECIMAL = re.compile(r"[+-]?0x[0-9a-f]+(\.[0-9a-f]*)?(p[+-]?\d+)?", re.IGNORECASE | re.ASCII)
_NAN = re.compile(r"nan:(0x[0-9a-f]+)", re.IGNORECASE | re.ASCII)
_LONGEST = 400


def value(kind: ValueType, text: str, what: str) -> int:
    """A value of a type as a 64-bit word.

    Args:
        kind: The type.
        text: ``-2``, ``0x10``, ``3.5``, ``1e-3``, ``inf``, ``nan``, or a NaN by its bits, as
            ``nan:0x7fc00001``.
        what: What it is for, for the message.

    Raises:
        UsageError: It is not such a value, or does not fit.
    """
    text = text.strip()
    if len(text) > _LONGEST:
        raise UsageError(f"{what} has {len(text):,} characters, which no value of type {kind} needs.")
    return _float(kind, text, what) if kind.is_float else _integer(kind, text, what)


def _integer(kind: ValueType, text: str, what: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise UsageError(
            f"{what} is {text!r}, which is not an integer.", f"Type {kind} takes 7, -7, 0x1f or 1_000."
        )
    number = int(text.replace("_", ""), 16 if "x" in text.lower() else 10)
    low, high = -(1 << (kind.bits - 1)), (1 << kind.bits) - 1
    if not low <= number <= high:
        raise UsageError(f"{what} is {text}, which does not fit in {kind}: it takes {low:,} to {high:,}.")
    return number % (1 << kind.bits)


def _float(kind: ValueType, text: str, what: str) -> int:
    lower = text.lower()
    if match := _NAN.fullmatch(lower):
        word = int(match[1], 16)
        if word >> kind.bits:
            raise UsageError(f"{what} is {text}, which has more bits than {kind}.")
        return word
    if lower in ("nan", "+nan", "-nan"):
        sign = 1 << (kind.bits - 1) if lower[0] == "-" else 0
        return (0x7FC00000 if kind is ValueType.F32 else 0x7FF8 << 48) | sign
    if lower.lstrip("+-") in ("inf", "infinity") and len(lower.lstrip("+-")) >= len(lower) - 1:
        number = float(lower)
    elif _HEXADECIMAL.fullmatch(lower):
        number = _from_hex(lower, what, kind)
    elif _DECIMAL.fullmatch(lower):
        number = float(lower.replace("_", ""))
    else:
        raise UsageError(
            f"{what} is {text!r}, which is not a number.", f"Type {kind} takes 3, -2.5, 1e-3, inf or nan."
        )
    return _word(kind, number, text, what)


def _from_hex(text: str, what: str, kind: ValueType) -> float:
    try:
        return float.fromhex(text)
    except OverflowError:
        raise UsageError(f"{what} is {text}, which is too large for {kind}.") from None


def _word(kind: ValueType, number: float, text: str, what: str) -> int:
    try:
        packed = struct.pack("<f" if kind is ValueType.F32 else "<d", number)
    except OverflowError:
        raise UsageError(f"{what} is {text}, which is too large for {kind}.") from None
    if math.isinf(number) and "inf" not in text.lower():
        raise UsageError(f"{what} is {text}, which is too large for {kind}.")
    return int.from_bytes(packed, "little")


def expected(kind: ValueType, text: str, what: str) -> Expected:
    """What a result must be: a value, or for floats ``VALUE~TOLERANCE``.

    Raises:
        UsageError: It is neither.
    """
    number, separator, tolerance = text.partition("~")
    word = value(kind, number, what)
    if not separator:
        return Expected(text=text.strip(), word=word)
    if not kind.is_float:
        raise UsageError(f"{what} has a tolerance, and {kind} is an integer type: integers are exact.")
    allowed = value(ValueType.F64, tolerance, f"the tolerance of {what}")
    within: float = struct.unpack("<d", allowed.to_bytes(8, "little"))[0]
    if not 0 <= within < math.inf:
        raise UsageError(f"The tolerance of {what} is {tolerance.strip()}; it must be 0 or more.")
    return Expected(text=text.strip(), word=word, tolerance=within)
