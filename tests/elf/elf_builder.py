"""Builds small ELF files for the tests, with any class, byte order, sections, symbols and segments."""

import struct
from dataclasses import dataclass, field

from wasmfit.elf import Machine, SectionFlag, SectionType

ALLOC = int(SectionFlag.ALLOC)
CODE = int(SectionFlag.ALLOC | SectionFlag.EXECINSTR)
DATA = int(SectionFlag.ALLOC | SectionFlag.WRITE)

UNDEF, ABS = 0, 0xFFF1


@dataclass
class Sec:
    """A section to build; ``size`` only matters without ``data``."""

    name: str
    address: int
    data: bytes | None = b""
    size: int = 0
    flags: int = ALLOC
    align: int = 4
    type: int = SectionType.PROGBITS

    @property
    def length(self) -> int:
        return self.size if self.data is None else len(self.data)


@dataclass
class Sym:
    """A symbol to build; ``section`` is a section's name, or a number for the special ones."""

    name: str
    value: int = 0
    size: int = 0
    section: str | int = ".text"
    type: int = 2
    binding: int = 1
    visibility: int = 0


@dataclass
class Seg:
    """A segment to build."""

    vaddr: int
    paddr: int
    filesz: int
    memsz: int
    type: int = 1
    offset: int = 0


@dataclass
class ElfBuilder:
    """The file to build."""

    sections: list[Sec] = field(default_factory=list)
    symbols: list[Sym] = field(default_factory=list)
    segments: list[Seg] = field(default_factory=list)
    bits: int = 32
    big_endian: bool = False
    machine: int = Machine.ARM
    kind: int = 2

    def build(self) -> bytes:
        """The file's bytes."""
        wide = self.bits == 64
        order = ">" if self.big_endian else "<"
        header_size, entry = (64, 64) if wide else (52, 40)
        segments = b"".join(self._segment(order, segment) for segment in self.segments)
        body = bytearray(segments)
        offsets = []
        strings, symbols = self._symbols(order)
        contents: list[tuple[Sec, int, int, int]] = [(s, 0, 0, 0) for s in self.sections]
        extra = len(self.sections) + 1
        first_global = 1 + sum(1 for s in self.symbols if s.binding == 0)
        if self.symbols:
            table = Sec(".symtab", 0, symbols, flags=0, type=SectionType.SYMTAB)
            contents.append((table, extra + 1, first_global, 24 if wide else 16))
            contents.append((Sec(".strtab", 0, strings, flags=0, align=1, type=SectionType.STRTAB), 0, 0, 0))
        names = bytearray(b"\0")
        name_at = {}
        for name in [*(s.name for s, *_ in contents), ".shstrtab"]:
            name_at[name] = len(names)
            names += name.encode() + b"\0"
        contents.append(
            (Sec(".shstrtab", 0, bytes(names), flags=0, align=1, type=SectionType.STRTAB), 0, 0, 0)
        )
        for section, *_ in contents:
            offsets.append(header_size + len(body))
            body += section.data or b""
        table_at = header_size + len(body)
        form = order + ("IIQQQQIIQQ" if wide else "IIIIIIIIII")
        body += struct.pack(form, *([0] * 10))
        for (section, link, info, entry_size), offset in zip(contents, offsets, strict=True):
            body += struct.pack(
                form,
                name_at[section.name],
                section.type,
                section.flags,
                section.address,
                offset,
                section.length,
                link,
                info,
                section.align,
                entry_size,
            )
        ident = bytes([0x7F, *b"ELF", 2 if wide else 1, 2 if self.big_endian else 1, 1]).ljust(16, b"\0")
        header = ident + struct.pack(
            order + ("HHIQQQIHHHHHH" if wide else "HHIIIIIHHHHHH"),
            self.kind,
            self.machine,
            1,
            0,
            header_size if self.segments else 0,
            table_at,
            0,
            header_size,
            (56 if wide else 32) if self.segments else 0,
            len(self.segments),
            entry,
            len(contents) + 1,
            len(contents),
        )
        return header + bytes(body)

    def _segment(self, order: str, s: Seg) -> bytes:
        if self.bits == 64:
            return struct.pack(
                order + "IIQQQQQQ", s.type, 7, s.offset, s.vaddr, s.paddr, s.filesz, s.memsz, 4
            )
        return struct.pack(order + "IIIIIIII", s.type, s.offset, s.vaddr, s.paddr, s.filesz, s.memsz, 7, 4)

    def _symbols(self, order: str) -> tuple[bytes, bytes]:
        strings = bytearray(b"\0")
        wide = self.bits == 64
        table = bytearray(24 if wide else 16)
        numbers = {section.name: number for number, section in enumerate(self.sections, start=1)}
        for s in self.symbols:
            name = len(strings) if s.name else 0
            strings += s.name.encode("utf-8", "surrogateescape") + b"\0"
            info = s.binding << 4 | s.type
            shndx = numbers[s.section] if isinstance(s.section, str) else s.section
            if wide:
                table += struct.pack(order + "IBBHQQ", name, info, s.visibility, shndx, s.value, s.size)
            else:
                table += struct.pack(order + "IIIBBH", name, s.value, s.size, info, s.visibility, shndx)
        return bytes(strings), bytes(table)
