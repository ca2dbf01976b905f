"""What differs between kinds of cores, for whoever halts them: registers, semihosting, cycle counters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from .remote import RefusedError, Remote

_DEMCR, _TRCENA = 0xE000_EDFC, 1 << 24
_DWT_CTRL, _CYCCNTENA, _NOCYCCNT = 0xE000_1000, 1, 1 << 25
_DWT_CYCCNT = 0xE000_1004
_BKPT_AB = bytes((0xAB, 0xBE))
_EBREAK_BETWEEN = (bytes.fromhex("1310f001"), bytes.fromhex("73001000"), bytes.fromhex("13507040"))


class Counter(Protocol):
    """A counter of the core's cycles."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def modulus(self) -> int:
        """It counts from 0 again after so many."""

    def read(self) -> int:
        """What it says, while the core stands still."""


@dataclass(frozen=True)
class Reading:
    """A counter that one question reads."""

    name: str
    modulus: int
    question: Callable[[], int]

    def read(self) -> int:
        """See :class:`Counter`."""
        return self.question()


@dataclass(frozen=True)
class DebuggedCore:
    """A kind of core.

    Attributes:
        pc: GDB's number of the program counter.
        request: Register that says what a semihosting request is; its answer goes there too.
        parameter: Register with the request's parameter.
        breakpoint: Length of an instruction that a breakpoint is set on.
    """

    pc: int
    request: int
    parameter: int
    breakpoint: int

    def asks(self, remote: Remote, pc: int) -> int | None:
        """The length of the semihosting instruction that the core stands at; ``None`` if it is none."""
        raise NotImplementedError

    def counter(self, remote: Remote) -> Counter | None:
        """The core's cycle counter, switched on; ``None`` where it has none that can be read."""
        raise NotImplementedError


@dataclass(frozen=True)
class CortexM(DebuggedCore):
    """``bkpt 0xab``; CYCCNT of the data watchpoint and trace unit, which ARMv6-M and small ARMv8-M lack."""

    def asks(self, remote: Remote, pc: int) -> int | None:
        """See :class:`DebuggedCore`."""
        return 2 if remote.memory(pc, 2) == _BKPT_AB else None

    def counter(self, remote: Remote) -> Counter | None:
        """See :class:`DebuggedCore`."""
        try:
            remote.set_word(_DEMCR, remote.word(_DEMCR) | _TRCENA)
            control = remote.word(_DWT_CTRL)
            if control & _NOCYCCNT:
                return None
            remote.set_word(_DWT_CTRL, control | _CYCCNTENA)
            if not remote.word(_DWT_CTRL) & _CYCCNTENA:
                return None
            remote.word(_DWT_CYCCNT)
        except RefusedError:
            return None
        return Reading("DWT CYCCNT", 1 << 32, lambda: remote.word(_DWT_CYCCNT))


@dataclass(frozen=True)
class RiscV(DebuggedCore):
    """``slli x0, x0, 0x1f; ebreak; srai x0, x0, 7``; the counter ``mcycle``."""

    def asks(self, remote: Remote, pc: int) -> int | None:
        """See :class:`DebuggedCore`."""
        around = remote.memory(pc - 4, 12)
        return 4 if (around[:4], around[4:8], around[8:]) == _EBREAK_BETWEEN else None

    def counter(self, remote: Remote) -> Counter | None:
        """See :class:`DebuggedCore`."""
        registers = remote.registers
        if "mcycle" not in registers or "mcycleh" not in registers:
            return None
        low, high = registers["mcycle"], registers["mcycleh"]

        def read() -> int:
            return remote.register(high) << 32 | remote.register(low)

        try:
            read()
        except RefusedError:
            return None
        return Reading("mcycle", 1 << 64, read)


CORES: Mapping[str, DebuggedCore] = {
    "thumb": CortexM(pc=15, request=0, parameter=1, breakpoint=2),
    "riscv32": RiscV(pc=32, request=10, parameter=11, breakpoint=4),
}
"""Instruction set, as boards name it → the kind of core."""
