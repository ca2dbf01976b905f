"""The sections of debug information: unpacked, and relocated in object files.

What a section claims to unpack to is checked against the file before anything is unpacked: deflate cannot
make more than 1,032 bytes of one.
"""

import struct
from collections.abc import Iterator
from functools import cached_property
from typing import Literal

from wasmfit.elf.dwarf.unpacking import ZLIB, ZSTD, unpack
from wasmfit.elf.errors import ElfError
from wasmfit.elf.records import Elf, ElfKind, Machine, Section, SectionFlag, SectionType
from wasmfit.words import counted

MOST_BYTES = 256 << 20
"""Most bytes that one section of debug information may take, in bytes."""

_DEFLATE_RATIO = 1032
_ZSTD_RATIO = 1 << 15
_OLD_HEADER = struct.Struct(">4sQ")

# Machine → relocation → bytes that an address is written to.
_ABSOLUTE: dict[int, dict[int, int]] = {
    Machine.X86: {1: 4},
    Machine.X86_64: {1: 8, 10: 4, 11: 4},
    Machine.ARM: {2: 4},
    Machine.AARCH64: {257: 8, 258: 4},
    Machine.RISCV: {1: 4, 2: 8, 54: 1, 55: 2, 56: 4},
    Machine.LOONGARCH: {1: 4, 2: 8},
    Machine.AVR: {1: 4, 4: 2},
    Machine.MSP430: {1: 4, 2: 2, 5: 2},
    Machine.MIPS: {2: 4, 18: 8},
    Machine.PPC: {1: 4},
    Machine.PPC64: {1: 4, 38: 8},
    Machine.SPARC: {3: 4, 23: 4},
    Machine.SPARCV9: {3: 4, 32: 8, 54: 8},
    Machine.S390: {4: 4, 22: 8},
    Machine.M68K: {1: 4},
    Machine.SH: {1: 4},
    Machine.XTENSA: {1: 4},
    Machine.ARC_COMPACT: {4: 4},
    Machine.ARC_COMPACT2: {4: 4},
    Machine.HEXAGON: {6: 4},
}
# Machine → relocation → bytes, and what the address is multiplied by: 1 adds it, -1 subtracts it.
_SUMS: dict[int, dict[int, tuple[int, int]]] = {
    Machine.RISCV: {
        33: (1, 1), 34: (2, 1), 35: (4, 1), 36: (8, 1), 37: (1, -1), 38: (2, -1), 39: (4, -1), 40: (8, -1),
    },
    Machine.LOONGARCH: {
        47: (1, 1), 48: (2, 1), 50: (4, 1), 51: (8, 1), 52: (1, -1), 53: (2, -1), 55: (4, -1), 56: (8, -1),
    },
}  # fmt: skip


class DebugSections:
    """The sections of debug information of a file, by their usual names.

    In an object file every section begins at address 0; here each is given addresses of its own, see
    :meth:`base`.
    """

    def __init__(self, elf: Elf) -> None:
        self._elf = elf
        self._known: dict[str, bytes] = {}

    def base(self, section: Section) -> int:
        """What has to be added to a section's addresses."""
        return self._bases.get(section.index, 0)

    def get(self, name: str) -> bytes:
        """A section's contents; empty where there is none.

        Raises:
            ElfError: It cannot be unpacked, or claims more than it can hold.
        """
        if name not in self._known:
            names = (name, f".z{name[1:]}")
            # Several of one name (COMDAT types) are of no use to line tables; the first is.
            section = next((s for s in self._elf.sections if s.name in names and s.has_bytes), None)
            self._known[name] = b"" if section is None else self._read(section)
        return self._known[name]

    @cached_property
    def _bases(self) -> dict[int, int]:
        if self._elf.kind != ElfKind.RELOCATABLE:
            return {}
        bases = {}
        at = 1 << 16
        for section in self._elf.allocated():
            bases[section.index] = at
            at += (section.size + 0xFFFF) & ~0xFFF
        return bases

    def _read(self, section: Section) -> bytes:
        data = unpacked(self._elf, section)
        if self._elf.kind != ElfKind.RELOCATABLE:
            return data
        relocated = bytearray(data)
        for relocations in self._elf.sections:
            if relocations.type in (SectionType.RELA, SectionType.REL) and relocations.info == section.index:
                self._relocate(relocated, relocations)
        return bytes(relocated)

    def _relocate(self, data: bytearray, relocations: Section) -> None:
        absolute = _ABSOLUTE.get(self._elf.machine, {})
        sums = _SUMS.get(self._elf.machine, {})
        order: Literal["big", "little"] = "big" if self._elf.big_endian else "little"
        for offset, kind, symbol, addend in self._rows(relocations):
            size = absolute.get(kind, 0)
            sign = 0
            if not size and kind in sums:
                size, sign = sums[kind]
            if not size or offset + size > len(data):
                continue
            there = int.from_bytes(data[offset : offset + size], order)
            value = self._value(symbol) + (addend or 0)
            if sign:
                value = there + sign * value
            elif addend is None:
                value += there
            data[offset : offset + size] = (value & (1 << 8 * size) - 1).to_bytes(size, order)

    def _rows(self, relocations: Section) -> Iterator[tuple[int, int, int, int | None]]:
        """Offset, type, number of the symbol, addend (None: what stands there)."""
        wide, with_addend = self._elf.bits == 64, relocations.type == SectionType.RELA
        form = struct.Struct(
            (">" if self._elf.big_endian else "<")
            + ("QQ" if wide else "II")
            + ("" if not with_addend else "q" if wide else "i")
        )
        data = self._elf.contents(relocations)
        for row in form.iter_unpack(data[: len(data) // form.size * form.size]):
            offset, info = row[:2]
            kind, symbol = (info & 0xFFFF_FFFF, info >> 32) if wide else (info & 0xFF, info >> 8)
            yield offset, kind, symbol, row[2] if with_addend else None

    def _value(self, number: int) -> int:
        if not 0 < number <= len(self._elf.symbols):
            return 0
        symbol = self._elf.symbols[number - 1]
        return symbol.address + self._bases.get(symbol.section or 0, 0)


def unpacked(elf: Elf, section: Section) -> bytes:
    """The contents of a section, unpacked if they are packed.

    Raises:
        ElfError: They cannot be unpacked, or claim more than they can hold.
    """
    data = elf.contents(section)
    packing, size, start = _packing(elf, section, data)
    if not packing:
        _limit(elf, section, len(data))
        return bytes(data)
    try:
        result = unpack(packing, data[start:], size)
    except ElfError as error:
        raise ElfError(f"{section.name} of {elf.path}: {error.message}", error.remedy) from None
    if len(result) != size:
        raise ElfError(f"{section.name} of {elf.path} is not as long as it says.", "Build it again.")
    return result


def check_claims(elf: Elf) -> bool:
    """Checks what packed sections claim, before anything unpacks them.

    Returns:
        Whether one is packed with zstd.

    Raises:
        ElfError: One claims more than it can hold, or than :data:`MOST_BYTES`.
    """
    packings = [
        _packing(elf, section, elf.contents(section))[0]
        for section in elf.sections
        if section.has_bytes
        and (section.flags & SectionFlag.COMPRESSED or section.name.startswith(".zdebug"))
    ]
    return ZSTD in packings


def _packing(elf: Elf, section: Section, data: memoryview) -> tuple[int, int, int]:
    """How a section is packed (0: not), how long it claims to be, and where the packed bytes begin."""
    if section.flags & SectionFlag.COMPRESSED:
        form = struct.Struct((">" if elf.big_endian else "<") + ("IIQQ" if elf.bits == 64 else "III"))
        if len(data) < form.size:
            raise ElfError(f"{section.name} of {elf.path} is cut off.", "Build it again.")
        fields = form.unpack(data[: form.size])
        packing, size, start = fields[0], fields[2] if elf.bits == 64 else fields[1], form.size
    elif section.name.startswith(".zdebug") and bytes(data[:4]) == b"ZLIB" and len(data) >= _OLD_HEADER.size:
        packing, size, start = ZLIB, _OLD_HEADER.unpack(data[: _OLD_HEADER.size])[1], _OLD_HEADER.size
    else:
        return 0, len(data), 0
    ratio = _ZSTD_RATIO if packing == ZSTD else _DEFLATE_RATIO
    if size > (len(data) - start) * ratio + 64:
        raise ElfError(
            f"{section.name} of {elf.path} claims {counted(size, 'byte')}, more than its {len(data):,} can "
            "hold.",
            "Build it again.",
        )
    _limit(elf, section, size)
    return packing, size, start


def _limit(elf: Elf, section: Section, size: int) -> None:
    if size > MOST_BYTES:
        raise ElfError(
            f"{section.name} of {elf.path} has {size:,} bytes; at most {MOST_BYTES >> 20} MiB are read.",
            "Build it with less debug information (-g1), or leave source files out.",
        )
