"""The forms that values have in debug information, DWARF 2 to 5 and GNU's extensions."""

from dataclasses import dataclass

from wasmfit.elf.dwarf.cursor import DamagedError, DwarfCursor

ADDRESS = 0x01
TEXT = 0x08
IMPLICIT = 0x21
INDIRECT = 0x16
REFERENCE_ADDRESS = 0x10
LIST_BY_NUMBER = 0x23
FIXED_SIZES = {
    0x0B: 1, 0x05: 2, 0x06: 4, 0x07: 8, 0x1E: 16, 0x0C: 1, 0x11: 1, 0x12: 2, 0x13: 4, 0x14: 8, 0x20: 8,
    0x25: 1, 0x26: 2, 0x27: 3, 0x28: 4, 0x29: 1, 0x2A: 2, 0x2B: 3, 0x2C: 4, 0x1C: 4, 0x24: 8,
    0x19: 0, 0x21: 0,
}  # fmt: skip
"""Form → bytes, of those that always have as many."""
OFFSETS = frozenset({0x0E, 0x17, 0x1F, 0x1D, 0x10, 0x1F20, 0x1F21})
"""Forms of an offset's length."""
LEBS = frozenset({0x0D, 0x0F, 0x15, 0x1A, 0x1B, 0x22, 0x23, 0x1F01, 0x1F02})
"""Forms of numbers of any length."""
PLAIN_BLOCKS = (0x09, 0x18)
"""Blocks whose length is a number of any length."""
BLOCK_SIZES = {0x0A: 1, 0x03: 2, 0x04: 4}
"""Other blocks → bytes of their length."""
INDEXED_TEXTS = frozenset({0x1A, 0x1F02, 0x25, 0x26, 0x27, 0x28})
"""Texts by their number in ``.debug_str_offsets``."""
INDEXED_ADDRESSES = frozenset({0x1B, 0x1F01, 0x29, 0x2A, 0x2B, 0x2C})
"""Addresses by their number in ``.debug_addr``."""
UNIT_REFERENCES = frozenset({0x11, 0x12, 0x13, 0x14, 0x15})
"""References that count from where the unit begins."""


@dataclass(frozen=True, slots=True)
class UnitSizes:
    """What a unit's values depend on.

    Attributes:
        version: DWARF's version.
        offset: Bytes of an offset, 4 or 8.
        address: Bytes of an address.
    """

    version: int
    offset: int
    address: int


def skip_value(cursor: DwarfCursor, form: int, sizes: UnitSizes) -> None:
    """Passes over a value.

    Raises:
        DamagedError: Its form is not known, or it ends early.
    """
    if form in FIXED_SIZES:
        cursor.bytes(FIXED_SIZES[form])
    elif form == ADDRESS:
        cursor.bytes(sizes.address)
    elif form in OFFSETS:
        cursor.bytes(sizes.address if form == REFERENCE_ADDRESS and sizes.version == 2 else sizes.offset)
    elif form in LEBS:
        cursor.skip_leb()
    elif form == TEXT:
        cursor.text()
    elif form in PLAIN_BLOCKS:
        cursor.bytes(cursor.leb())
    elif form in BLOCK_SIZES:
        cursor.bytes(cursor.number(BLOCK_SIZES[form]))
    elif form == INDIRECT and (inner := cursor.leb()) != INDIRECT:
        skip_value(cursor, inner, sizes)
    else:
        raise DamagedError("Debug information has a form that is not known.", "Build it again.")


def read_number(cursor: DwarfCursor, form: int, sizes: UnitSizes) -> int:
    """The number that a value is, whatever it stands for; 0 for a text or a block.

    Raises:
        DamagedError: Its form is not known, or it ends early.
    """
    if form in LEBS:
        return cursor.leb()
    if form == ADDRESS:
        return cursor.number(sizes.address)
    if form in FIXED_SIZES:
        return cursor.number(FIXED_SIZES[form])
    if form in OFFSETS:
        return cursor.number(
            sizes.address if form == REFERENCE_ADDRESS and sizes.version == 2 else sizes.offset
        )
    skip_value(cursor, form, sizes)
    return 0
