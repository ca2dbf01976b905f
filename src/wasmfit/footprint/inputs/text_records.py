"""Images as lines of hexadecimal digits: Intel HEX and Motorola S-records.

Intel HEX: ``:``, number of bytes, address of 16 bits, kind, bytes, and a sum that makes all bytes add up to 0
modulo 256. S-records: ``S``, kind, number of bytes that follow, address of 16, 24 or 32 bits by the kind,
bytes, and a sum that makes all bytes add up to 255 modulo 256.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from wasmfit.footprint.inputs.pieces import ImageReader, Piece
from wasmfit.words import agreeing, counted

_SEGMENT = 1 << 16  # bytes that a segment's addresses reach
# Bytes of Intel HEX's records that are not data: the end, a segment, its start, a linear address, its start.
_LENGTHS = {1: 0, 2: 2, 3: 4, 4: 2, 5: 4}
_HEX = frozenset(b"0123456789abcdefABCDEF")
# Bytes of the address of each kind of S-record: of those with data, and of all.
_S_DATA = {1: 2, 2: 3, 3: 4}
_S_KINDS = {0: 2, 5: 2, 6: 3, 7: 4, 8: 3, 9: 2, **_S_DATA}
_BLANK = re.compile(rb"[\x00\x1a\s]*")  # what editors and old systems leave after the last record
_MERGE = "Merge images with a tool that knows their format, such as srec_cat."


def is_intel_hex(start: bytes) -> bool:
    """Whether a file's first bytes are those of an Intel HEX file."""
    return start.startswith(b":") and len(start) >= 8 and _HEX.issuperset(start[1:8])


def is_s_records(start: bytes) -> bool:
    """Whether a file's first bytes are those of a file of S-records."""
    return start[:1] == b"S" and start[1:2].isdigit() and len(start) >= 8 and _HEX.issuperset(start[2:8])


class _Line(NamedTuple):
    """A line that is not empty, and its number."""

    number: int
    text: bytes


class _TextReader(ImageReader):
    def _lines(self) -> Iterator[_Line]:
        for number, line in enumerate(self._data.splitlines(), start=1):
            text = line.strip()
            if text:
                yield _Line(number, text)

    def _bytes(self, digits: bytes, number: int) -> bytes:
        if not digits or len(digits) % 2 or not _HEX.issuperset(digits):
            self._damaged(f"line {number} is not a record")
        return bytes.fromhex(digits.decode("ascii"))

    def _nothing_after(self, lines: Iterator[_Line]) -> None:
        """Refuses what comes after the last record, which flash tools do not write."""
        for number, text in lines:
            if not _BLANK.fullmatch(text):
                self._damaged(f"line {number} goes on after the last record", _MERGE)


class IntelHex(_TextReader):
    """Reads an Intel HEX file."""

    def pieces(self) -> Iterator[Piece]:
        """What it writes, in its own order.

        Raises:
            ElfError: It is damaged.
        """
        base, in_segment = 0, False
        lines = self._lines()
        for number, text in lines:
            record = self._record(text, number)
            size, kind, contents = record[0], record[3], record[4:-1]
            if size != len(contents):
                self._damaged(f"line {number} has {counted(len(contents), 'byte')} and says {size}")
            if kind in _LENGTHS and size != _LENGTHS[kind]:
                self._damaged(
                    f"line {number} has {counted(size, 'byte')}, records of its kind have {_LENGTHS[kind]}"
                )
            if kind == 0:
                yield from self._data_of(base, int.from_bytes(record[1:3], "big"), contents, in_segment)
            elif kind == 1:
                self._nothing_after(lines)
                return
            elif kind in (2, 4):
                in_segment = kind == 2
                base = int.from_bytes(contents, "big") << (4 if in_segment else 16)
            elif kind not in (3, 5):
                self._damaged(f"line {number} has a kind of record that is not known")
        self._damaged("its last record is missing")

    @staticmethod
    def _data_of(base: int, offset: int, contents: bytes, in_segment: bool) -> Iterator[Piece]:
        """What a record writes; within a segment, what goes beyond its 64 KiB is at its beginning."""
        before = _SEGMENT - offset if in_segment else len(contents)
        yield Piece(base + offset, contents[:before])
        if contents[before:]:
            yield Piece(base, contents[before:])

    def _record(self, text: bytes, number: int) -> bytes:
        record = self._bytes(text[1:], number)
        if not text.startswith(b":") or len(record) < 5:
            self._damaged(f"line {number} is not a record")
        if sum(record) & 0xFF:
            self._damaged(f"the sum of line {number} is wrong")
        return record


class SRecords(_TextReader):
    """Reads a file of Motorola S-records (``.s19``, ``.s28``, ``.s37``, ``.srec``, ``.mot``)."""

    def pieces(self) -> Iterator[Piece]:
        """What it writes, in its own order.

        Raises:
            ElfError: It is damaged.
        """
        written = 0
        lines = self._lines()
        for number, text in lines:
            kind, address, contents = self._record(text, number)
            if kind in _S_DATA:
                written += 1
                yield Piece(address, contents)
            elif kind in (5, 6):
                if address != written & (0xFFFF if kind == 5 else 0xFF_FFFF):
                    self._damaged(
                        f"line {number} counts {counted(address, 'record')} of data, and there "
                        f"{agreeing(written, 'is', 'are')} {written:,}"
                    )
            elif kind in (7, 8, 9):
                self._nothing_after(lines)
                return
        self._damaged("its last record is missing")

    def _record(self, text: bytes, number: int) -> tuple[int, int, bytes]:
        """The kind, the address and the bytes of a line."""
        if text[:1] != b"S" or not text[1:2].isdigit():
            self._damaged(f"line {number} is not a record")
        kind, record = int(text[1:2]), self._bytes(text[2:], number)
        if kind not in _S_KINDS:
            self._damaged(f"line {number} has a kind of record that is not known")
        width = _S_KINDS[kind]
        if record[0] != len(record) - 1:
            self._damaged(f"line {number} has {counted(len(record) - 1, 'byte')} and says {record[0]}")
        if len(record) < width + 2:
            self._damaged(f"line {number} is too short for its address")
        if sum(record) & 0xFF != 0xFF:
            self._damaged(f"the sum of line {number} is wrong")
        return kind, int.from_bytes(record[1 : 1 + width], "big"), record[1 + width : -1]
