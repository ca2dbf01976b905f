"""Reads an ELF file into records.

The tables are read with :mod:`struct` straight from the file's bytes, and each is checked against the
file's length before it is touched, so a hostile file costs an :class:`ElfError` and no more memory than a
small multiple of its own size. (The tests compare this reader with pyelftools, which takes
as long to import as a whole firmware takes to analyse.)
"""

import struct
from collections.abc import Callable, Iterable
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple, NoReturn

from wasmfit.elf.errors import ElfError
from wasmfit.elf.file_bytes import BytesInFile, BytesInMemory, FileBytes
from wasmfit.elf.other_files import what_else
from wasmfit.elf.records import (
    Binding,
    Elf,
    ElfKind,
    Machine,
    Section,
    SectionFlag,
    SectionType,
    Segment,
    Symbol,
    SymbolType,
)
from wasmfit.words import counted

_MAX_SYMBOLS = 4_000_000  # some hundred times those of a firmware; a gigabyte of records
_MAX_NAME_BYTES_PER_TABLE_BYTE = 16  # linkers share the tails of names, so real tables stay below 3


def read_elf(path: str | Path) -> Elf:
    """Read an ELF file: its tables now, the contents of its sections when they are asked for.

    Raises:
        ElfError: The file is missing, is not an ELF file, is truncated, corrupt or larger than
            :data:`~wasmfit.elf.file_bytes.MAX_FILE_BYTES`.
    """
    return _ElfReader(BytesInFile(Path(path)), str(path)).elf()


def parse_elf(image: bytes, path: str = "<bytes>") -> Elf:
    """Read an ELF file that is in memory already.

    Args:
        image: The whole file.
        path: What error messages call it.

    Raises:
        ElfError: It is not an ELF file, is truncated or corrupt.
    """
    return _ElfReader(BytesInMemory(image), path).elf()


class _Formats(NamedTuple):
    """The layout of the tables without byte order; names in the comments are the ELF specification's."""

    header: (
        str  # e_type, machine, version, entry, phoff, shoff, flags, ehsize, phentsize, phnum, shentsize, …
    )
    section: str  # sh_name, type, flags, addr, offset, size, link, info, addralign, entsize
    segment: str
    symbol: str


_FORMATS = {
    32: _Formats("HHIIIIIHHHHHH", "IIIIIIIIII", "IIIIIIII", "IIIBBH"),
    64: _Formats("HHIQQQIHHHHHH", "IIQQQQIIQQ", "IIQQQQQQ", "IBBHQQ"),
}

_IDENT_BYTES = 16
_PT_LOAD = 1
_PT_TLS = 7
_PN_XNUM = 0xFFFF
_SHN_LORESERVE = 0xFF00
_SHN_XINDEX = 0xFFFF
_HIDDEN = frozenset({1, 2})  # STV_INTERNAL and STV_HIDDEN
_FIRST_GLOBAL = (Binding.LOCAL + 1) << 4  # of st_info, whose upper half is the binding


class _RawSection(NamedTuple):
    name: int
    type: int
    flags: int
    address: int
    offset: int
    size: int
    link: int
    info: int
    align: int
    entry_size: int


class _RawSegment(NamedTuple):
    type: int
    offset: int
    vaddr: int
    paddr: int
    filesz: int
    memsz: int


class _ElfReader:
    """Reads one file; every access to its bytes is checked."""

    def __init__(self, image: FileBytes, path: str) -> None:
        self._image = image
        self._path = path
        ident = bytes(image.part(0, min(image.size, _IDENT_BYTES)))
        if not ident.startswith(b"\x7fELF"):
            what, instead = what_else(image)
            raise ElfError(f"{path} {what}.", instead)
        if len(ident) < _IDENT_BYTES:
            self._truncated("its header")
        if ident[4] not in (1, 2) or ident[5] not in (1, 2):
            self._corrupt("its header has an unknown class or byte order")
        self._bits = 32 * ident[4]
        self._big_endian = ident[5] == 2
        self._order = ">" if self._big_endian else "<"
        self._formats = _FORMATS[self._bits]

    def elf(self) -> Elf:
        header = self._unpack(self._formats.header, _IDENT_BYTES, "its header")
        kind, machine, _version, entry, phoff, shoff, _flags, _ehsize, phentsize, phnum = header[:10]
        shentsize, shnum, shstrndx = header[10:]
        if kind == ElfKind.CORE:
            raise ElfError(
                f"{self._path} is a core dump, which holds memory and no sections.",
                "Name the program that dumped it.",
            )
        raw = self._raw_sections(shoff, shentsize, shnum)
        sections = self._sections(raw, raw[0].link if shstrndx == _SHN_XINDEX else shstrndx)
        if phnum == _PN_XNUM:
            phnum = raw[0].info
        segments = self._segments(phoff, phentsize, phnum)
        # The value of a thread-local symbol is its offset in the TLS segment, except in object files.
        tls_base = (
            0 if kind == ElfKind.RELOCATABLE else next((s.vaddr for s in segments if s.type == _PT_TLS), 0)
        )
        return Elf(
            path=self._path,
            kind=kind,
            bits=self._bits,
            big_endian=self._big_endian,
            machine=machine,
            entry=entry,
            sections=sections,
            segments=tuple(
                Segment(s.vaddr, s.paddr, s.filesz, s.memsz, s.offset) for s in segments if s.type == _PT_LOAD
            ),
            symbols=tuple(self._symbols(raw, machine, tls_base)),
            stripped=not any(section.type == SectionType.SYMTAB for section in raw),
            _image=self._image,
        )

    def _raw_sections(self, offset: int, entry_size: int, count: int) -> list[_RawSection]:
        if offset == 0:
            raise ElfError(
                f"{self._path} has no section table.",
                "Name the ELF file as the linker wrote it, before sections were stripped.",
            )
        form = struct.Struct(self._order + self._formats.section)
        if entry_size != form.size:
            self._corrupt(f"its section headers have {entry_size} bytes instead of {form.size}")
        # With more sections than e_shnum can hold, the null section's size is their number.
        if count == 0:
            count = _RawSection(*self._unpack(self._formats.section, offset, "its section table")).size
        if count == 0:
            self._corrupt("its section table is empty")
        table = self._bytes(offset, count * form.size, "its section table")
        return [_RawSection(*row) for row in form.iter_unpack(table)]

    def _sections(self, raw: list[_RawSection], names_index: int) -> tuple[Section, ...]:
        for number, section in enumerate(raw):
            if section.type not in (SectionType.NULL, SectionType.NOBITS):
                self._check(section.offset, section.size, f"section {number}")
            if section.flags & SectionFlag.ALLOC and section.address + section.size > 1 << self._bits:
                self._corrupt(f"section {number} does not fit into the address space")
        names = self._strings(raw, names_index, "section names")
        return tuple(
            Section(
                index=number,
                name=names.at(section.name),
                address=section.address,
                size=section.size,
                type=section.type,
                flags=section.flags,
                align=max(section.align, 1),
                offset=section.offset,
                info=section.info,
            )
            for number, section in enumerate(raw)
        )

    def _segments(self, offset: int, entry_size: int, count: int) -> list[_RawSegment]:
        if count == 0:
            return []
        form = struct.Struct(self._order + self._formats.segment)
        if entry_size != form.size:
            self._corrupt(f"its program headers have {entry_size} bytes instead of {form.size}")
        table = self._bytes(offset, count * form.size, "its program headers")
        segments = []
        for row in form.iter_unpack(table):
            # type, offset, vaddr, paddr, filesz, memsz, …; with 64 bits the flags are the second field
            type_, start, vaddr, paddr, filesz, memsz = row[:6] if self._bits == 32 else (row[0], *row[2:7])
            if type_ == _PT_LOAD:
                self._check(start, filesz, "a segment")
                if filesz > memsz or max(vaddr, paddr) + memsz > 1 << self._bits:
                    self._corrupt("a segment does not fit into the address space")
            segments.append(_RawSegment(type_, start, vaddr, paddr, filesz, memsz))
        return segments

    def _symbols(self, raw: list[_RawSection], machine: int, tls_base: int) -> list[Symbol]:
        number = _symbol_table(raw)
        if number is None:
            return []
        names = self._strings(raw, raw[number].link, "symbol names")
        if raw[number].size > _MAX_SYMBOLS * struct.calcsize(self._order + self._formats.symbol):
            raise ElfError(
                f"{self._path} has more than {_MAX_SYMBOLS:,} symbols.", "Strip some of them and try again."
            )
        large = self._symbol_sections(raw, number)
        count = len(raw)
        # What does not belong to the address, by the symbol's type.
        mask: dict[int, int] = (
            {SymbolType.FUNC: ~1, SymbolType.GNU_IFUNC: ~1} if machine == Machine.ARM else {}
        )
        symbols: list[Symbol] = []
        usual = min(count, _SHN_LORESERVE)
        file = ""
        # This loop runs tens of thousands of times: it calls as little as it can.
        known, file_type, tls = names.known, int(SymbolType.FILE), int(SymbolType.TLS)
        make: Callable[[type[Symbol], tuple[object, ...]], Symbol] = tuple.__new__
        for name_at, value, size, info, other, shndx in self._symbol_rows(raw[number]):
            name = known[name_at] if name_at in known else names.read(name_at)
            kind = info & 15
            section: int | None = shndx or None
            if shndx >= usual:
                section = self._unusual_section(shndx, len(symbols), large, count)
            if kind in mask:
                value &= mask[kind]
            elif kind == file_type:
                file = name
            elif kind == tls:
                value += tls_base
            source = file if info < _FIRST_GLOBAL else ""
            hidden = other & 3 in _HIDDEN
            row = (name, value, size, kind, info >> 4, section, source, hidden, shndx != 0)
            symbols.append(make(Symbol, row))
        return symbols[1:]  # without the null symbol

    def _unusual_section(self, shndx: int, symbol: int, large: tuple[int, ...], count: int) -> int | None:
        """The section of a symbol whose section number is a special one or out of range."""
        section: int | None = shndx
        if shndx >= _SHN_LORESERVE:
            section = large[symbol] if shndx == _SHN_XINDEX and symbol < len(large) else None
        if section is not None and section >= count:
            self._corrupt(f"symbol {symbol} lies in section {section} of {count}")
        return section

    def _symbol_rows(self, table: _RawSection) -> Iterable[tuple[int, ...]]:
        """Rows of (name, value, size, info, other, section)."""
        form = struct.Struct(self._order + self._formats.symbol)
        if table.size % form.size:
            self._corrupt(f"its symbol table is not a whole number of {form.size}-byte entries")
        rows = form.iter_unpack(self._bytes(table.offset, table.size, "its symbol table"))
        # With 64 bits, the fields come in another order.
        return rows if self._bits == 32 else map(itemgetter(0, 4, 5, 1, 2, 3), rows)

    def _symbol_sections(self, raw: list[_RawSection], symtab: int) -> tuple[int, ...]:
        """Section numbers that are too large for the symbol table itself."""
        for section in raw:
            if section.type == SectionType.SYMTAB_SHNDX and section.link == symtab:
                data = self._bytes(section.offset, section.size, "its section index table")
                return struct.unpack(f"{self._order}{len(data) // 4}I", data[: len(data) // 4 * 4])
        return ()

    def _strings(self, raw: list[_RawSection], number: int, what: str) -> "_Strings":
        if number >= len(raw) or raw[number].type != SectionType.STRTAB:
            self._corrupt(f"the table of {what} is missing")
        section = raw[number]
        return _Strings(bytes(self._bytes(section.offset, section.size, f"the {what}")), what, self._path)

    def _unpack(self, form: str, offset: int, what: str) -> tuple[int, ...]:
        layout = struct.Struct(self._order + form)
        return layout.unpack(self._bytes(offset, layout.size, what))

    def _bytes(self, offset: int, size: int, what: str) -> memoryview:
        self._check(offset, size, what)
        return self._image.part(offset, size)

    def _check(self, offset: int, size: int, what: str) -> None:
        if size and offset + size > self._image.size:
            self._truncated(what)

    def _truncated(self, what: str) -> NoReturn:
        raise ElfError(
            f"{self._path} is truncated: {what} lies beyond its end ({counted(self._image.size, 'byte')}).",
            "Build or copy it again.",
        )

    def _corrupt(self, why: str) -> NoReturn:
        raise ElfError(f"{self._path} is corrupt: {why}.", "Build or copy it again.")


def _symbol_table(raw: list[_RawSection]) -> int | None:
    """The number of the section with the symbols: all of them or, if they are stripped, the dynamic ones."""
    dynamic = None
    for number, section in enumerate(raw):
        if section.type == SectionType.SYMTAB:
            return number
        if section.type == SectionType.DYNSYM and dynamic is None:
            named = section.link < len(raw) and raw[section.link].type == SectionType.STRTAB
            dynamic = number if named else None
    return dynamic


class _Strings:
    """A string table."""

    def __init__(self, table: bytes, what: str, path: str) -> None:
        # One character a byte, so that offsets hold; names are nearly always ASCII.
        self._text = table.decode("latin-1")
        self._what = what
        self._path = path
        self.known: dict[int, str] = {}
        # A hostile table can be one long string that a million symbols enter at different offsets.
        self._budget = len(table) * _MAX_NAME_BYTES_PER_TABLE_BYTE

    def at(self, offset: int) -> str:
        name = self.known.get(offset)
        return self.read(offset) if name is None else name

    def read(self, offset: int) -> str:
        end = self._text.find("\0", offset)
        if end < 0:
            # A table without strings is legal, and so is asking it for the empty one.
            if offset == 0 and not self._text:
                return ""
            self._corrupt("leave their table")
        self._budget -= end - offset
        if self._budget < 0:
            self._corrupt("overlap beyond reason")
        name = self._text[offset:end]
        if not name.isascii():
            name = name.encode("latin-1").decode("utf-8", "backslashreplace")
        self.known[offset] = name
        return name

    def _corrupt(self, why: str) -> NoReturn:
        raise ElfError(f"{self._path} is corrupt: its {self._what} {why}.", "Build or copy it again.")
