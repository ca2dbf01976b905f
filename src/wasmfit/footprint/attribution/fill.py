"""Whether bytes can be what linkers and assemblers fill gaps with."""

from wasmfit.elf.machines import code_fill

_DATA = frozenset(b"\x00\xff")


def fill_bytes(machine: int, *, code: bool) -> frozenset[int]:
    """The bytes that fill is made of. Without bytes (``.bss``) a gap always can be fill.

    Args:
        machine: ``e_machine`` of the ELF.
        code: Whether the gap lies in a section with code.
    """
    return code_fill(machine) if code else _DATA


def is_fill(data: bytes | memoryview, machine: int, *, code: bool) -> bool:
    """Whether all bytes of a gap can be fill, see :func:`fill_bytes`."""
    return fill_bytes(machine, code=code).issuperset(data)
