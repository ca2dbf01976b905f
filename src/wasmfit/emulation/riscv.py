"""RISC-V trap registers, in words.

Names and causes as in The RISC-V Instruction Set Manual, Volume II: Privileged
Architecture, "Machine Cause Register".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wasmfit.words import hexadecimal

_CAUSES = {
    0: "misaligned jump",
    1: "instruction fetch fault",
    2: "illegal instruction",
    3: "breakpoint",
    4: "misaligned load",
    5: "load access fault",
    6: "misaligned store",
    7: "store access fault",
    8: "call of the environment from user mode",
    11: "call of the environment",
}
"""mcause → what it means."""

_FETCH = frozenset({0, 1})
_ACCESS = frozenset({0, 1, 4, 5, 6, 7})
"""Causes for which mtval is the address."""

_INTERRUPT = 1 << 31


@dataclass(frozen=True)
class RiscvRegisters:
    """The registers that the harness reports after a trap.

    Attributes:
        mcause, mepc, mtval, mstatus: Cause, address of the instruction, address or instruction, status.
        sp, ra: Stack pointer and return address as they were.
    """

    mcause: int
    mepc: int
    mtval: int
    mstatus: int
    sp: int
    ra: int

    @staticmethod
    def of(words: Sequence[int]) -> RiscvRegisters | None:
        """The registers as the firmware sent them, or ``None`` where some are missing."""
        return RiscvRegisters(*words[:6]) if len(words) >= 6 else None

    @property
    def pc(self) -> int | None:
        """Address of the instruction that faulted, or of the one that could not be fetched."""
        return self.mtval if self.mcause in _FETCH else self.mepc

    @property
    def caller(self) -> int | None:
        """Return address of the function that faulted, if it calls none itself."""
        return self.ra

    @property
    def address(self) -> int | None:
        """The address whose access failed, if the core knows it."""
        return self.mtval if self.mcause in _ACCESS else None

    @property
    def hit_stack_limit(self) -> bool:
        """RISC-V has no stack limit."""
        return False

    def causes(self) -> list[str]:
        """What mcause says, in words."""
        if self.mcause & _INTERRUPT:
            return [f"interrupt {self.mcause & ~_INTERRUPT}"]
        cause = _CAUSES.get(self.mcause, f"trap with cause {self.mcause}")
        return [cause if self.address is None else f"{cause} at {hexadecimal(self.address)}"]
