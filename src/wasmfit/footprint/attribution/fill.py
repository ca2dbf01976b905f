"""Whether bytes can be what linkers and assemblers fill gaps with."""

from wasmfit.elf.records import Machine

_ZERO = frozenset(b"\x00")
_DATA = frozenset(b"\x00\xff")
# The bytes of the no-operations that fill code, and of the traps that lld fills with.
_CODE: dict[int, frozenset[int]] = {
    # Thumb bf00 and 46c0, Arm e320f000 and e1a00000; lld's trap d4d4d4d4
    Machine.ARM: _ZERO | frozenset(b"\xbf\x46\xc0\xe3\x20\xf0\xe1\xa0\xd4"),
    # c.nop 0001, nop 00000013
    Machine.RISCV: _ZERO | frozenset(b"\x01\x13"),
    # 90, 66 90 and the forms of 0f 1f …; int3 cc
    Machine.X86: _ZERO | frozenset(b"\x90\x66\x0f\x1f\x40\x44\x80\x84\x2e\xcc\x8d\x74\x26\x76\xb4"),
    Machine.X86_64: _ZERO | frozenset(b"\x90\x66\x0f\x1f\x40\x44\x80\x84\x2e\xcc"),
    # nop d503201f; lld's trap d4200020
    Machine.AARCH64: _ZERO | frozenset(b"\x1f\x20\x03\xd5\xd4"),
    # nop 0020f0, nop.n f03d
    Machine.XTENSA: _ZERO | frozenset(b"\xf0\x20\x3d"),
}


def is_fill(data: bytes | memoryview, machine: int, *, code: bool) -> bool:
    """Whether all bytes can be fill.

    Args:
        data: The bytes of a gap; without bytes (``.bss``) a gap always can be.
        machine: ``e_machine`` of the ELF.
        code: Whether the gap lies in a section with code.
    """
    return _CODE.get(machine, _ZERO).issuperset(data) if code else _DATA.issuperset(data)
