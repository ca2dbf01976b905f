"""What the instructions of x86-64 and of 64-bit Arm refer to, for programs of a host."""

import re

import numpy as np

from wasmfit.footprint.arrays import Integers
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

_RIP = re.compile(rb"\[rip (?:([+-]) (0x[0-9a-f]+|[0-9]+))?\]?")


def x86_references(code: DecodedInstructions, decoder: Decoder) -> CodeReferences:
    """Find what x86 code refers to: direct branches, and addresses relative to the instruction's own."""
    to_number = np.char.startswith(code.operands, b"0x")
    calls = np.isin(code.id, decoder.numbers(code, "call"))
    jumps = np.isin(code.id, decoder.numbers(code, r"j\w+|loop\w*"))
    relative = np.nonzero(np.char.find(code.operands, b"[rip ") >= 0)[0]
    ends = (code.address + code.size)[relative].tolist()
    targets = [
        end + _displacement(text) for end, text in zip(ends, code.operands[relative].tolist(), strict=True)
    ]
    relative_pairs = ReferencePairs(code.address[relative], np.array(targets, dtype=np.int64))
    return CodeReferences(
        _direct(code, calls & to_number), _direct(code, jumps & to_number), relative_pairs, NO_PAIRS, NO_PAIRS
    )


def _direct(code: DecodedInstructions, which: np.ndarray) -> ReferencePairs:
    n = np.nonzero(which)[0]
    targets = [int(text, 16) & ((1 << 63) - 1) for text in code.operands[n].tolist()]
    return ReferencePairs(code.address[n], np.array(targets, dtype=np.int64))


def _displacement(operands: bytes) -> int:
    match = _RIP.search(operands)
    if match is None or match[2] is None:
        return 0
    value = int(match[2], 0)
    return -value if match[1] == b"-" else value


def aarch64_references(code: DecodedInstructions, decoder: Decoder) -> CodeReferences:
    """Find what 64-bit Arm code refers to: branches, ADR, and ADRP with what adds the rest of the address."""
    word, address = code.word, code.address
    calls = np.nonzero(word >> 26 == 0b100101)[0]
    always = np.nonzero(word >> 26 == 0b000101)[0]
    if_19 = np.nonzero((word >> 24 == 0x54) | (word >> 25 & 0x3F == 0b011010))[0]  # B.cond, CBZ, CBNZ
    if_14 = np.nonzero(word >> 25 & 0x3F == 0b011011)[0]  # TBZ, TBNZ
    jumps = join(
        ReferencePairs(address[always], address[always] + signed(word[always] << 2, 28)),
        ReferencePairs(address[if_19], address[if_19] + signed((word[if_19] >> 5) << 2, 21)),
        ReferencePairs(address[if_14], address[if_14] + signed((word[if_14] >> 5) << 2, 16)),
    )
    offset = signed((word >> 5 & 0x7FFFF) << 2 | word >> 29 & 3, 21)
    adr = np.nonzero(word & 0x9F00_0000 == 0x1000_0000)[0]
    adrp = word & 0x9F00_0000 == 0x9000_0000
    page = (address & ~0xFFF) + (offset << 12)
    user, low = _page_users(word)
    silent = np.isin(code.id, decoder.numbers(code, r"st\w+|b|bl|blr|br|cbn?z|tbn?z|ret|prfm|nop")) | (
        code.id == 0
    )
    register = np.where(silent, -1, word & 31)
    # LDP and its kin, but not of vectors; LDXP and LDAXP
    pair = (word & 0x3C40_0000 == 0x2840_0000) | (word & 0xBFE0_0000 == 0x8860_0000)
    written = writes(register, np.where(pair, word >> 10 & 31, -1))
    setter = last_write(written, code.function, word[user] >> 5 & 31, user)
    paired = (setter >= 0) & adrp[np.maximum(setter, 0)]
    user, setter, low = user[paired], setter[paired], low[paired]
    literal = np.nonzero(word & 0xBF00_0000 == 0x1800_0000)[0]
    return CodeReferences(
        ReferencePairs(address[calls], address[calls] + signed(word[calls] << 2, 28)),
        jumps,
        join(
            ReferencePairs(address[adr], address[adr] + offset[adr]),
            ReferencePairs(address[user], page[setter] + low),
        ),
        NO_PAIRS,
        ReferencePairs(address[literal], address[literal] + signed((word[literal] >> 5) << 2, 21)),
    )


def _page_users(word: Integers) -> tuple[Integers, Integers]:
    """Instructions that add an offset in a page to a register: their numbers and the offsets."""
    add = word & 0xFFC0_0000 == 0x9100_0000
    memory = word & 0x3B00_0000 == 0x3900_0000  # loads and stores with an unsigned offset
    vector_16 = memory & (word >> 26 & 1 == 1) & (word >> 23 & 1 == 1) & (word >> 30 == 0)
    scale = np.where(add, 0, np.where(vector_16, 4, word >> 30))
    user = np.nonzero(add | memory)[0]
    return user, (word[user] >> 10 & 0xFFF) << scale[user]
