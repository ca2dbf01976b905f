"""What kind of trap words tell: every runtime has its own for the ten that WebAssembly knows."""

import re
from enum import StrEnum


class TrapKind(StrEnum):
    """Why WebAssembly traps; ``UNTOLD`` where the words do not say.

    A stack that is used up is a limit of who runs the module, and no result of it.
    """

    UNREACHABLE = "unreachable"
    DIVISION = "division by zero"
    OVERFLOW = "integer overflow"
    CONVERSION = "conversion to integer"
    MEMORY = "memory out of bounds"
    TABLE = "table out of bounds"
    UNDEFINED = "undefined element"
    SIGNATURE = "indirect call type mismatch"
    STACK = "stack used up"
    UNTOLD = "not told"


_WORDS = {
    TrapKind.STACK: r"stack (overflow|exhausted|size exceeded)|stack.*overflow|call stack|out of fuel"
    r"|recursion|ResourceExhausted",
    TrapKind.UNREACHABLE: r"unreachable",
    TrapKind.DIVISION: r"divi(de|ded|sion) by zero|DivisionByZero|DivideByZero|remainder by zero",
    TrapKind.CONVERSION: r"(invalid|conversion|unrepresentable).*(integer|float)|float.*unrepresentable"
    r"|InvalidConversion|BadConversion",
    TrapKind.OVERFLOW: r"integer overflow|divide result unrepresentable|IntegerOverflow",
    TrapKind.SIGNATURE: r"indirect call.*(mismatch|type)|signature mismatch|null function or function"
    r"|IndirectCallTypeMismatch|BadSignature",
    TrapKind.UNDEFINED: r"uninitialized|undefined element|null reference|null table element|UndefinedElement"
    r"|element.*(undefined|null)",
    TrapKind.TABLE: r"table.*(out of|bounds)|bounds table|table (under|over)flow|InvalidElementOffset"
    r"|InvalidTableIndex|undefined table|TableOutOfBounds|table index",
    TrapKind.MEMORY: r"memory.*(out of|bounds|access)|out[- ]of[- ]bounds memory|MemoryOutOfBounds"
    r"|data segment|out of bounds|OutOfBounds|InvalidNegativeMemOffset",
}
_PATTERNS = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _WORDS.items()}
_ALIKE = (
    frozenset({TrapKind.TABLE, TrapKind.UNDEFINED, TrapKind.SIGNATURE}),
    frozenset({TrapKind.OVERFLOW, TrapKind.CONVERSION}),
)
"""Kinds that some runtimes have one sentence for."""


def kind_of(words: str) -> TrapKind:
    """The kind of trap that words tell."""
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.search(words)), TrapKind.UNTOLD)


def is_same(one: TrapKind, other: TrapKind) -> bool:
    """Whether two kinds may be one trap, as far as the words tell."""
    return one is other or any({one, other} <= kinds for kinds in _ALIKE)
