"""Where the units of debug information begin and end, and how their values are written."""

from collections.abc import Iterator
from dataclasses import dataclass

from wasmfit.elf.dwarf.cursor import DamagedError, DwarfCursor
from wasmfit.elf.dwarf.forms import UnitSizes

_SKELETON, _TYPES = (4, 5), (2, 6)


@dataclass(frozen=True, slots=True)
class UnitHeader:
    """The header of a unit.

    Attributes:
        start: Offset of the unit, from which its references count.
        first: Offset of its first entry.
        end: Offset after it.
        sizes: Lengths of its values.
        abbreviations: Offset of its abbreviations.
        identity: What a unit and the file with its rest have in common (DWARF 5); None without.
    """

    start: int
    first: int
    end: int
    sizes: UnitSizes
    abbreviations: int
    identity: int | None


def unit_headers(info: bytes, *, big_endian: bool, at: int = 0) -> Iterator[UnitHeader]:
    """The headers of all units in the section's order; what is damaged ends them.

    Units of a version that is not known are passed over.

    Args:
        info: The section.
        big_endian: The byte order.
        at: Offset of the first one.
    """
    while at < len(info):
        try:
            cursor = DwarfCursor(info, at, len(info), big_endian=big_endian)
            length, width = cursor.length()
            end = cursor.at + length
            version = cursor.number(2)
            kind = cursor.number(1) if version >= 5 else 0
            identity = None
            if version >= 5:
                address = cursor.number(1)
                table = cursor.number(width)
                if kind in _SKELETON:
                    identity = cursor.number(8)
                cursor.bytes(8 + width if kind in _TYPES else 0)
            else:
                table = cursor.number(width)
                address = cursor.number(1)
        except DamagedError:
            return
        if version in (2, 3, 4, 5):
            sizes = UnitSizes(version, width, address)
            yield UnitHeader(at, cursor.at, min(end, len(info)), sizes, table, identity)
        at = end
