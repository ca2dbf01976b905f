"""A WebAssembly module as the records of an ELF file, so that every view shows it as it shows firmware.

Sections are the module's, by their names in the specification; custom ones by their own. Their headers are
one section, ``[framing]``. Functions and data segments are symbols, named by the name section, else by
exports, else by number. The linear memory that the module begins with is a section without bytes.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from wasmfit.elf.dwarf.cursor import DamagedError, DwarfCursor
from wasmfit.elf.errors import ElfError
from wasmfit.elf.file_bytes import BytesInFile, BytesInMemory
from wasmfit.elf.records import (
    WASM_RAM_FROM,
    Binding,
    Elf,
    ElfKind,
    Machine,
    Section,
    SectionFlag,
    SectionType,
    Symbol,
    SymbolType,
)

FRAMING = "[framing]"
"""Row of the module's header, and of the headers of its sections."""
_HAS_MOST, _WIDE, _PAGE_SIZE = 0x1, 0x4, 0x8  # of limits: a maximum, addresses of 64 bits, its own page size
_MOST_MEMORY = 1 << 36
LINEAR_MEMORY = "linear memory"
"""Row of the linear memory that a module begins with."""

_FRAMING_AT = 1 << 38
_REST_FROM = 1 << 36  # code is at the addresses that its debug information has
_NAMES = (
    "custom", "type", "import", "function", "table", "memory", "global", "export", "start", "elem", "code",
    "data", "datacount", "tag",
)  # fmt: skip
_CODE, _DATA, _IMPORT, _MEMORY, _EXPORT = 10, 11, 2, 5, 7
_FUNCTION_NAMES, _DATA_NAMES = 1, 9
_PAGE = 1 << 16
_ALLOC = int(SectionFlag.ALLOC)


class _Part(NamedTuple):
    """A section of the module: its number, its name, and where its contents are."""

    number: int
    name: str
    start: int
    end: int


def read_module(path: Path) -> Elf:
    """Read a module.

    Raises:
        ElfError: It cannot be read, or is damaged.
    """
    file = BytesInFile(path)
    image = bytes(file.part(0, file.size))
    try:
        return _Module(str(path), image).elf()
    except DamagedError:
        raise ElfError(f"{path} is a damaged WebAssembly module.", "Build or copy it again.") from None


class _Module:
    def __init__(self, path: str, image: bytes) -> None:
        self._path = path
        self._image = image
        self._wide = False  # whether a memory's addresses have 64 bits
        self._parts = list(self._read_parts())

    def elf(self) -> Elf:
        sections = [Section(0, "", 0, 0, SectionType.NULL, 0, 1, 0)]
        symbols: list[Symbol] = []
        functions, segments = self._names()
        for part in self._parts:
            number = len(sections)
            if part.number == _CODE:
                flags, address = _ALLOC | SectionFlag.EXECINSTR, 0
                symbols += self._functions(part, number, functions)
            else:
                flags, address = _ALLOC, _REST_FROM + part.start
            if part.number == _DATA:
                symbols += self._segments(part, number, address - part.start, segments)
            size = part.end - part.start
            sections.append(
                Section(number, part.name, address, size, SectionType.PROGBITS, flags, 1, part.start)
            )
        framing = len(self._image) - sum(part.end - part.start for part in self._parts)
        sections.append(
            Section(len(sections), FRAMING, _FRAMING_AT, framing, SectionType.PROGBITS, _ALLOC, 1, 0)
        )
        memory = self._linear_memory()
        if memory:
            flags = _ALLOC | SectionFlag.WRITE
            sections.append(
                Section(len(sections), LINEAR_MEMORY, WASM_RAM_FROM, memory, SectionType.NOBITS, flags, 1, 0)
            )
        return Elf(
            path=self._path,
            kind=ElfKind.EXECUTABLE,
            bits=64 if self._wide else 32,
            big_endian=False,
            machine=Machine.WASM,
            entry=0,
            sections=tuple(sections),
            segments=(),
            symbols=tuple(symbols),
            stripped=False,
            _image=BytesInMemory(self._image),
        )

    def _cursor(self, start: int, end: int) -> DwarfCursor:
        return DwarfCursor(self._image, start, end, big_endian=False)

    def _read_parts(self) -> Iterator[_Part]:
        cursor = self._cursor(8, len(self._image))
        while cursor.at < len(self._image):
            number = cursor.number(1)
            size = cursor.leb()
            start = cursor.at
            cursor.bytes(size)
            name = _NAMES[number] if number < len(_NAMES) else f"section {number}"
            if number == 0:
                inner = self._cursor(start, cursor.at)
                name = inner.bytes(inner.leb()).decode("utf-8", "backslashreplace") or name
                start = inner.at
            yield _Part(number, name, start, cursor.at)

    def _part(self, number: int, name: str | None = None) -> _Part | None:
        return next((p for p in self._parts if p.number == number and (name is None or p.name == name)), None)

    def _text(self, cursor: DwarfCursor) -> str:
        return cursor.bytes(cursor.leb()).decode("utf-8", "backslashreplace")

    def _names(self) -> tuple[dict[int, str], dict[int, str]]:
        """Names of functions and of data segments, by their numbers."""
        functions = self._exported()
        segments: dict[int, str] = {}
        part = self._part(0, "name")
        if part is None:
            return functions, segments
        cursor = self._cursor(part.start, part.end)
        try:
            while cursor.at < part.end:
                kind, size = cursor.number(1), cursor.leb()
                end = cursor.at + size
                if kind in (_FUNCTION_NAMES, _DATA_NAMES):
                    known = functions if kind == _FUNCTION_NAMES else segments
                    for _ in range(cursor.leb()):
                        number = cursor.leb()
                        known[number] = self._text(cursor)
                cursor.at = end
        except DamagedError:
            pass  # engines pass over a name section that is damaged, and so does this
        return functions, segments

    def _exported(self) -> dict[int, str]:
        part = self._part(_EXPORT)
        if part is None:
            return {}
        cursor = self._cursor(part.start, part.end)
        exports: dict[int, str] = {}
        for _ in range(cursor.leb()):
            name, kind, number = self._text(cursor), cursor.number(1), cursor.leb()
            if kind == 0:
                exports.setdefault(number, name)
        return exports

    def _imports(self) -> Iterator[tuple[int, int]]:
        """Kind of each import, and for a memory the bytes that it begins with."""
        part = self._part(_IMPORT)
        if part is None:
            return
        cursor = self._cursor(part.start, part.end)
        for _ in range(cursor.leb()):
            self._text(cursor)
            self._text(cursor)
            kind = cursor.number(1)
            size = 0
            if kind == 1:
                cursor.number(1)
            if kind in (1, 2):
                size = self._limits(cursor, memory=kind == 2)
            elif kind == 3:
                cursor.bytes(2)
            elif kind == 4:
                cursor.number(1)
                cursor.leb()
            else:
                cursor.leb()
            yield kind, size

    def _linear_memory(self) -> int:
        """Bytes of the linear memories that the module begins with."""
        size = sum(first for kind, first in self._imports() if kind == 2)
        part = self._part(_MEMORY)
        if part is not None:
            cursor = self._cursor(part.start, part.end)
            for _ in range(cursor.leb()):
                size += self._limits(cursor, memory=True)
        if size > _MOST_MEMORY:
            raise DamagedError("A module has more linear memory than there is.", "Build it again.")
        return size

    def _limits(self, cursor: DwarfCursor, *, memory: bool) -> int:
        """The bytes that a memory begins with, of pages of its own size if it has one."""
        flags = cursor.number(1)
        first = cursor.leb()
        if flags & _HAS_MOST:
            cursor.leb()
        page = _PAGE
        if memory and flags & _PAGE_SIZE:
            exponent = cursor.leb()
            if exponent > 16:
                raise DamagedError("A module has pages of a size that is not known.", "Build it again.")
            page = 1 << exponent
        self._wide |= memory and bool(flags & _WIDE)
        return first * page

    def _functions(self, part: _Part, section: int, names: dict[int, str]) -> Iterator[Symbol]:
        cursor = self._cursor(part.start, part.end)
        number = sum(kind == 0 for kind, _ in self._imports())
        count = cursor.leb()
        yield _symbol("[number of functions]", 0, cursor.at - part.start, section, SymbolType.OBJECT)
        for index in range(number, number + count):
            start = cursor.at
            cursor.bytes(cursor.leb())
            name = names.get(index, f"func[{index}]")
            yield _symbol(name, start - part.start, cursor.at - start, section, SymbolType.FUNC)

    def _segments(self, part: _Part, section: int, moved: int, names: dict[int, str]) -> Iterator[Symbol]:
        cursor = self._cursor(part.start, part.end)
        count = cursor.leb()
        yield _symbol(
            "[number of segments]", part.start + moved, cursor.at - part.start, section, SymbolType.OBJECT
        )
        for index in range(count):
            start = cursor.at
            kind = cursor.leb()
            if kind == 2:
                cursor.leb()
            if kind != 1:
                self._pass_expression(cursor)
            cursor.bytes(cursor.leb())
            name = names.get(index, f"data[{index}]")
            yield _symbol(name, start + moved, cursor.at - start, section, SymbolType.OBJECT)

    @staticmethod
    def _pass_expression(cursor: DwarfCursor) -> None:
        """Passes over a constant expression."""
        while (code := cursor.number(1)) != 0x0B:
            if code in (0x41, 0x42, 0x23, 0xD0, 0xD2):
                cursor.skip_leb()
            elif code in (0x43, 0x44):
                cursor.bytes(4 if code == 0x43 else 8)


def _symbol(name: str, address: int, size: int, section: int, kind: SymbolType) -> Symbol:
    return Symbol(name, address, size, kind, Binding.GLOBAL, section, "", hidden=False)
