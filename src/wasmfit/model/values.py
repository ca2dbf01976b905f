"""Values of wasm's four number types, as 64-bit words: an ``i32`` or ``f32`` is the lower half."""

import math
import struct
from enum import StrEnum

from .base import Record


class ValueType(StrEnum):
    """A number type."""

    I32 = "i32"
    I64 = "i64"
    F32 = "f32"
    F64 = "f64"

    @property
    def bits(self) -> int:
        """Its width."""
        return int(self[1:])

    @property
    def is_float(self) -> bool:
        """Whether it is a floating-point type."""
        return self.startswith("f")


class Signature(Record):
    """A function's parameters and results."""

    params: tuple[ValueType, ...] = ()
    results: tuple[ValueType, ...] = ()


def to_float(kind: ValueType, word: int) -> float:
    """The floating-point number that a word stands for."""
    size, letter = (4, "f") if kind is ValueType.F32 else (8, "d")
    number: float = struct.unpack(f"<{letter}", word.to_bytes(size, "little"))[0]
    return number


def is_nan(kind: ValueType, word: int) -> bool:
    """Whether a word is one of the many NaNs."""
    return kind.is_float and math.isnan(to_float(kind, word))


def shown(kind: ValueType, word: int) -> str:
    """A word as a reader wants it: integers signed, floats in the fewest digits that give the same bits."""
    if not kind.is_float:
        return str(word - (1 << kind.bits) if word >> (kind.bits - 1) else word)
    number = to_float(kind, word)
    if math.isnan(number):
        quiet = 0x7FC00000 if kind is ValueType.F32 else 0x7FF8 << 48
        return "nan" if word == quiet else f"nan:{word:#x}"
    if kind is ValueType.F64 or math.isinf(number):
        return repr(number)
    for digits in range(1, 10):
        text = f"{number:.{digits}g}"
        if struct.pack("<f", float(text)) == struct.pack("<f", number):
            return repr(float(text))
    return repr(number)
