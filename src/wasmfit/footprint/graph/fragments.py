"""The ledger's entries divided further: what is merged or unnamed is split where something refers to it.

A piece is the smallest thing that can have an owner of its own, be referred to, and go.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from wasmfit.elf.records import Elf, Section, Symbol
from wasmfit.footprint.arrays import Integers
from wasmfit.footprint.attribution.byte_map import Entry, Ledger
from wasmfit.footprint.attribution.kinds import Kind


class Piece(NamedTuple):
    """Adjacent bytes that belong together.

    Attributes:
        start: First address.
        end: First address behind it.
        entry: The ledger's entry that it is, or is a part of; of several entries of one symbol the first.
        runs_on: Whether the next piece is more of it: a text that shares its end with another one, or what
            nothing names or refers to.
    """

    start: int
    end: int
    entry: Entry
    runs_on: bool

    @property
    def size(self) -> int:
        """Length in bytes."""
        return self.end - self.start

    @property
    def section(self) -> Section:
        """The section that it lies in."""
        return self.entry.section

    @property
    def symbol(self) -> Symbol | None:
        """The symbol that claims it."""
        return self.entry.symbol

    @property
    def is_code(self) -> bool:
        """Whether it lies in a section with code."""
        return self.entry.section.executable

    def contents(self, elf: Elf) -> bytes:
        """Its bytes in the file; nothing for data that is zeroed at the start."""
        offset = self.start - self.section.address
        return bytes(elf.contents(self.section)[offset : offset + self.size])


_MERGED = re.compile(r"\.rodata.*?\.(?:str([0-9]+)\.[0-9]+|cst([0-9]+))$")
_MAX_ENTRY = 64  # bytes


def merged_entry(entry: Entry) -> int | None:
    """How large each constant is among constants that the linker merged.

    Returns:
        Bytes; 0 for texts, which end with a NUL; None for an entry that is not merged, or whose link map is
        missing, so that nobody knows.
    """
    # GNU ld's map shows what it merged as the first object's, lld's as its own.
    if entry.input is None or (entry.symbol and entry.symbol.size):
        return None
    match = _MERGED.match(entry.input.section)
    if match is None:
        return None
    return 0 if match[1] else min(int(match[2]), _MAX_ENTRY) or None


def divide(ledger: Ledger, targets: Integers) -> tuple[Piece, ...]:
    """Divide all bytes into pieces.

    Args:
        ledger: The bytes.
        targets: Addresses that something refers to, in any order.

    Returns:
        Pieces in order of address. They fill each section as the ledger's entries do.
    """
    set_of_wanted = frozenset(targets.tolist())
    wanted = sorted(set_of_wanted)
    pieces: list[Piece] = []
    for entry in ledger.entries:
        if _is_blob(entry):
            inside = wanted[bisect_left(wanted, entry.start) : bisect_left(wanted, entry.end)]
            pieces.extend(_split(ledger.elf, entry, inside))
        elif pieces and _goes_on(pieces[-1], entry):
            pieces[-1] = pieces[-1]._replace(end=entry.end)
        else:
            pieces.append(Piece(entry.start, entry.end, entry, False))
    pieces.sort(key=lambda piece: piece.start)
    for number, (piece, following) in enumerate(pairwise(pieces)):
        if _continues(ledger.elf, piece, following, set_of_wanted):
            pieces[number] = piece._replace(runs_on=True)
    return tuple(pieces)


def _continues(elf: Elf, piece: Piece, following: Piece, wanted: frozenset[int]) -> bool:
    """Whether what follows a piece without a name, and nothing refers to, is more of it.

    Linkers drop what nothing refers to, but for single texts among others.
    """
    if piece.end != following.start or following.start in wanted:
        return False
    if not (_is_nameless(piece.entry) and _is_nameless(following.entry)):
        return False
    return following.entry.kind is not Kind.STRINGS or piece.contents(elf)[-1] != 0


def _is_nameless(entry: Entry) -> bool:
    return _is_blob(entry) and merged_entry(entry) is None


def _goes_on(piece: Piece, entry: Entry) -> bool:
    """Whether an entry is more of the symbol before it, as a function's literals are."""
    same = entry.symbol is not None and piece.entry.symbol is entry.symbol
    return same and piece.end == entry.start and piece.section is entry.section


def _is_blob(entry: Entry) -> bool:
    """Whether an entry is many things of which nothing but references tells them apart."""
    if entry.section.executable or not entry.section.has_bytes or entry.kind in (Kind.PADDING, Kind.SCRIPT):
        return False
    if merged_entry(entry) is not None:
        return True
    return entry.input is None and not (entry.symbol and entry.symbol.size)


def _split(elf: Elf, entry: Entry, inside: Iterable[int]) -> Iterator[Piece]:
    size = merged_entry(entry)
    data = Piece(entry.start, entry.end, entry, False).contents(elf)
    bounds = {entry.start, entry.end, *inside}
    if size:
        bounds.update(min(at + size, entry.end) for at in inside)
    else:
        starts = [at - entry.start for at in inside]
        all_text = size == 0 or entry.kind is Kind.STRINGS
        bounds.update(entry.start + at for at in _text_ends(data, all_text, starts))
    for start, end in pairwise(sorted(bounds)):
        ends_open = data[end - entry.start - 1] != 0 and end < entry.end
        yield Piece(start, end, entry, not size and ends_open and _is_text(data, start - entry.start))


def _text_ends(data: bytes, all_text: bool, starts: Iterable[int]) -> Iterator[int]:
    """Offsets behind the NULs that end texts: all of them, or of the texts that begin at some offsets."""
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
