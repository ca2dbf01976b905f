"""Line tables as the source files of ranges of addresses.

Only where the file changes matters here: lines and columns are passed over.
"""

import time
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from wasmfit.elf.dwarf.cursor import DamagedError, DwarfCursor, text_at
from wasmfit.elf.dwarf.sections import DebugSections
from wasmfit.elf.errors import ElfError
from wasmfit.elf.records import Elf

MOST_SECONDS = 60.0
"""Longest time that is spent on line tables, in seconds."""

_MOST_FILES = 1 << 20
_PATH, _DIRECTORY = 1, 2


class SourceFile(NamedTuple):
    """A source file as debug information has it.

    Attributes:
        directory: The folder that the compiler ran in.
        folder: The file's folder, maybe relative to ``directory``.
        name: Its name.
    """

    directory: str
    folder: str
    name: str


class LineSequence(NamedTuple):
    """Code that one line program lays down without a gap.

    Attributes:
        start: First address.
        end: First address after it.
        parts: Where a file begins, and the file; it ends where the next begins.
    """

    start: int
    end: int
    parts: tuple[tuple[int, SourceFile | None], ...]


def line_sequences(elf: Elf, sections: DebugSections, folders: Mapping[int, str]) -> Iterator[LineSequence]:
    """The sequences of all line tables; a damaged table ends them.

    Args:
        elf: The file.
        sections: Its debug information.
        folders: Offset of a line table → the folder that its unit was compiled in.

    Raises:
        ElfError: A section cannot be unpacked, or it takes longer than :data:`MOST_SECONDS`.
    """
    data = sections.get(".debug_line")
    deadline = time.monotonic() + MOST_SECONDS
    at = 0
    while at < len(data):
        if time.monotonic() > deadline:
            raise ElfError(
                f"Reading the line tables of {elf.path} took longer than {MOST_SECONDS:g} s.",
                "Build it with less debug information (-g1).",
            )
        cursor = DwarfCursor(data, at, len(data), big_endian=elf.big_endian)
        try:
            length, width = cursor.length()
            end = cursor.at + length
            cursor.end = min(end, len(data))
            yield from _LineProgram(elf, sections, cursor, width, folders.get(at, "")).sequences()
        except DamagedError:
            return
        at = end


class _LineProgram:
    def __init__(
        self, elf: Elf, sections: DebugSections, cursor: DwarfCursor, width: int, folder: str
    ) -> None:
        self._sections = sections
        self._cursor = cursor
        self._width = width
        self._version = cursor.number(2)
        if self._version not in (2, 3, 4, 5):
            raise DamagedError("Debug information has a version that is not known.", "Build it again.")
        self._address = elf.bits // 8
        if self._version >= 5:
            self._address = cursor.number(1)
            cursor.number(1)
        length = cursor.number(width)
        self._start = cursor.at + length
        self._step = cursor.number(1)
        if self._version >= 4:
            cursor.number(1)
        cursor.number(1)
        self._line_base = cursor.number(1)
        self._line_range = cursor.number(1) or 1
        self._first_special = cursor.number(1)
        self._operands = [0, *cursor.bytes(max(self._first_special - 1, 0))]
        self._files = self._read_files_5() if self._version >= 5 else self._read_files(folder)

    def _read_files(self, directory: str) -> list[SourceFile | None]:
        cursor = self._cursor
        folders = [""]
        while name := cursor.text():
            folders.append(name)
        files: list[SourceFile | None] = [None]
        while (name := cursor.text()) and len(files) < _MOST_FILES:
            number = cursor.leb()
            cursor.leb()
            cursor.leb()
            files.append(SourceFile(directory, folders[number] if number < len(folders) else "", name))
        return files

    def _read_files_5(self) -> list[SourceFile | None]:
        folders = [str(row.get(_PATH, "")) for row in self._rows()]
        directory = folders[0] if folders else ""
        files: list[SourceFile | None] = []
        for row in self._rows():
            number = row.get(_DIRECTORY, 0)
            folder = folders[number] if isinstance(number, int) and 0 < number < len(folders) else ""
            files.append(SourceFile(directory, folder, str(row.get(_PATH, ""))))
        return files

    def _rows(self) -> list[dict[int, int | str]]:
        """A table of folders or files: content type → value."""
        cursor = self._cursor
        formats = [(cursor.leb(), cursor.leb()) for _ in range(cursor.number(1))]
        count = cursor.leb()
        if count > _MOST_FILES or (count and not formats):
            raise DamagedError("Debug information names too many files.", "Build it again.")
        return [{content: self._value(form) for content, form in formats} for _ in range(count)]

    def _value(self, form: int) -> int | str:
        cursor = self._cursor
        if form == 0x08:
            return cursor.text()
        if form in (0x0E, 0x1F):
            name = ".debug_str" if form == 0x0E else ".debug_line_str"
            return text_at(self._sections.get(name), cursor.number(self._width))
        if form == 0x0F:
            return cursor.leb()
        if form == 0x09:
            cursor.bytes(cursor.leb())
            return 0
        sizes = {0x0B: 1, 0x05: 2, 0x06: 4, 0x07: 8, 0x1E: 16}
        if form not in sizes:
            raise DamagedError("Debug information has a form that is not known.", "Build it again.")
        return cursor.number(sizes[form])

    def _file(self, number: int) -> SourceFile | None:
        return self._files[number] if 0 <= number < len(self._files) else None

    def sequences(self) -> Iterator[LineSequence]:
        """Runs the program."""
        cursor, state = self._cursor, _State()
        cursor.at = self._start
        first = self._first_special
        advance = [(code - first) // self._line_range * self._step for code in range(256)]
        data, end = cursor.data, cursor.end
        while cursor.at < end:
            code = data[cursor.at]
            cursor.at += 1
            if code >= first:
                state.address += advance[code]
                state.row(self._file(state.file))
            elif code == 0:
                ended = self._extended(state)
                if ended is not None:
                    yield ended
                    state = _State()
            elif code == 8:
                state.address += advance[255]
            else:
                self._standard(code, state)

    def _standard(self, code: int, state: "_State") -> None:
        cursor = self._cursor
        if code == 1:
            state.row(self._file(state.file))
        elif code == 2:
            state.address += cursor.leb() * self._step
        elif code == 4:
            state.file = cursor.leb()
        elif code == 9:
            state.address += cursor.number(2)
        else:
            for _ in range(self._operands[code]):
                cursor.skip_leb()

    def _extended(self, state: "_State") -> LineSequence | None:
        """Runs an instruction of the extended kind; the sequence that it ends, even if it is empty."""
        cursor = self._cursor
        size = cursor.leb()
        after = cursor.at + size
        kind = cursor.number(1) if size else 0
        ended = None
        if kind == _SET_ADDRESS:
            state.address = cursor.number(min(size - 1, 8))
        elif kind == _END_SEQUENCE:
            ended = LineSequence(state.start, max(state.address, state.start), tuple(state.parts))
        elif kind == _DEFINE_FILE:
            self._files.append(SourceFile("", "", cursor.text()))
        if after > cursor.end:
            raise DamagedError("Debug information ends early.", "Build it again.")
        cursor.at = after
        return ended


_END_SEQUENCE, _SET_ADDRESS, _DEFINE_FILE = 1, 2, 3


class _State:
    """The registers of a line program, and the sequence that it makes."""

    def __init__(self) -> None:
        self.address = self.start = 0
        self.file = 1
        self.parts: list[tuple[int, SourceFile | None]] = []

    def row(self, source: SourceFile | None) -> None:
        """A row of the table: from this address on, code is of that file."""
        if not self.parts:
            self.start = self.address
            self.parts.append((self.address, source))
        elif self.parts[-1][1] is not source:
            if self.parts[-1][0] == self.address:
                self.parts[-1] = self.address, source
            else:
                self.parts.append((self.address, source))
