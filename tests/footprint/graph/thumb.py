"""Encodes the few Thumb instructions that the tests need, by the Armv7-M reference manual."""

import struct

NOP = b"\x00\xbf"
BX_LR = b"\x70\x47"


def _half(opcode: int, register: int, value: int) -> bytes:
    first = opcode | (value >> 11 & 1) << 10 | value >> 12
    second = (value >> 8 & 7) << 12 | register << 8 | value & 0xFF
    return struct.pack("<HH", first, second)


def movw(register: int, value: int) -> bytes:
    """MOVW (T3)."""
    return _half(0xF240, register, value & 0xFFFF)


def movt(register: int, value: int) -> bytes:
    """MOVT (T1) with the upper half of ``value``."""
    return _half(0xF2C0, register, value >> 16)


def address(register: int, value: int) -> bytes:
    """MOVW and MOVT."""
    return movw(register, value) + movt(register, value)


def branch(source: int, target: int, *, link: bool = True) -> bytes:
    """BL (T1), or B (T4) without ``link``."""
    offset = target - source - 4
    sign = offset >> 24 & 1
    j1, j2 = 1 ^ (offset >> 23 & 1) ^ sign, 1 ^ (offset >> 22 & 1) ^ sign
    second = (0xD000 if link else 0x9000) | j1 << 13 | j2 << 11 | offset >> 1 & 0x7FF
    return struct.pack("<HH", 0xF000 | sign << 10 | offset >> 12 & 0x3FF, second)


def ldr(register: int, words: int) -> bytes:
    """LDR (T1) of the literal some words after the aligned address of the instruction, plus 4."""
    return struct.pack("<H", 0x4800 | register << 8 | words)


def mov(register: int, value: int) -> bytes:
    """MOVS (T1) of a small number."""
    return struct.pack("<H", 0x2000 | register << 8 | value)


def cbz(register: int, distance: int) -> bytes:
    """CBZ (T1) to some bytes after its own address plus 4."""
    return struct.pack("<H", 0xB100 | (distance >> 6 & 1) << 9 | (distance >> 1 & 31) << 3 | register)
