"""Fragments: a byte map's ranges divided further, where something refers into what is merged or unnamed.

A fragment is the smallest thing that can have an owner of its own, be referred to, and be removed.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from wasmfit.elf.records import Elf, Section, Symbol
from wasmfit.footprint.arrays import Integers
from wasmfit.footprint.attribution.byte_map import ByteMap, ByteRange
from wasmfit.footprint.attribution.kinds import DATA_KINDS, ByteKind


class Fragment(NamedTuple):
    """Adjacent bytes that belong together.

    Attributes:
        start: First address.
        end: First address after it.
        byte_range: The byte map's range that it is, or is a part of; of several ranges of one symbol the
            first.
        continues: Whether the next fragment is more of it: a text that shares its end with another one, or
            what nothing names or refers to.
    """

    start: int
    end: int
    byte_range: ByteRange
    continues: bool

    @property
    def size(self) -> int:
        """Length in bytes."""
        return self.end - self.start

    @property
    def section(self) -> Section:
        """The section that it lies in."""
        return self.byte_range.section

    @property
    def symbol(self) -> Symbol | None:
        """The symbol that claims it."""
        return self.byte_range.symbol

    @property
    def is_code(self) -> bool:
        """Whether it is code: it lies in a section with code, and is not known to be data."""
        return self.byte_range.section.executable and self.byte_range.kind not in DATA_KINDS

    def contents(self, elf: Elf) -> bytes:
        """Its bytes in the file; nothing for data that is zeroed at the start."""
        offset = self.start - self.section.address
        return bytes(elf.contents(self.section)[offset : offset + self.size])


_MERGED = re.compile(r"\.rodata.*?\.(?:str([0-9]+)\.[0-9]+|cst([0-9]+))$")
_MAX_CONSTANT = 64  # bytes


def merged_constant_size(byte_range: ByteRange) -> int | None:
    """How large each constant is among constants that the linker merged.

    Returns:
        Bytes; 0 for texts, which end with a NUL; None for a range that is not merged, or whose link map is
        missing, so that it is unknown.
    """
    # GNU ld's map shows what it merged as the first object's, lld's as its own.
    if byte_range.input is None or (byte_range.symbol and byte_range.symbol.size):
        return None
    match = _MERGED.match(byte_range.input.section)
    if match is None:
        return None
    return 0 if match[1] else min(int(match[2]), _MAX_CONSTANT) or None


def divide_into_fragments(byte_map: ByteMap, targets: Integers) -> tuple[Fragment, ...]:
    """Divide all bytes into fragments.

    Args:
        byte_map: The bytes.
        targets: Addresses that something refers to, in any order.

    Returns:
        Fragments in order of address. They fill each section as the byte map's ranges do.
    """
    referred_to = frozenset(targets.tolist())
    ordered = sorted(referred_to)
    fragments: list[Fragment] = []
    for byte_range in byte_map.ranges:
        if _is_blob(byte_range):
            inside = ordered[bisect_left(ordered, byte_range.start) : bisect_left(ordered, byte_range.end)]
            fragments.extend(_split(byte_map.elf, byte_range, inside))
        elif fragments and _has_same_symbol(fragments[-1], byte_range):
            fragments[-1] = fragments[-1]._replace(end=byte_range.end)
        else:
            fragments.append(Fragment(byte_range.start, byte_range.end, byte_range, False))
    fragments.sort(key=lambda fragment: fragment.start)
    for number, (fragment, following) in enumerate(pairwise(fragments)):
        if _continues(byte_map.elf, fragment, following, referred_to):
            fragments[number] = fragment._replace(continues=True)
    return tuple(fragments)


def _continues(elf: Elf, fragment: Fragment, following: Fragment, referred_to: frozenset[int]) -> bool:
    """Whether what follows a fragment without a name, and nothing refers to, is more of it.

    Linkers drop what nothing refers to, but for single texts among others.
    """
    if fragment.end != following.start or following.start in referred_to:
        return False
    if not (_is_nameless(fragment.byte_range) and _is_nameless(following.byte_range)):
        return False
    return following.byte_range.kind is not ByteKind.STRINGS or fragment.contents(elf)[-1] != 0


def _is_nameless(byte_range: ByteRange) -> bool:
    return _is_blob(byte_range) and merged_constant_size(byte_range) is None


def _has_same_symbol(fragment: Fragment, byte_range: ByteRange) -> bool:
    """Whether a range is more of the symbol before it, as a function's literals are."""
    same = byte_range.symbol is not None and fragment.byte_range.symbol is byte_range.symbol
    return same and fragment.end == byte_range.start and fragment.section is byte_range.section


def _is_blob(byte_range: ByteRange) -> bool:
    """Whether a range holds many things that only references tell apart."""
    section = byte_range.section
    if section.executable and byte_range.kind not in DATA_KINDS:
        return False
    if not section.has_bytes or byte_range.kind in (ByteKind.PADDING, ByteKind.SCRIPT):
        return False
    if merged_constant_size(byte_range) is not None:
        return True
    return byte_range.input is None and not (byte_range.symbol and byte_range.symbol.size)


def _split(elf: Elf, byte_range: ByteRange, inside: Iterable[int]) -> Iterator[Fragment]:
    size = merged_constant_size(byte_range)
    data = Fragment(byte_range.start, byte_range.end, byte_range, False).contents(elf)
    bounds = {byte_range.start, byte_range.end, *inside}
    if size:
        bounds.update(min(at + size, byte_range.end) for at in inside)
    else:
        starts = [at - byte_range.start for at in inside]
        all_text = size == 0 or byte_range.kind is ByteKind.STRINGS
        bounds.update(byte_range.start + at for at in _text_ends(data, all_text, starts))
    for start, end in pairwise(sorted(bounds)):
        ends_open = data[end - byte_range.start - 1] != 0 and end < byte_range.end
        continues = not size and ends_open and _is_text(data, start - byte_range.start)
        yield Fragment(start, end, byte_range, continues)


def _text_ends(data: bytes, all_text: bool, starts: Iterable[int]) -> Iterator[int]:
    """Offsets after the NULs that end texts: all of them, or of the texts that begin at some offsets."""
    if all_text:
        at = data.find(b"\0")
        while at >= 0:
            yield at + 1
            at = data.find(b"\0", at + 1)
        return
    for start in starts:
        if _is_text(data, start):
            at = data.find(b"\0", start)
            if at >= 0:
                yield at + 1


def _is_text(data: bytes, at: int) -> bool:
    return 0x20 <= data[at] < 0x7F or data[at] in (9, 10, 13)
