"""Reading wasm's binary format piece by piece: every read is checked, every failure says where it was."""

from dataclasses import dataclass

from wasmfit.errors import UsageError
from wasmfit.words import counted, escape_unprintable


class ModuleError(UsageError):
    """A file is not a wasm module, or one that its own encoding contradicts."""


@dataclass
class Cursor:
    """A place in bytes, which only moves forward.

    Attributes:
        data: The whole file.
        at: Where it is.
        end: Where it must stop: the end of a section.
        inside: What is being read, for messages.
    """

    data: bytes
    at: int
    end: int
    inside: str

    @property
    def rest(self) -> int:
        """Bytes left."""
        return self.end - self.at

    def byte(self) -> int:
        """The next byte."""
        if self.at >= self.end:
            raise self.error("ends too early")
        self.at += 1
        return self.data[self.at - 1]

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        if count > self.rest:
            raise self.error(f"needs {counted(count, 'byte')} where {self.rest:,} are left")
        self.at += count
        return self.data[self.at - count : self.at]

    def number(self, bits: int = 32) -> int:
        """An unsigned LEB128 number of at most ``bits`` bits."""
        start, value = self.at, 0
        for shift in range(0, bits, 7):
            byte = self.byte()
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                if value >> bits:
                    break
                return value
        raise self.error(f"has a number that does not fit in {bits} bits", start)

    def count(self, what: str) -> int:
        """The length of a vector, each of whose elements takes a byte at least."""
        start, count = self.at, self.number()
        if count > self.rest:
            raise self.error(f"claims {count:,} {what} in {counted(self.rest, 'byte')}", start)
        return count

    def name(self) -> str:
        """A name: UTF-8, with its length in front."""
        start = self.at
        raw = self.take(self.number())
        try:
            return raw.decode()
        except UnicodeDecodeError:
            raise self.error(
                f"has a name that is not UTF-8: {escape_unprintable(repr(raw), 60)}", start
            ) from None

    def part(self, size: int, inside: str) -> "Cursor":
        """A cursor over the next ``size`` bytes, which this one skips."""
        if size > self.rest:
            raise self.error(f"claims {counted(size, 'byte')} for {inside} where {self.rest:,} are left")
        self.at += size
        return Cursor(self.data, self.at - size, self.at, inside)

    def error(self, problem: str, at: int | None = None) -> ModuleError:
        """The error that ends the reading; a file's name is put in front by whoever knows it."""
        return ModuleError(f"{self.inside} {problem}, at byte {self.at if at is None else at:,}")
