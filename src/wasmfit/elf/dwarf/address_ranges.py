"""The ranges of addresses that an entry of debug information has, and addresses by number."""

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from wasmfit.elf.dwarf.cursor import DamagedError, DwarfCursor
from wasmfit.elf.dwarf.forms import UnitSizes

_MOST = 1 << 16  # of one entry
_WORDS = {1: "B", 2: "H", 4: "I", 8: "Q"}


@dataclass(frozen=True, slots=True)
class RangeSource:
    """What a unit's ranges and addresses are read from.

    Attributes:
        sizes: Lengths of its values.
        big_endian: The byte order.
        low: The address that ranges count from.
        addresses: Addresses by number.
        address_base: Where the unit's begin.
        lists: Lists of ranges.
        list_base: Where the unit's begin: offsets of lists (DWARF 5), or what is added to offsets of lists.
    """

    sizes: UnitSizes
    big_endian: bool
    low: int
    addresses: bytes
    address_base: int
    lists: bytes
    list_base: int

    def indexed(self, number: int) -> int:
        """An address by its number.

        Raises:
            DamagedError: There is none.
        """
        at = self.address_base + number * self.sizes.address
        return self._cursor(self.addresses, at).number(self.sizes.address)

    def listed(self, place: int, *, by_number: bool) -> list[tuple[int, int]]:
        """The ranges of a list: first address, first address after it.

        Args:
            place: Its offset, or its number among the unit's.
            by_number: Whether it is a number.

        Raises:
            DamagedError: It ends early, or is longer than any that a compiler writes.
        """
        if self.sizes.version < 5:
            return self._old(self._cursor(self.lists, self.list_base + place))
        if by_number:
            at = self.list_base + place * self.sizes.offset
            place = self.list_base + self._cursor(self.lists, at).number(self.sizes.offset)
        return self._new(self._cursor(self.lists, place))

    def _cursor(self, data: bytes, at: int) -> DwarfCursor:
        return DwarfCursor(data, at, len(data), big_endian=self.big_endian)

    def _old(self, cursor: DwarfCursor) -> list[tuple[int, int]]:
        size = self.sizes.address
        base, highest = self.low, (1 << 8 * size) - 1
        ranges: list[tuple[int, int]] = []
        for low, high in self._pairs(cursor, size):
            if not low and not high:
                return ranges
            if low == highest:
                base = high
            elif low < high:
                ranges.append((base + low, base + high))
        raise DamagedError("Debug information has a list without end.", "Build it again.")

    def _pairs(self, cursor: DwarfCursor, size: int) -> Iterable[tuple[int, ...]]:
        """Pairs of addresses from a place on, up to the end or to the longest list."""
        whole = max(cursor.end - cursor.at, 0) // (2 * size) if size else 0
        count = min(whole, _MOST)
        if size not in _WORDS:
            return ((cursor.number(size), cursor.number(size)) for _ in range(count))
        pair = struct.Struct(f"{'>' if self.big_endian else '<'}2{_WORDS[size]}")
        return pair.iter_unpack(memoryview(cursor.data)[cursor.at : cursor.at + count * pair.size])

    def _new(self, cursor: DwarfCursor) -> list[tuple[int, int]]:
        size = self.sizes.address
        base = self.low
        ranges: list[tuple[int, int]] = []
        for _ in range(_MOST):
            match cursor.number(1):
                case 0:
                    return [(low, high) for low, high in ranges if low < high]
                case 1:
                    base = self.indexed(cursor.leb())
                case 2:
                    ranges.append((self.indexed(cursor.leb()), self.indexed(cursor.leb())))
                case 3:
                    low = self.indexed(cursor.leb())
                    ranges.append((low, low + cursor.leb()))
                case 4:
                    ranges.append((base + cursor.leb(), base + cursor.leb()))
                case 5:
                    base = cursor.number(size)
                case 6:
                    ranges.append((cursor.number(size), cursor.number(size)))
                case 7:
                    low = cursor.number(size)
                    ranges.append((low, low + cursor.leb()))
                case _:
                    raise DamagedError("Debug information has an unknown kind of range.", "Build it again.")
        raise DamagedError("Debug information has a list without end.", "Build it again.")
