"""A reference from some bytes to others, and how references are handed on in bulk."""

from enum import IntEnum
from typing import NamedTuple

import numpy as np

from wasmfit.footprint.arrays import Integers


class How(IntEnum):
    """How bytes refer to others."""

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
        how: How it refers.
    """

    source: int
    target: int
    how: How


class Pairs(NamedTuple):
    """References of one kind.

    Attributes:
        source: What refers.
        target: What is referred to.
    """

    source: Integers
    target: Integers


class Found(NamedTuple):
    """What the rules of one machine find in code.

    Attributes:
        calls: Direct calls.
        jumps: Branches that are no calls, those within a function too.
        relative: Addresses counted from the instruction's own, and so certain.
        built: Numbers that code puts together, which may be addresses or not.
        loads: Instructions and the addresses of the words beside the code that they load.
    """

    calls: Pairs
    jumps: Pairs
    relative: Pairs
    built: Pairs
    loads: Pairs


NONE = Pairs(np.empty(0, np.int64), np.empty(0, np.int64))
"""No references."""
NOTHING = Found(NONE, NONE, NONE, NONE, NONE)
"""Nothing of any kind."""


def join(*pairs: Pairs) -> Pairs:
    """All of several."""
    return Pairs(np.concatenate([p.source for p in pairs]), np.concatenate([p.target for p in pairs]))


def signed(value: Integers, bits: int) -> Integers:
    """Numbers of some bits as two's complement."""
    sign = 1 << (bits - 1)
    return (value & (sign - 1)) - (value & sign)


class Writes(NamedTuple):
    """Which instructions write which registers; an instruction that writes two has two rows.

    Attributes:
        instruction: Numbers of instructions.
        register: The register that each writes.
    """

    instruction: Integers
    register: Integers


def writes(*registers: Integers) -> Writes:
    """The registers that instructions write.

    Args:
        registers: For every instruction, a register that it writes, or -1; a second array has the second
            results of those that write two.
    """
    rows = [np.nonzero(register >= 0)[0] for register in registers]
    return Writes(
        np.concatenate(rows),
        np.concatenate([register[row] for register, row in zip(registers, rows, strict=True)]),
    )


def last_write(written: Writes, function: Integers, wanted: Integers, at: Integers) -> Integers:
    """The instruction that last wrote a register before another one, in order of address.

    Compilers may put other instructions between the two that make an address. What the register holds where
    branches meet is not followed: only instructions of the same function count.

    Args:
        written: The registers that instructions write.
        function: For every instruction, the number of its function.
        wanted: Registers to ask for, one for each question.
        at: Numbers of the instructions that ask.

    Returns:
        For each question, the number of the instruction that wrote, or -1.
    """
    count = len(function)
    keys = written.register * count + written.instruction
    order = np.argsort(keys, kind="stable")
    keys, instruction, register = keys[order], written.instruction[order], written.register[order]
    if not len(keys):
        return np.full(len(wanted), -1, np.int64)
    row = np.searchsorted(keys, wanted * count + at) - 1
    writer = instruction[np.maximum(row, 0)]
    same = (row >= 0) & (register[np.maximum(row, 0)] == wanted) & (function[writer] == function[at])
    return np.where(same, writer, -1)
