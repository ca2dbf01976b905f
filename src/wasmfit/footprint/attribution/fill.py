"""Whether bytes can be what linkers and assemblers fill gaps with."""

from wasmfit.elf.machines import is_code_fill

_DATA = frozenset(b"\x00\xff")


def is_fill(data: bytes | memoryview, machine: int, *, code: bool) -> bool:
    """Whether all bytes can be fill.

    Args:
        data: The bytes of a gap; without bytes (``.bss``) a gap always can be.
        machine: ``e_machine`` of the ELF.
        code: Whether the gap lies in a section with code.
    """
    return is_code_fill(data, machine) if code else _DATA.issuperset(data)
