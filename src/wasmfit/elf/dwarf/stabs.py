"""Line tables of stabs, which GCC wrote for AVR up to version 12 where ``-g`` said nothing else."""

import struct
from collections.abc import Iterator

from wasmfit.elf.dwarf.cursor import text_at
from wasmfit.elf.dwarf.line_table import LineSequence, SourceFile
from wasmfit.elf.dwarf.sections import DebugSections
from wasmfit.elf.records import Elf

_HEADER, _FUNCTION, _LINE, _SOURCE, _INCLUDED = 0x00, 0x24, 0x44, 0x64, 0x84


def stab_sequences(elf: Elf, sections: DebugSections) -> Iterator[LineSequence]:
    """The sequences of all functions, one for each.

    Args:
        elf: The file.
        sections: Its debug information.

    Raises:
        ElfError: A section claims more than it can hold.
    """
    data, texts = sections.get(".stab"), sections.get(".stabstr")
    form = struct.Struct(">IBBHI" if elf.big_endian else "<IBBHI")
    reader = _Functions()
    base = following = 0
    for offset, kind, _, _, value in form.iter_unpack(data[: len(data) // form.size * form.size]):
        if kind == _HEADER:  # the texts of the next object begin after those of the one before
            base, following = following, following + value
        elif kind == _LINE:
            reader.line(value)
        elif kind in (_FUNCTION, _SOURCE, _INCLUDED):
            ended = reader.take(kind, text_at(texts, base + offset) if offset else "", value)
            if ended is not None:
                yield ended


class _Functions:
    """The function that entries are about, and its lines."""

    def __init__(self) -> None:
        self._folder = ""
        self._file: SourceFile | None = None
        self._known: dict[tuple[str, str], SourceFile] = {}
        self._start: int | None = None
        self._parts: list[tuple[int, SourceFile | None]] = []

    def line(self, offset: int) -> None:
        """A line of the function, by its offset in it."""
        if self._start is None:
            return
        at = self._start + offset
        if not self._parts:
            self._parts.append((self._start, self._file))
        elif self._parts[-1][1] is not self._file and at > self._parts[-1][0]:
            self._parts.append((at, self._file))

    def take(self, kind: int, name: str, value: int) -> LineSequence | None:
        """A function, or a source file; the function that ends with it."""
        if kind == _INCLUDED:
            self._file = self._source(name)
            return None
        ended = None
        if self._start is not None:
            # A name ends the function where the next begins, none says how long it was.
            end = self._start + value if kind == _FUNCTION and not name else value
            if self._parts and end > self._start:
                ended = LineSequence(self._start, end, tuple(self._parts))
            self._start, self._parts = None, []
        if kind == _FUNCTION:
            self._start = value if name else None
        elif name.endswith("/"):
            self._folder = name
        else:
            self._file = self._source(name) if name else None
            self._folder = self._folder if name else ""
        return ended

    def _source(self, name: str) -> SourceFile:
        return self._known.setdefault((self._folder, name), SourceFile(self._folder, "", name))
