"""Literal pools after code: constants that its instructions load relative to where they stand.

Compilers count a function's pool in its size. Assembly seldom does (``.size f, .-f`` stands before what the
assembler lays down last), so that no symbol claims it.
"""

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

from wasmfit.elf.records import Machine

REACH = 4096 + 4
"""How far before a pool an instruction of Arm's can stand that loads from it, in bytes. AArch64's reach
further, and are looked for as far."""

# The bytes by which such instructions are known, wherever they stand.
_THUMB = re.compile(rb"[\x48-\x4f]|[\x1f\x3f\x5f\x9f\xbf\xdf][\xe9\xed\xf8\xf9]")
_ARM = re.compile(rb"[\x1f\x5f\x9f\xdf][\x05\x15\x25\x35\x45\x55\x65\x75\x85\x95\xa5\xb5\xc5\xd5\xe5\xed]")
_AARCH64 = re.compile(rb"[\x18\x1c\x58\x5c\x98\x9c]")


class LiteralLoad(NamedTuple):
    """An instruction that loads a constant.

    Attributes:
        address: Where it stands.
        target: Where the constant stands.
        size: Length of the constant in bytes.
    """

    address: int
    target: int
    size: int


def literal_loads(code: memoryview, address: int, machine: int, mode: str) -> Iterator[LiteralLoad]:
    """What looks like loads of constants in some code; the second half of another instruction can, too.

    Args:
        code: The bytes, little-endian.
        address: Of the first byte.
        machine: ``e_machine`` of the file.
        mode: The kind that mapping symbols give the code: ``t`` Thumb, ``a`` Arm, ``x`` any other.
    """
    if machine == Machine.AARCH64:
        return _aarch64(code, address)
    if machine != Machine.ARM:
        return iter(())
    return _thumb(code, address) if mode == "t" else _arm(code, address)


def _thumb(code: memoryview, address: int) -> Iterator[LiteralLoad]:
    for match in _THUMB.finditer(code):
        at = match.start()
        if match.end() - at == 1:
            if at % 2:  # LDR T1: the number is in the byte before
                here = address + at - 1
                yield LiteralLoad(here, (here + 4 & ~3) + code[at - 1] * 4, 4)
            continue
        if at % 2 or at + 4 > len(code):
            continue
        here = address + at
        first, second = struct.unpack_from("<HH", code, at)
        base, up = here + 4 & ~3, first & 0x80
        if first & 0xFE1F == 0xF81F:  # LDR, LDRB, LDRH and their kin, T2
            offset, size = second & 0xFFF, 4
        elif first & 0xFF3F == 0xED1F and second >> 8 & 0xE == 0xA:  # VLDR
            offset, size = (second & 0xFF) * 4, 8 if second & 0x100 else 4
        elif first & 0xFE5F == 0xE85F and first & 0x120:  # LDRD
            offset, size = (second & 0xFF) * 4, 8
        else:
            continue
        yield LiteralLoad(here, base + offset if up else base - offset, size)


def _arm(code: memoryview, address: int) -> Iterator[LiteralLoad]:
    for match in _ARM.finditer(code):
        at = match.start() - 2
        if at < 0 or at % 4:
            continue
        (word,) = struct.unpack_from("<I", code, at)
        if word >> 16 & 0xF3F == 0xD1F:  # VLDR
            offset, size = (word & 0xFF) * 4, 8
        else:
            offset, size = word & 0xFFF, 4
        base = address + at + 8
        yield LiteralLoad(address + at, base + offset if word & 0x80_0000 else base - offset, size)


def _aarch64(code: memoryview, address: int) -> Iterator[LiteralLoad]:
    for match in _AARCH64.finditer(code):
        at = match.start() - 3
        if at < 0 or at % 4:
            continue
        (word,) = struct.unpack_from("<I", code, at)
        offset = (word >> 5 & 0x7_FFFF ^ 0x4_0000) - 0x4_0000
        size = 4 if word >> 30 != 1 else 8
        if word >> 26 & 1:  # a vector register
            size = 4 << (word >> 30)
        yield LiteralLoad(address + at, address + at + 4 * offset, size)
