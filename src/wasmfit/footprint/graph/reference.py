"""A reference from some bytes to others, one by one and as arrays."""

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from wasmfit.footprint.arrays import Integers


class ReferenceKind(IntEnum):
    """How bytes refer to other bytes."""

    CALL = 0
    """A direct call."""
    JUMP = 1
    """A branch out of its function, as for a tail call."""
    ADDRESS = 2
    """Code that makes or loads an address: of data, or of a function to call it indirectly."""
    DATA = 3
    """A word of data that is an address."""


class Reference(NamedTuple):
    """One reference.

    Attributes:
        source: Address of the instruction or the word that refers.
        target: Address that it refers to, with Arm's Thumb bit cleared.
        kind: How it refers.
    """

    source: int
    target: int
    kind: ReferenceKind


class ReferencePairs(NamedTuple):
    """References of one kind.

    Attributes:
        source: What refers.
        target: What is referred to.
    """

    source: Integers
    target: Integers


class CodeReferences(NamedTuple):
    """What code refers to, by the rules of one machine.

    Attributes:
        calls: Direct calls.
        jumps: Branches that are not calls, those within a function too.
        relative: Addresses counted from the instruction's own, and so certain.
        built: Numbers that code puts together, which may be addresses or not.
        loads: Instructions and the addresses of the words next to the code that they load.
    """

    calls: ReferencePairs
    jumps: ReferencePairs
    relative: ReferencePairs
    built: ReferencePairs
    loads: ReferencePairs


NO_PAIRS = ReferencePairs(np.empty(0, np.int64), np.empty(0, np.int64))
"""No references."""
NO_CODE_REFERENCES = CodeReferences(NO_PAIRS, NO_PAIRS, NO_PAIRS, NO_PAIRS, NO_PAIRS)
"""No references of any kind."""


def join(*pairs: ReferencePairs) -> ReferencePairs:
    """The references of several."""
    return ReferencePairs(
        np.concatenate([p.source for p in pairs]), np.concatenate([p.target for p in pairs])
    )


def signed(value: Integers, bits: int) -> Integers:
    """Numbers of some bits as two's complement."""
    sign = 1 << (bits - 1)
    return (value & (sign - 1)) - (value & sign)


class RegisterWrites(NamedTuple):
    """Which instructions write which registers; an instruction that writes two has two rows.

    Attributes:
        instruction: Numbers of instructions.
        register: The register that each writes.
    """

    instruction: Integers
    register: Integers


def writes(*registers: Integers) -> RegisterWrites:
    """The registers that instructions write.

    Args:
        registers: For every instruction, a register that it writes, or -1; a second array has the second
            results of those that write two.
    """
    rows = [np.nonzero(register >= 0)[0] for register in registers]
    return RegisterWrites(
        np.concatenate(rows),
        np.concatenate([register[row] for register, row in zip(registers, rows, strict=True)]),
    )


def last_write(written: RegisterWrites, function: Integers, registers: Integers, at: Integers) -> Integers:
    """The instruction that last wrote a register before another one, in order of address.

    Compilers may put other instructions between the two that make an address. What the register holds where
    branches meet is not followed: only instructions of the same function count.

    Args:
        written: The registers that instructions write.
        function: For every instruction, the number of its function.
        registers: Registers, one for each query.
        at: Numbers of instructions, one for each query.

    Returns:
        For each query, the number of the instruction that last wrote the register before, or -1.
    """
    count = len(function)
    keys = written.register * count + written.instruction
    order = np.argsort(keys, kind="stable")
    keys, instruction, register = keys[order], written.instruction[order], written.register[order]
    if not len(keys):
        return np.full(len(registers), -1, np.int64)
    row = np.searchsorted(keys, registers * count + at) - 1
    writer = instruction[np.maximum(row, 0)]
    same = (row >= 0) & (register[np.maximum(row, 0)] == registers) & (function[writer] == function[at])
    return np.where(same, writer, -1)
