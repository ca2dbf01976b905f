"""What RISC-V's instructions refer to, with compressed ones.

Encodings are those of the RISC-V instruction set manual. An address is made by LUI or AUIPC, which set the
upper 20 bits of a register, and an instruction that adds 12 bits to it: ADDI, a load, a store or JALR.
"""

import numpy as np

from wasmfit.footprint.arrays import Booleans, Integers
from wasmfit.footprint.graph.instructions import DecodedInstructions, Decoder
from wasmfit.footprint.graph.reference import (
    NO_PAIRS,
    CodeReferences,
    ReferencePairs,
    join,
    last_write,
    signed,
    writes,
)

_LOAD, _LOAD_FP, _OP_IMM, _AUIPC = 0x03, 0x07, 0x13, 0x17
_STORE, _STORE_FP, _LUI, _BRANCH, _JALR, _JAL, _SYSTEM, _FENCE = (
    0x23,
    0x27,
    0x37,
    0x63,
    0x67,
    0x6F,
    0x73,
    0x0F,
)
_RA, _GP = 1, 3


def code_references(
    code: DecodedInstructions, decoder: Decoder, bits: int, global_pointer: int | None
) -> CodeReferences:
    """Find what code refers to.

    Args:
        code: The instructions.
        decoder: What decoded them.
        bits: 32 or 64.
        global_pointer: What the register ``gp`` holds, if the file says so.
    """
    del decoder  # the encoding has everything
    word, full = code.word, (code.size == 4) & (code.id != 0)
    half = (code.size == 2) & (code.id != 0)
    opcode = np.where(full, word & 0x7F, -1)
    upper, register = _upper(word, opcode, half), _results(word, opcode, half, bits)
    sets_upper = upper != _NOT
    user, source, offset = _users(word, opcode)
    setter = last_write(writes(register), code.function, source, user)
    paired = (setter >= 0) & sets_upper[np.maximum(setter, 0)]
    user_, setter, offset_ = user[paired], setter[paired], offset[paired]
    pc_relative = opcode[setter] == _AUIPC
    value = upper[setter] + offset_ + np.where(pc_relative, code.address[setter], 0)
    value &= (1 << bits) - 1 if bits == 32 else (1 << 63) - 1
    is_jalr = opcode[user_] == _JALR
    links = (word[user_] >> 7 & 31) == _RA
    calls = ReferencePairs(code.address[user_[is_jalr & links]], value[is_jalr & links])
    tails = ReferencePairs(code.address[user_[is_jalr & ~links]], value[is_jalr & ~links])
    data = ~is_jalr
    relative = ReferencePairs(code.address[user_[data & pc_relative]], value[data & pc_relative])
    built = ReferencePairs(code.address[user_[data & ~pc_relative]], value[data & ~pc_relative])
    if global_pointer is not None:
        by_gp = (source == _GP) & (opcode[user] != _JALR)
        relative = join(relative, ReferencePairs(code.address[user[by_gp]], global_pointer + offset[by_gp]))
    direct_calls, jumps = _branches(code, opcode, half, bits)
    return CodeReferences(join(calls, direct_calls), join(tails, jumps), relative, built, NO_PAIRS)


_NOT = np.int64(1) << 62


def _upper(word: Integers, opcode: Integers, half: Booleans) -> Integers:
    """What LUI and AUIPC put into the register, without the address; ``_NOT`` for all others."""
    value = np.where((opcode == _LUI) | (opcode == _AUIPC), signed(word & 0xFFFF_F000, 32), _NOT)
    register = word >> 7 & 31
    c_lui = half & (word & 0xE003 == 0x6001) & (register != 0) & (register != 2)
    immediate = (word >> 12 & 1) << 17 | (word >> 2 & 31) << 12
    return np.where(c_lui, signed(immediate, 18), value)


def _results(word: Integers, opcode: Integers, half: Booleans, bits: int) -> Integers:
    """The integer register that each instruction writes; -1 for none."""
    silent = (-1, _STORE, _STORE_FP, _LOAD_FP, _BRANCH, _FENCE, 0x43, 0x47, 0x4B, 0x4F)
    result = np.where(np.isin(opcode, silent), -1, word >> 7 & 31)
    quadrant, function = word & 3, word >> 13 & 7
    full_register, low, high = word >> 7 & 31, 8 + (word >> 2 & 7), 8 + (word >> 7 & 7)
    # C.ADDI4SPN, C.LW and, with 64 bits, C.LD
    in_0 = (quadrant == 0) & ((function == 0) | (function == 2) | ((function == 3) & (bits == 64)))
    in_1 = (quadrant == 1) & ((function == 0) | (function == 2) | (function == 3))
    in_1 |= (quadrant == 1) & (function == 1) & (bits == 64)  # C.ADDIW
    in_2 = (quadrant == 2) & ((function == 0) | (function == 2) | ((function == 3) & (bits == 64)))
    moves = (quadrant == 2) & (function == 4)
    has_source = word >> 2 & 31 != 0
    result = np.where(half & in_0, low, result)
    result = np.where(half & (in_1 | in_2 | (moves & has_source)), full_register, result)
    result = np.where(half & (quadrant == 1) & (function == 4), high, result)  # C.SRLI … C.AND
    links = (moves & ~has_source & (word >> 12 & 1 == 1)) | ((quadrant == 1) & (function == 1) & (bits == 32))
    result = np.where(half & links, _RA, result)
    return np.where(result == 0, -1, result)


def _users(word: Integers, opcode: Integers) -> tuple[Integers, Integers, Integers]:
    """Instructions that add a constant to a register: their numbers, the registers, the constants."""
    adds = ((opcode == _OP_IMM) | (opcode == 0x1B)) & (word >> 12 & 7 == 0)
    loads = (opcode == _LOAD) | (opcode == _LOAD_FP) | (opcode == _JALR)
    stores = (opcode == _STORE) | (opcode == _STORE_FP)
    offset = np.where(stores, signed((word >> 25) << 5 | word >> 7 & 31, 12), signed(word >> 20, 12))
    user = np.nonzero(adds | loads | stores)[0]
    return user, word[user] >> 15 & 31, offset[user]


def _branches(
    code: DecodedInstructions, opcode: Integers, half: Booleans, bits: int
) -> tuple[ReferencePairs, ReferencePairs]:
    word = code.word
    jal = np.nonzero(opcode == _JAL)[0]
    w = word[jal]
    offset = (w >> 31) << 20 | (w >> 12 & 0xFF) << 12 | (w >> 20 & 1) << 11 | (w >> 21 & 0x3FF) << 1
    jal_to = code.address[jal] + signed(offset, 21)
    links = w >> 7 & 31 == _RA
    branch = np.nonzero(opcode == _BRANCH)[0]
    w = word[branch]
    offset = (w >> 31) << 12 | (w >> 7 & 1) << 11 | (w >> 25 & 0x3F) << 5 | (w >> 8 & 0xF) << 1
    branch_to = code.address[branch] + signed(offset, 13)
    short = half & (word & 0xE003 == 0xA001)  # C.J
    short_call = half & (word & 0xE003 == 0x2001) & (bits == 32)  # C.JAL
    short_if = half & (word & 0xC003 == 0xC001)  # C.BEQZ, C.BNEZ
    calls = join(ReferencePairs(code.address[jal[links]], jal_to[links]), _compressed_jump(code, short_call))
    n = np.nonzero(short_if)[0]
    w = word[n]
    offset = (
        (w >> 12 & 1) << 8 | (w >> 5 & 3) << 6 | (w >> 2 & 1) << 5 | (w >> 10 & 3) << 3 | (w >> 3 & 3) << 1
    )
    jumps = join(
        ReferencePairs(code.address[jal[~links]], jal_to[~links]),
        ReferencePairs(code.address[branch], branch_to),
        _compressed_jump(code, short),
        ReferencePairs(code.address[n], code.address[n] + signed(offset, 9)),
    )
    return calls, jumps


def _compressed_jump(code: DecodedInstructions, which: Booleans) -> ReferencePairs:
    n = np.nonzero(which)[0]
    w = code.word[n]
    offset = (w >> 12 & 1) << 11 | (w >> 8 & 1) << 10 | (w >> 9 & 3) << 8 | (w >> 6 & 1) << 7
    offset |= (w >> 7 & 1) << 6 | (w >> 2 & 1) << 5 | (w >> 11 & 1) << 4 | (w >> 3 & 7) << 1
    return ReferencePairs(code.address[n], code.address[n] + signed(offset, 12))
