"""Cortex-M fault registers, in words.

Names as in the ARMv7-M and ARMv8-M Architecture Reference Manuals, "System
Control Block": CFSR, HFSR, MMFAR, BFAR, SFSR.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wasmfit.words import hexadecimal

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

_SECURE = {
    0: "SecureFault: entry to secure code at no secure gateway",
    3: "SecureFault: access to secure memory",
    4: "SecureFault: jump to non-secure code",
}
"""Bit of SFSR → what it means."""

_HARD = {1: "HardFault: reading the vector table", 31: "HardFault: debug event"}
"""Bit of HFSR → what it means."""


@dataclass(frozen=True)
class CortexMRegisters:
    """The registers that the harness reports after a fault.

    Attributes:
        cfsr, hfsr, mmfar, bfar: Fault status and address registers.
        sp: Stack pointer in the handler, where the exception frame lies.
        exc_return: Value of LR in the handler.
        sfsr: Secure fault status register of a Cortex-M33; 0 on cores that have none.
        frame: R0–R3, R12, LR, PC, xPSR as the core saved them; ``None`` where it could not, in RAM.
    """

    cfsr: int
    hfsr: int
    mmfar: int
    bfar: int
    sp: int
    exc_return: int
    sfsr: int
    frame: tuple[int, ...] | None

    @staticmethod
    def of(words: Sequence[int]) -> CortexMRegisters | None:
        """The registers as the firmware sent them, or ``None`` where some are missing."""
        if len(words) < 7:
            return None
        cfsr, hfsr, mmfar, bfar, sp, exc_return, whole = words[:7]
        sfsr = words[7] if len(words) > 7 else 0
        frame = tuple(words[8:16]) if whole == 1 and len(words) >= 16 else None
        return CortexMRegisters(cfsr, hfsr, mmfar, bfar, sp, exc_return, sfsr, frame)

    @property
    def pc(self) -> int | None:
        """Address of the instruction that faulted, or of the one that could not be fetched."""
        return None if self.frame is None else self.frame[6]

    @property
    def caller(self) -> int | None:
        """Return address of the function that faulted, if it calls none itself."""
        return None if self.frame is None else self.frame[5] & ~1

    @property
    def address(self) -> int | None:
        """The address whose access failed, if the core knows it."""
        if self.cfsr & _BFAR_VALID:
            return self.bfar
        return self.mmfar if self.cfsr & _MMFAR_VALID else None

    @property
    def hit_stack_limit(self) -> bool:
        """Whether the core itself saw the stack overflow."""
        return bool(self.cfsr & _STACK_LIMIT)

    def causes(self) -> list[str]:
        """What the fault status registers say, in words."""
        causes = []
        for bit, cause in _CAUSES.items():
            if self.cfsr >> bit & 1:
                address = self._address_of(1 << bit)
                causes.append(cause if address is None else f"{cause} at {hexadecimal(address)}")
        causes += [cause for bit, cause in _SECURE.items() if self.sfsr >> bit & 1]
        if not self.hfsr & _FORCED or not causes:
            causes += [cause for bit, cause in _HARD.items() if self.hfsr >> bit & 1]
        return causes or ["HardFault without a recorded cause"]

    def _address_of(self, cause: int) -> int | None:
        if cause & _FETCH:
            return self.pc
        if cause & _WITH_BFAR and self.cfsr & _BFAR_VALID:
            return self.bfar
        if cause & _WITH_MMFAR and self.cfsr & _MMFAR_VALID:
            return self.mmfar
        return None
