"""Reads numbers and texts of debug information one after the other."""

from wasmfit.elf.errors import ElfError


class DamagedError(ElfError):
    """Debug information that ends early or contradicts itself."""


class DwarfCursor:
    """A place in some bytes.

    Args:
        data: The bytes.
        at: Where it begins.
        end: Where it has to end.
        big_endian: The byte order.
    """

    def __init__(self, data: bytes, at: int, end: int, *, big_endian: bool) -> None:
        self.data = data
        self.at = at
        self.end = min(end, len(data))
        self.big_endian = big_endian

    def number(self, size: int) -> int:
        """An unsigned number of some bytes."""
        raw = self.bytes(size)
        return int.from_bytes(raw, "big" if self.big_endian else "little")

    def bytes(self, size: int) -> bytes:
        """Some bytes."""
        start = self.at
        if size < 0 or start + size > self.end:
            raise DamagedError("Debug information ends early.", "Build it again.")
        self.at = start + size
        return self.data[start : self.at]

    def leb(self) -> int:
        """An unsigned number of any length (ULEB128)."""
        data, at, end = self.data, self.at, self.end
        if at < end and data[at] < 0x80:  # nearly all
            self.at = at + 1
            return data[at]
        result = shift = 0
        while at < end and shift < 70:
            byte = data[at]
            at += 1
            result |= (byte & 0x7F) << shift
            if byte < 0x80:
                self.at = at
                return result
            shift += 7
        raise DamagedError("Debug information ends early.", "Build it again.")

    def skip_leb(self) -> None:
        """Passes over a number of any length, signed or not."""
        self.leb()

    def text(self) -> str:
        """A text that ends with a NUL."""
        end = self.data.find(b"\0", self.at, self.end)
        if end < 0:
            raise DamagedError("Debug information ends early.", "Build it again.")
        raw = self.data[self.at : end]
        self.at = end + 1
        return raw.decode("utf-8", "backslashreplace")

    def length(self) -> tuple[int, int]:
        """A unit's length and the size of its offsets: 4, or 8 in 64-bit DWARF."""
        length = self.number(4)
        return (self.number(8), 8) if length == 0xFFFF_FFFF else (length, 4)


def text_at(data: bytes, offset: int) -> str:
    """The text at an offset; empty where there is none."""
    end = data.find(b"\0", offset) if 0 <= offset < len(data) else -1
    return data[offset:end].decode("utf-8", "backslashreplace") if end >= 0 else ""
