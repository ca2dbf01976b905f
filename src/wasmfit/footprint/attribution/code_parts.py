"""Dividing code where what debug information says of it changes."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence

from wasmfit.elf.records import Section
from wasmfit.footprint.attribution.byte_map import ByteMap, ByteRange
from wasmfit.footprint.attribution.kinds import ByteKind

CodePart = tuple[int, int, str | None]
"""A part of a section: first address, first address after it, and what is said of it."""


def divide_code(
    byte_map: ByteMap, parts_of: Callable[[Section], Sequence[CodePart]]
) -> Iterator[tuple[ByteRange, str | None]]:
    """The byte map's ranges, code divided where what is said of it changes.

    Args:
        byte_map: The bytes.
        parts_of: What is said of a section's code: disjoint parts, in order of address.

    Yields:
        A range, and what is said of it; None for data and where nothing is.
    """
    section: Section | None = None
    parts: Sequence[CodePart] = ()
    starts: list[int] = []
    for byte_range in byte_map.ranges:
        if byte_range.kind not in (ByteKind.CODE, ByteKind.LITERALS):
            yield byte_range, None
            continue
        if byte_range.section is not section:
            section = byte_range.section
            parts = parts_of(section)
            starts = [start for start, _, _ in parts]
        yield from _cut(byte_range, parts, max(bisect_right(starts, byte_range.start) - 1, 0))


def _cut(
    byte_range: ByteRange, parts: Sequence[CodePart], number: int
) -> Iterator[tuple[ByteRange, str | None]]:
    pieces: list[CodePart] = []
    at = byte_range.start
    while number < len(parts) and parts[number][0] < byte_range.end:
        low, high, label = parts[number]
        low, high = max(low, at), min(high, byte_range.end)
        if low < high:
            if at < low:
                pieces.append((at, low, None))
            pieces.append((low, high, label))
            at = high
        number += 1
    if at < byte_range.end:
        pieces.append((at, byte_range.end, None))
    first = 0
    for position, (_, high, label) in enumerate(pieces):
        if position + 1 == len(pieces) or pieces[position + 1][2] != label:
            yield byte_range._replace(start=pieces[first][0], end=high), label
            first = position + 1
