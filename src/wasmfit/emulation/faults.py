"""Cortex-M fault registers, in words.

Names as in the ARMv7-M and ARMv8-M Architecture Reference Manuals, "System
Control Block": CFSR, HFSR, MMFAR, BFAR.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wasmfit.model import Region
from wasmfit.words import hexadecimal, printable

NameOf = Callable[[int], str | None]
"""Tells the function that an address lies in."""

NEAR_STACK = 64 * 1024
"""How far below the stack an access may be to be taken for one of the stack's, in bytes."""

_MMFAR_VALID = 1 << 7
_BFAR_VALID = 1 << 15
_STACK_LIMIT = 1 << 20
_FORCED = 1 << 30

_CAUSES = {
    0: "MemManage: instruction fetch",
    1: "MemManage: data access",
    3: "MemManage: leaving an exception",
    4: "MemManage: saving registers for an exception",
    5: "MemManage: saving float registers",
    8: "BusFault: instruction fetch",
    9: "BusFault: precise data access",
    10: "BusFault: imprecise data access",
    11: "BusFault: leaving an exception",
    12: "BusFault: saving registers for an exception",
    13: "BusFault: saving float registers",
    16: "UsageFault: undefined instruction",
    17: "UsageFault: jump out of Thumb state",
    18: "UsageFault: invalid return from an exception",
    19: "UsageFault: coprocessor is off or missing",
    20: "UsageFault: stack limit",
    24: "UsageFault: unaligned access",
    25: "UsageFault: division by zero",
}
"""Bit of CFSR → what it means."""

_FETCH = 1 << 0 | 1 << 8
_WITH_MMFAR = 1 << 1
_WITH_BFAR = 1 << 9

_HARD = {1: "HardFault: reading the vector table", 31: "HardFault: debug event"}
"""Bit of HFSR → what it means."""


@dataclass(frozen=True)
class Registers:
    """The registers that the harness reports after a fault.

    Attributes:
        cfsr, hfsr, mmfar, bfar: Fault status and address registers.
        sp: Stack pointer in the handler, where the exception frame lies.
        exc_return: Value of LR in the handler.
        frame: R0–R3, R12, LR, PC, xPSR as the core saved them; ``None`` where it could not, in RAM.
    """

    cfsr: int
    hfsr: int
    mmfar: int
    bfar: int
    sp: int
    exc_return: int
    frame: tuple[int, ...] | None

    @staticmethod
    def of(words: Sequence[int]) -> Registers | None:
        """The registers as the firmware sent them, or ``None`` where some are missing."""
        if len(words) < 7:
            return None
        cfsr, hfsr, mmfar, bfar, sp, exc_return, whole = words[:7]
        frame = tuple(words[8:16]) if whole == 1 and len(words) >= 16 else None
        return Registers(cfsr, hfsr, mmfar, bfar, sp, exc_return, frame)

    @property
    def pc(self) -> int | None:
        """Address of the instruction that faulted, or of the one that could not be fetched."""
        return None if self.frame is None else self.frame[6]

    @property
    def lr(self) -> int | None:
        """Return address of the function that faulted, if it calls none itself."""
        return None if self.frame is None else self.frame[5]

    @property
    def address(self) -> int | None:
        """The address whose access failed, if the core knows it."""
        if self.cfsr & _BFAR_VALID:
            return self.bfar
        return self.mmfar if self.cfsr & _MMFAR_VALID else None


@dataclass(frozen=True)
class Explanation:
    """A fault in words.

    Attributes:
        text: What happened and where.
        stack_overflow: Whether the stack overflowed.
    """

    text: str
    stack_overflow: bool


def explain(registers: Registers, stack: Region, name_of: NameOf) -> Explanation:
    """Says what the registers mean."""
    overflow = overflows(registers, stack)
    causes = "; ".join(_causes(registers)) or "HardFault without a recorded cause"
    text = f"{causes}{_place(registers, name_of)}"
    return Explanation(f"stack overflow ({text})" if overflow else text, overflow)


def below(stack: Region, address: int) -> bool:
    """Whether an address lies where a stack that overflows goes."""
    return stack.origin - NEAR_STACK <= address < stack.origin


def overflows(registers: Registers, stack: Region) -> bool:
    """Whether the stack overflowed: the access or the exception frame lies just below it."""
    if registers.cfsr & _STACK_LIMIT:
        return True
    addresses = [registers.sp] if registers.address is None else [registers.sp, registers.address]
    return any(below(stack, address) for address in addresses)


def _causes(registers: Registers) -> list[str]:
    causes = []
    for bit, cause in _CAUSES.items():
        if registers.cfsr >> bit & 1:
            address = _address_of(1 << bit, registers)
            causes.append(cause if address is None else f"{cause} at {hexadecimal(address)}")
    if not registers.hfsr & _FORCED or not causes:
        causes += [cause for bit, cause in _HARD.items() if registers.hfsr >> bit & 1]
    return causes


def _address_of(cause: int, registers: Registers) -> int | None:
    if cause & _FETCH:
        return registers.pc
    if cause & _WITH_BFAR and registers.cfsr & _BFAR_VALID:
        return registers.bfar
    if cause & _WITH_MMFAR and registers.cfsr & _MMFAR_VALID:
        return registers.mmfar
    return None


def _place(registers: Registers, name_of: NameOf) -> str:
    if registers.pc is None or registers.lr is None:
        return f", SP {hexadecimal(registers.sp)}"
    name = name_of(registers.pc)
    if name is not None:
        return f", in {printable(name)} (PC {hexadecimal(registers.pc)})"
    # The function that jumped there; a return address may be the first one behind it.
    caller = name_of((registers.lr & ~1) - 2)
    called = f", called from {printable(caller)}" if caller is not None else ""
    return f", PC {hexadecimal(registers.pc)}{called}"
