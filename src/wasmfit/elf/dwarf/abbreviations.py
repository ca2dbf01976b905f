"""Abbreviations: which attributes the entries of a unit have, and how to pass over those of no interest."""

from typing import NamedTuple

from wasmfit.elf.dwarf.cursor import DamagedError, DwarfCursor
from wasmfit.elf.dwarf.forms import (
    BLOCK_SIZES,
    FIXED_SIZES,
    IMPLICIT,
    INDIRECT,
    LEBS,
    OFFSETS,
    PLAIN_BLOCKS,
    REFERENCE_ADDRESS,
    TEXT,
    UnitSizes,
    skip_value,
)

_MOST = 1 << 20

SKIP_LEB, SKIP_TEXT, SKIP_BLOCK, SKIP_FORM, READ = range(-1, -6, -1)
"""What a :data:`Step` does; a number from 0 on passes over as many bytes."""

Step = tuple[int, int, int]
"""What to do, the attribute, and its form."""


Value = tuple[int, int]
"""A form, and where the value stands."""


class Abbreviation(NamedTuple):
    """The shape of an entry.

    Attributes:
        tag: What it is about.
        children: Whether entries in it follow.
        steps: How its attributes are read.
        constants: The values that the abbreviation itself has.
    """

    tag: int
    children: bool
    steps: tuple[Step, ...]
    constants: dict[int, int]


def read_abbreviations(
    table: bytes, at: int, sizes: UnitSizes, wanted: dict[int, frozenset[int]]
) -> dict[int, Abbreviation]:
    """Read the abbreviations of a unit.

    Args:
        table: The section.
        at: Where they begin.
        sizes: Lengths of what has one in the unit only.
        wanted: Tag → attributes to read; all others are passed over.

    Raises:
        DamagedError: They end early, or have a form that is not known.
    """
    cursor = DwarfCursor(table, at, len(table), big_endian=False)
    found: dict[int, Abbreviation] = {}
    while (code := cursor.leb()) != 0:
        tag, children = cursor.leb(), cursor.number(1) != 0
        attributes = wanted.get(tag, frozenset())
        steps: list[Step] = []
        constants = {}
        while True:
            attribute, form = cursor.leb(), cursor.leb()
            if form == IMPLICIT:
                value = cursor.leb()
                if attribute in attributes:
                    constants[attribute] = value
                continue
            if attribute == form == 0:
                break
            steps.append((READ, attribute, form) if attribute in attributes else _skipping(form, sizes))
        found[code] = Abbreviation(tag, children, tuple(_joined(steps)), constants)
        if len(found) > _MOST:
            raise DamagedError("Debug information has too many abbreviations.", "Build it again.")
    return found


def _skipping(form: int, sizes: UnitSizes) -> Step:
    size = fixed_size(form, sizes)
    if size is not None:
        return size, 0, 0
    if form in LEBS:
        return SKIP_LEB, 0, 0
    if form == TEXT:
        return SKIP_TEXT, 0, 0
    if form in BLOCK_SIZES:
        return SKIP_BLOCK, BLOCK_SIZES[form], 0
    if form in (*PLAIN_BLOCKS, INDIRECT):
        return SKIP_FORM, 0, form
    raise DamagedError("Debug information has a form that is not known.", "Build it again.")


def fixed_size(form: int, sizes: UnitSizes) -> int | None:
    """Bytes that values of a form take, if all take as many."""
    if form in FIXED_SIZES:
        return FIXED_SIZES[form]
    if form == 0x01:
        return sizes.address
    if form in OFFSETS:
        return sizes.address if form == REFERENCE_ADDRESS and sizes.version == 2 else sizes.offset
    return None


def _joined(steps: list[Step]) -> list[Step]:
    """The same steps, with bytes that are passed over one after the other in one."""
    joined: list[Step] = []
    for step in steps:
        if step[0] >= 0 and joined and joined[-1][0] >= 0:
            joined[-1] = joined[-1][0] + step[0], 0, 0
        elif step[0] != 0:
            joined.append(step)
    return joined


def read_entry(cursor: DwarfCursor, steps: tuple[Step, ...], sizes: UnitSizes) -> dict[int, Value]:
    """Passes over an entry's attributes; returns those that are wanted by their number.

    Raises:
        DamagedError: It ends early.
    """
    values: dict[int, Value] = {}
    data, at, end = cursor.data, cursor.at, cursor.end
    for what, attribute, form in steps:
        if what >= 0:
            at += what
        elif what == SKIP_LEB:
            while at < end and data[at] >= 0x80:
                at += 1
            at += 1
        elif what == SKIP_TEXT:
            at = data.find(b"\0", at, end) + 1
            if not at:
                raise DamagedError("Debug information ends early.", "Build it again.")
        else:
            cursor.at = at
            if what == READ:
                values[attribute] = form, at
                skip_value(cursor, form, sizes)
            elif what == SKIP_BLOCK:
                cursor.bytes(cursor.number(attribute))
            else:
                skip_value(cursor, form, sizes)
            at = cursor.at
    if at > end:
        raise DamagedError("Debug information ends early.", "Build it again.")
    cursor.at = at
    return values
