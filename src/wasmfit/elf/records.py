"""An ELF file as frozen records: sections, segments and symbols; :mod:`.read` makes them."""

from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

from wasmfit.elf.file_bytes import FileBytes


class ElfKind(IntEnum):
    """Values of ``e_type``."""

    RELOCATABLE = 1
    EXECUTABLE = 2
    SHARED = 3
    CORE = 4


class SectionType(IntEnum):
    """Values of ``sh_type`` that matter to the analysis."""

    NULL = 0
    PROGBITS = 1
    SYMTAB = 2
    STRTAB = 3
    RELA = 4
    HASH = 5
    DYNAMIC = 6
    NOTE = 7
    NOBITS = 8
    REL = 9
    DYNSYM = 11
    SYMTAB_SHNDX = 18
    RELR = 19
    GNU_HASH = 0x6FFF_FFF6
    GNU_VERDEF = 0x6FFF_FFFD
    GNU_VERNEED = 0x6FFF_FFFE
    GNU_VERSYM = 0x6FFF_FFFF
    ARM_EXIDX = 0x7000_0001


class SectionFlag(IntEnum):
    """Values of ``sh_flags`` that matter to the analysis."""

    WRITE = 0x1
    ALLOC = 0x2
    EXECINSTR = 0x4
    MERGE = 0x10
    STRINGS = 0x20
    TLS = 0x400
    COMPRESSED = 0x800


class SymbolType(IntEnum):
    """Values of a symbol's type."""

    NOTYPE = 0
    OBJECT = 1
    FUNC = 2
    SECTION = 3
    FILE = 4
    COMMON = 5
    TLS = 6
    GNU_IFUNC = 10


class Binding(IntEnum):
    """Values of a symbol's binding."""

    LOCAL = 0
    GLOBAL = 1
    WEAK = 2


class Machine(IntEnum):
    """Values of ``e_machine`` whose code or whose memories are recognised."""

    SPARC = 2
    X86 = 3
    M68K = 4
    MIPS = 8
    PPC = 20
    PPC64 = 21
    S390 = 22
    V850_CYGNUS = 0x9080
    ARM = 40
    SH = 42
    SPARCV9 = 43
    TRICORE = 44
    ARC = 45
    H8_300 = 46
    X86_64 = 62
    M68HC12 = 53
    M68HC11 = 70
    AVR = 83
    V850 = 87
    M32R = 88
    OPENRISC = 92
    ARC_COMPACT = 93
    XTENSA = 94
    MSP430 = 105
    BLACKFIN = 106
    NIOS2 = 113
    M16C = 117
    DSPIC = 118
    HEXAGON = 164
    M8051 = 165
    CR16 = 177
    RX = 173
    AARCH64 = 183
    AVR32 = 185
    STM8 = 186
    MICROBLAZE = 189
    ARC_COMPACT2 = 195
    RL78 = 197
    Z80 = 220
    FT32 = 222
    RISCV = 243
    LANAI = 244
    BPF = 247
    CSKY = 252
    LOONGARCH = 258
    WASM = 0x10000
    """None of an ELF file: stands for WebAssembly."""


WASM_RAM_FROM = 1 << 40
"""Addresses of a WebAssembly module from here on stand for its linear memory."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the file.

    Attributes:
        index: Its number in the section table.
        name: Its name.
        address: Address at run time.
        size: Length in bytes, also of a section that has no bytes in the file.
        type: ``sh_type``; :class:`SectionType` names the usual ones.
        flags: ``sh_flags``; :class:`SectionFlag` names the usual ones.
        align: Alignment in bytes, at least 1.
        offset: Where its bytes begin in the file.
        info: ``sh_info``: of relocations, the number of the section that they are for.
    """

    index: int
    name: str
    address: int
    size: int
    type: int
    flags: int
    align: int
    offset: int
    info: int = 0

    @property
    def end(self) -> int:
        """First address after the section."""
        return self.address + self.size

    @property
    def allocated(self) -> bool:
        """Whether it takes memory on the device."""
        return bool(self.flags & SectionFlag.ALLOC)

    @property
    def executable(self) -> bool:
        """Whether it holds code."""
        return bool(self.flags & SectionFlag.EXECINSTR)

    @property
    def has_bytes(self) -> bool:
        """Whether its bytes are in the file (``.bss`` has none)."""
        return self.type not in (SectionType.NOBITS, SectionType.NULL)


class Segment(NamedTuple):
    """A segment that is loaded (``PT_LOAD``).

    Attributes:
        vaddr: Address at run time.
        paddr: Address at which its bytes are stored, such as in flash.
        filesz: Bytes in the file, and so written to the device.
        memsz: Bytes it takes at run time.
        offset: Where its bytes begin in the file.
    """

    vaddr: int
    paddr: int
    filesz: int
    memsz: int
    offset: int


class Symbol(NamedTuple):
    """A symbol.

    Attributes:
        name: Its name, still mangled.
        address: Its address with Arm's Thumb bit cleared.
        size: Length in bytes; 0 means that the length is not recorded.
        type: :class:`SymbolType`, or another number.
        binding: :class:`Binding`, or another number.
        section: Number of the section that it lies in; None for undefined, absolute and common symbols.
        file: For a local symbol, the name of the ``STT_FILE`` symbol before it: its source file or codegen
            unit. Empty for the others. An object without such a symbol (as assembly often is) seems to
            continue the one before it when lld has linked it.
        hidden: Whether it was global in its object and is visible no further than this file.
        defined: Whether this file defines it: in a section, as an absolute value, or as common data.
    """

    name: str
    address: int
    size: int
    type: int
    binding: int
    section: int | None
    file: str
    hidden: bool
    defined: bool = True


@dataclass(frozen=True, slots=True)
class Elf:
    """An ELF file.

    Attributes:
        path: Where it was read from.
        kind: ``e_type``; :class:`ElfKind` names the usual ones.
        bits: 32 or 64.
        big_endian: Whether the most significant byte comes first.
        machine: ``e_machine``; :class:`Machine` names the ones that are recognised.
        entry: Address of the entry point as recorded, Thumb bit included.
        sections: All sections by their number, the null section first.
        segments: The segments that are loaded.
        symbols: The symbols of ``.symtab``, in its order; those of ``.dynsym`` when the file is stripped.
        stripped: Whether it has no ``.symtab``.
    """

    path: str
    kind: int
    bits: int
    big_endian: bool
    machine: int
    entry: int
    sections: tuple[Section, ...]
    segments: tuple[Segment, ...]
    symbols: tuple[Symbol, ...]
    stripped: bool
    _image: FileBytes = field(repr=False, compare=False)

    def contents(self, section: Section) -> memoryview:
        """The section's bytes in the file; nothing for a section that has none there.

        Raises:
            ElfError: The file cannot be read any more, or has changed.
        """
        return self._image.part(section.offset, section.size if section.has_bytes else 0)

    def image(self) -> memoryview:
        """All bytes of the file.

        Raises:
            ElfError: The file cannot be read any more, or has changed.
        """
        return self._image.part(0, self._image.size)

    def file_offset(self, address: int, size: int) -> int | None:
        """Where the file has the bytes that are loaded to some addresses.

        Args:
            address: First address at run time.
            size: How many bytes.

        Returns:
            The offset of the first of them in the file; None where no segment has all of them.
        """
        for segment in self.segments:
            if segment.vaddr <= address and address + size <= segment.vaddr + segment.filesz:
                return segment.offset + address - segment.vaddr
        return None

    @property
    def only_debug(self) -> bool:
        """Whether all code is without bytes, as in a file that has been reduced to its debug information."""
        code = [s for s in self.allocated() if s.executable]
        return bool(code) and all(section.type == SectionType.NOBITS for section in code)

    def allocated(self) -> tuple[Section, ...]:
        """The sections that take memory on the device, in the file's order; empty ones are left out."""
        return tuple(s for s in self.sections if s.allocated and s.size and s.type != SectionType.NULL)
