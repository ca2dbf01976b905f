"""What Arm's instructions refer to: Thumb (and so all Cortex-M) and Arm code.

Encodings are those of the Armv7-M and Armv7-A architecture reference manuals; T1, T3 and so on are their
names.
A 32-bit Thumb instruction is two halfwords, the first in the low half of ``Instructions.word``.
"""

import numpy as np

from wasmfit.footprint.arrays import Booleans, Integers
from wasmfit.footprint.graph.instructions import DecodedInstructions, Decoder
from wasmfit.footprint.graph.reference import (
    NO_PAIRS,
    CodeReferences,
    ReferencePairs,
    RegisterWrites,
    join,
    last_write,
    signed,
    writes,
)

_NO_RESULT = (
    r"(?:v?st\w*|v?push|cmp|cmn|tst|teq|b|bl|blx|bx|bxj|cbn?z|it|nop|hint|yield|wfe|wfi|sev|svc|udf|bkpt|"
    r"dmb|dsb|isb|pld\w*|pli|tbb|tbh|msr|cps\w*|v(?!mov|mrs)\w+)"
)
# VMOV to two core registers is the only form of it whose first two operands are such registers.
_TWO_RESULTS = r"ldrd|ld(?:r|a)exd|[su]mull|[su]mlal\w*|smlsld\w*|umaal|vmov"
# Registers as capstone writes them, by their first two characters.
_NAMES = {b"sb": 9, b"sl": 10, b"fp": 11, b"ip": 12, b"sp": 13, b"lr": 14, b"pc": 15}


def code_references(code: DecodedInstructions, decoder: Decoder, thumb: Booleans) -> CodeReferences:
    """Find what code refers to.

    Args:
        code: The instructions.
        decoder: What decoded them.
        thumb: For each instruction, whether it is Thumb code.
    """
    first, second = code.word & 0xFFFF, code.word >> 16
    short = thumb & (code.size == 2)
    long = thumb & (code.size == 4)
    arm = ~thumb & (code.size == 4) & (code.id != 0)
    bl, blx = decoder.numbers(code, "bl"), decoder.numbers(code, "blx")
    return CodeReferences(
        calls=_calls(code, long, arm, first, second, np.concatenate([bl, blx])),
        jumps=_jumps(code, short, long, arm, first, second),
        relative=_relative(code, short, long, first, second),
        built=_pairs(code, decoder, long, arm, first, second),
        loads=_loads(code, short, long, arm, first, second),
    )


def _at(which: Booleans) -> Integers:
    return np.nonzero(which)[0]


def _t4(first: Integers, second: Integers) -> Integers:
    """Offset of BL and of B with 25 bits (T1 and T4)."""
    sign = first >> 10 & 1
    i1 = 1 ^ (second >> 13 & 1) ^ sign
    i2 = 1 ^ (second >> 11 & 1) ^ sign
    offset = sign << 24 | i1 << 23 | i2 << 22 | (first & 0x3FF) << 12 | (second & 0x7FF) << 1
    return signed(offset, 25)


def _calls(
    code: DecodedInstructions, long: Booleans, arm: Booleans, first: Integers, second: Integers, ids: Integers
) -> ReferencePairs:
    call = np.isin(code.id, ids)
    n = _at(call & long & (first & 0xF800 == 0xF000))
    to_arm = second[n] & 0x1000 == 0  # BLX changes to Arm code, aligned to words
    pc = code.address[n] + 4
    thumb = ReferencePairs(code.address[n], np.where(to_arm, pc & ~3, pc) + _t4(first[n], second[n]))
    n = _at(call & arm & (code.word >> 25 & 7 == 5))
    return join(thumb, ReferencePairs(code.address[n], code.address[n] + 8 + signed(code.word[n] << 2, 26)))


def _jumps(
    code: DecodedInstructions,
    short: Booleans,
    long: Booleans,
    arm: Booleans,
    first: Integers,
    second: Integers,
) -> ReferencePairs:
    pc = code.address + 4
    conditional = short & (first & 0xF000 == 0xD000) & (first & 0x0E00 != 0x0E00)
    n1 = _at(conditional)  # B T1
    n2 = _at(short & (first & 0xF800 == 0xE000))  # B T2
    n3 = _at(short & (first & 0xF500 == 0xB100))  # CBZ, CBNZ
    wide = long & (first & 0xF800 == 0xF000)
    n4 = _at(wide & (second & 0xD000 == 0x9000))  # B T4
    n5 = _at(wide & (second & 0xD000 == 0x8000) & (first & 0x0380 != 0x0380))  # B T3
    f3, f5, s5 = first[n3], first[n5], second[n5]
    t3 = (f5 >> 10 & 1) << 20 | (s5 >> 11 & 1) << 19 | (s5 >> 13 & 1) << 18
    t3 |= (f5 & 0x3F) << 12 | (s5 & 0x7FF) << 1
    n6 = _at(arm & (code.word >> 24 & 0xF == 0xA) & (code.word >> 28 != 0xF))  # B A1
    return join(
        ReferencePairs(code.address[n1], pc[n1] + signed((first[n1] & 0xFF) << 1, 9)),
        ReferencePairs(code.address[n2], pc[n2] + signed((first[n2] & 0x7FF) << 1, 12)),
        ReferencePairs(code.address[n3], pc[n3] + ((f3 >> 9 & 1) << 6 | (f3 >> 3 & 0x1F) << 1)),
        ReferencePairs(code.address[n4], pc[n4] + _t4(first[n4], second[n4])),
        ReferencePairs(code.address[n5], pc[n5] + signed(t3, 21)),
        ReferencePairs(code.address[n6], code.address[n6] + 8 + signed(code.word[n6] << 2, 26)),
    )


def _pairs(
    code: DecodedInstructions,
    decoder: Decoder,
    long: Booleans,
    arm: Booleans,
    first: Integers,
    second: Integers,
) -> ReferencePairs:
    """MOVW and the MOVT that completes it; the compiler may have moved them apart."""
    movw = (long & (first & 0xFBF0 == 0xF240) & (second & 0x8000 == 0)) | (
        arm & (code.word >> 20 & 0xFF == 0x30)
    )
    movt = (long & (first & 0xFBF0 == 0xF2C0) & (second & 0x8000 == 0)) | (
        arm & (code.word >> 20 & 0xFF == 0x34)
    )
    top = _at(movt)
    if not len(top):
        return NO_PAIRS
    thumb_half = (first & 0xF) << 12 | (first >> 10 & 1) << 11 | (second >> 12 & 7) << 8 | second & 0xFF
    half = np.where(arm, (code.word >> 4 & 0xF000) | (code.word & 0xFFF), thumb_half)
    target = np.where(arm, code.word >> 12 & 0xF, second >> 8 & 0xF)
    low = last_write(_writes(code, decoder), code.function, target[top], top)
    paired = (low >= 0) & movw[np.maximum(low, 0)]
    top, low = top[paired], low[paired]
    return ReferencePairs(code.address[top], half[top] << 16 | half[low])


def _writes(code: DecodedInstructions, decoder: Decoder) -> RegisterWrites:
    """The registers that instructions write, by the text of their operands, which begins with the results.

    Not followed are the lists of LDM and POP, which restore what the caller had, the base that a load or a
    store writes back, and what a function that is called leaves in registers.
    """
    text = code.operands.view(np.uint8).reshape(len(code.operands), -1)[:, :8].astype(np.int64)
    none = np.isin(code.id, decoder.numbers(code, _NO_RESULT)) | (code.id == 0)
    first = np.where(none, -1, _register(text[:, :3]))
    # The first name has two or three characters, and ", " follows it.
    second = np.where(text[:, 2] == ord(","), _register(text[:, 4:7]), _register(text[:, 5:8]))
    two = np.isin(code.id, decoder.numbers(code, _TWO_RESULTS)) & (first >= 0)
    return writes(first, np.where(two, second, -1))


def _register(text: Integers) -> Integers:
    """The core register that each of some texts of three characters begins with; -1 for anything else."""
    digits = text - ord("0")
    is_number = (text[:, 0] == ord("r")) & (digits[:, 1] >= 0) & (digits[:, 1] <= 9)
    two = (digits[:, 2] >= 0) & (digits[:, 2] <= 9)
    register = np.where(is_number, np.where(two, digits[:, 1] * 10 + digits[:, 2], digits[:, 1]), -1)
    for name, number in _NAMES.items():
        register[(text[:, 0] == name[0]) & (text[:, 1] == name[1])] = number
    return register


def _relative(
    code: DecodedInstructions, short: Booleans, long: Booleans, first: Integers, second: Integers
) -> ReferencePairs:
    """ADR."""
    base = (code.address + 4) & ~3
    n1 = _at(short & (first & 0xF800 == 0xA000))
    offset = (first >> 10 & 1) << 11 | (second >> 12 & 7) << 8 | second & 0xFF
    n2 = _at(long & (first & 0xFBFF == 0xF20F) & (second & 0x8000 == 0))
    n3 = _at(long & (first & 0xFBFF == 0xF2AF) & (second & 0x8000 == 0))
    return join(
        ReferencePairs(code.address[n1], base[n1] + (first[n1] & 0xFF) * 4),
        ReferencePairs(code.address[n2], base[n2] + offset[n2]),
        ReferencePairs(code.address[n3], base[n3] - offset[n3]),
    )


def _loads(
    code: DecodedInstructions,
    short: Booleans,
    long: Booleans,
    arm: Booleans,
    first: Integers,
    second: Integers,
) -> ReferencePairs:
    """LDR from a literal pool; LDRD, VLDR and narrower loads read numbers there, no addresses."""
    base = (code.address + 4) & ~3
    n1 = _at(short & (first & 0xF800 == 0x4800))
    n2 = _at(long & (first & 0xFF7F == 0xF85F))
    offset = second[n2] & 0xFFF
    n3 = _at(arm & (code.word >> 16 & 0xF7F == 0x51F))
    arm_offset = code.word[n3] & 0xFFF
    return join(
        ReferencePairs(code.address[n1], base[n1] + (first[n1] & 0xFF) * 4),
        ReferencePairs(code.address[n2], base[n2] + np.where(first[n2] & 0x80, offset, -offset)),
        ReferencePairs(
            code.address[n3],
            code.address[n3] + 8 + np.where(code.word[n3] & 0x80_0000, arm_offset, -arm_offset),
        ),
    )
