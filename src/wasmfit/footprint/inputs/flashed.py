"""Images as flash tools take them (Intel HEX, S-records, UF2), as the records of an ELF file.

They have addresses and bytes, and neither sections nor symbols: each part without a gap is a section that is
called after its address, and all of it is flashed.
"""

import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from pathlib import Path

from wasmfit.elf.errors import ElfError
from wasmfit.elf.file_bytes import BytesInFile, BytesInMemory
from wasmfit.elf.records import Elf, ElfKind, Machine, Section, SectionFlag, SectionType, Segment
from wasmfit.footprint.inputs.pieces import ImageReader, Piece
from wasmfit.footprint.inputs.text_records import IntelHex, SRecords, is_intel_hex, is_s_records
from wasmfit.words import counted, hexadecimal

UF2_MAGIC = b"UF2\n"
"""How UF2 files begin."""

_MOST_BYTES = 256 << 20
_BLOCK = struct.Struct("<8I")
_SECOND_MAGIC, _LAST_MAGIC = 0x9E5D5157, 0x0AB16F30
# Blocks for no main flash, and those that hold a part of a file
_NOT_FLASHED, _HAS_FAMILY, _HAS_TAGS = 0x1 | 0x1000, 0x2000, 0x8000
_MOST_PAYLOAD = 476
_IGNORED = 0x9957E3
"""The tag of a block that an RP2350's boot loader writes nowhere: tools put one first for RP2350-E10."""
# The processors of the families that are registered with the format, and of the RP2350.
_FAMILIES = {
    Machine.ARM: (
        0x1851780A, 0x1B57745F, 0x1E1F432D, 0x202E3A91, 0x21460FF0, 0x2ABC77EC, 0x300F5633, 0x31D228C6,
        0x04240BDF, 0x4C71240A, 0x4FB2D5BD, 0x53B80F00, 0x55114460, 0x57755A57, 0x5D1A0A2E, 0x5EE21072,
        0x621E937A, 0x647824B6, 0x68ED2B88, 0x6B846188, 0x6D0922FA, 0x6DB66082, 0x70D16653, 0x7F83E793,
        0x8FB060FE, 0xADA52840, 0xE48BFF56, 0xE48BFF59, 0xE48BFF5B, 0x00FF6919, 0x9517422F,
    ),
    Machine.XTENSA: (0x1C5F21B0, 0x7EAB61ED, 0xBFDD4EEE, 0xC47E5767),
    Machine.RISCV: (
        0xD42BA06C, 0x2B88D29C, 0x332726F6, 0x540DDF62, 0x3D308E94, 0xE48BFF5A, 0x9AF03E33, 0x11DE784A,
        0x4B684D71,
    ),
    Machine.AVR: (0x16573617,),
}  # fmt: skip


def is_flashed_image(start: bytes) -> bool:
    """Whether a file begins as Intel HEX, S-records or UF2 do."""
    return start.startswith(UF2_MAGIC) or is_intel_hex(start) or is_s_records(start)


def read_flashed_image(path: Path, bounds: Sequence[int] = ()) -> Elf:
    """Read an Intel HEX, an S-record or a UF2 file.

    Args:
        path: The file.
        bounds: Addresses that divide sections, as partitions do.

    Raises:
        ElfError: It cannot be read, is damaged, or writes an address twice.
    """
    file = BytesInFile(path)
    data = bytes(file.part(0, file.size))
    if data.startswith(UF2_MAGIC):
        machine, pieces = _Uf2(path, data).read()
        return _elf(path, machine, pieces, bounds)
    reader = SRecords(path, data) if data.startswith(b"S") else IntelHex(path, data)
    return _elf(path, 0, list(reader.pieces()), bounds)


class _Uf2(ImageReader):
    def read(self) -> tuple[int, list[Piece]]:
        """The processor, 0 where it is unknown, and what is written."""
        pieces: dict[int, list[Piece]] = {}
        numbers: dict[tuple[int, int], set[int]] = {}
        if len(self._data) % 512:
            self._damaged("it is not a whole number of blocks of 512 bytes")
        for at in range(0, len(self._data), 512):
            first, second, flags, address, size, number, count, family = _BLOCK.unpack_from(self._data, at)
            (last,) = struct.unpack_from("<I", self._data, at + 508)
            if struct.pack("<I", first) != UF2_MAGIC or second != _SECOND_MAGIC or last != _LAST_MAGIC:
                self._damaged(f"block {at // 512} has no magic numbers")
            if size > _MOST_PAYLOAD:
                self._damaged(f"block {at // 512} has {counted(size, 'byte')}, more than fit")
            if flags & _HAS_TAGS and _IGNORED in self._tags(at + 32 + size, at + 508):
                continue
            family = family if flags & _HAS_FAMILY else 0
            numbers.setdefault((family, count), set()).add(number)
            if not flags & _NOT_FLASHED:
                pieces.setdefault(family, []).append(Piece(address, self._data[at + 32 : at + 32 + size]))
        for (_, count), found in numbers.items():
            missing = next((number for number in range(count) if number not in found), None)
            if missing is not None:
                self._damaged(f"block {missing} of {count} is missing")
        self._check_families(pieces)
        machines = {m for m, known in _FAMILIES.items() for family in pieces if family in known}
        return (machines.pop() if len(machines) == 1 else 0), [p for of in pieces.values() for p in of]

    def _tags(self, at: int, end: int) -> Iterator[int]:
        """The tags that follow a block's bytes: each has its length, its kind (24 bits) and what it says."""
        while at + 4 <= end:
            (head,) = struct.unpack_from("<I", self._data, at)
            length = head & 0xFF
            if length < 4:
                return
            yield head >> 8
            at += (length + 3) & ~3

    def _check_families(self, pieces: dict[int, list[Piece]]) -> None:
        """Refuses a file of several devices' images, each of which takes the blocks of its own family."""
        taken: dict[int, int] = {}
        for family, written in pieces.items():
            for piece in written:
                other = taken.setdefault(piece.address, family)
                if other != family:
                    raise ElfError(
                        f"{self._path} has images of several devices: of the families "
                        f"{hexadecimal(other)} and {hexadecimal(family)}, which both write "
                        f"{hexadecimal(piece.address)}.",
                        "Make a file of one family, and name that.",
                    )


def _cut(pieces: list[Piece], bounds: Sequence[int]) -> Iterator[Piece]:
    """The same pieces, none of which goes beyond a bound."""
    ordered = sorted(bounds)
    for piece in pieces:
        at = piece.address
        end = at + len(piece.data)
        for bound in (*ordered[bisect_right(ordered, at) : bisect_left(ordered, end)], end):
            yield Piece(at, piece.data[at - piece.address : bound - piece.address])
            at = bound


def _elf(path: Path, machine: int, pieces: list[Piece], bounds: Sequence[int]) -> Elf:
    pieces = [piece for piece in sorted(_cut(pieces, bounds)) if piece.data]
    limits = frozenset(bounds)
    if not pieces:
        raise ElfError(f"{path} has no bytes to write.", "Build or copy it again.")
    image = bytearray()
    sections = [Section(0, "", 0, 0, SectionType.NULL, 0, 1, 0)]
    segments = []
    number = 0
    while number < len(pieces):
        start, offset = pieces[number].address, len(image)
        end = start
        while number < len(pieces) and pieces[number].address <= end:
            if end > start and pieces[number].address == end and end in limits:
                break
            if pieces[number].address < end:
                raise ElfError(
                    f"{path} writes {hexadecimal(pieces[number].address)} twice.", "Merge its parts again."
                )
            image += pieces[number].data
            end += len(pieces[number].data)
            number += 1
        if end > 1 << 32 or len(image) > _MOST_BYTES:
            raise ElfError(f"{path} writes beyond the address space.", "Build or copy it again.")
        sections.append(
            Section(
                len(sections), hexadecimal(start), start, end - start, SectionType.PROGBITS,
                SectionFlag.ALLOC, 1, offset,
            )
        )  # fmt: skip
        segments.append(Segment(start, start, end - start, end - start, offset))
    return Elf(
        path=str(path),
        kind=ElfKind.EXECUTABLE,
        bits=32,
        big_endian=False,
        machine=machine,
        entry=0,
        sections=tuple(sections),
        segments=tuple(segments),
        symbols=(),
        stripped=True,
        _image=BytesInMemory(bytes(image)),
    )
