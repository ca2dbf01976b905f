"""What a fault's registers say, whatever the core."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from wasmfit.model import Region
from wasmfit.words import escape_unprintable, hexadecimal

from . import cortex_m, riscv
from .channel import Report

NameOf = Callable[[int], str | None]
"""Tells the function that an address lies in."""

NEAR_STACK = 64 * 1024
"""How far below the stack an access may be to be taken for one of the stack's, in bytes."""


class Registers(Protocol):
    """The registers that the harness reports after a fault."""

    @property
    def sp(self) -> int:
        """Stack pointer."""

    @property
    def pc(self) -> int | None:
        """Address of the instruction that faulted, or of the one that could not be fetched."""

    @property
    def caller(self) -> int | None:
        """Return address of the function that faulted, if it calls none itself."""

    @property
    def address(self) -> int | None:
        """The address whose access failed, if the core knows it."""

    @property
    def hit_stack_limit(self) -> bool:
        """Whether the core itself saw the stack overflow."""

    def causes(self) -> list[str]:
        """What happened, in words."""


@dataclass(frozen=True)
class Explanation:
    """A fault in words.

    Attributes:
        text: What happened and where.
        stack_overflow: Whether the stack overflowed.
    """

    text: str
    stack_overflow: bool


def read(report: Report) -> Registers | None:
    """The registers that a firmware has sent, or ``None`` where they are missing."""
    if report.trap:
        return riscv.RiscvRegisters.of(report.trap)
    return cortex_m.CortexMRegisters.of(report.fault)


def explain(registers: Registers, stack: Region, name_of: NameOf) -> Explanation:
    """Says what the registers mean."""
    overflow = overflows(registers, stack)
    text = f"{'; '.join(registers.causes())}{_place(registers, name_of)}"
    return Explanation(f"stack overflow ({text})" if overflow else text, overflow)


def below(stack: Region, address: int) -> bool:
    """Whether an address lies where a stack that overflows goes."""
    return stack.origin - NEAR_STACK <= address < stack.origin


def overflows(registers: Registers, stack: Region) -> bool:
    """Whether the stack overflowed: the access or the exception frame lies just below it."""
    if registers.hit_stack_limit:
        return True
    addresses = [registers.sp] if registers.address is None else [registers.sp, registers.address]
    return any(below(stack, address) for address in addresses)


def _place(registers: Registers, name_of: NameOf) -> str:
    if registers.pc is None or registers.caller is None:
        return f", SP {hexadecimal(registers.sp)}"
    name = name_of(registers.pc)
    if name is not None:
        return f", in {escape_unprintable(name)} (PC {hexadecimal(registers.pc)})"
    # The function that jumped there; a return address may be the first one after it.
    caller = name_of(registers.caller - 2)
    called = f", called from {escape_unprintable(caller)}" if caller is not None else ""
    return f", PC {hexadecimal(registers.pc)}{called}"
