"""Spans divided further: what is merged or unnamed is split where something refers to it.

A piece is the smallest thing that can have an owner of its own, be referred to, and go.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from wasmfit.footprint.elf import Elf, Section
from wasmfit.footprint.linkmap import INTERNAL
from wasmfit.footprint.reference import Integers
from wasmfit.footprint.spans import Claim, Span


class Piece(NamedTuple):
    """Adjacent bytes that belong together.

    Attributes:
        start: First address.
        end: First address behind it.
        section: The section that it lies in.
        span: The span that it is all or a part of.
        runs_on: Whether it is the beginning of a text that ends in a later piece: the linker lets two texts
            share their end.
    """

    start: int
    end: int
    section: Section
    span: Span
    runs_on: bool

    @property
    def size(self) -> int:
        """Length in bytes."""
        return self.end - self.start

    @property
    def is_part(self) -> bool:
        """Whether it is a part of its span only."""
        return (self.start, self.end) != (self.span.start, self.span.end)


_MERGED = re.compile(r"\.rodata.*?\.(?:str([0-9]+)\.[0-9]+|cst([0-9]+))$")
_MAX_ENTRY = 64


def merged_entry(span: Span) -> int | None:
    """How large each constant is in a span of constants that the linker merged.

    Returns:
        Bytes; 0 for texts, which end with a NUL; None for a span that is not merged.
    """
    if span.input is None or span.input.object != INTERNAL or (span.symbol is not None and span.symbol.size):
        return None
    match = _MERGED.match(span.input.section)
    if match is None:
        return None
    return 0 if match[1] else min(int(match[2]), _MAX_ENTRY) or None


def divide(
    elf: Elf, layout: Sequence[tuple[Section, Sequence[Span]]], targets: Integers
) -> tuple[Piece, ...]:
    """Divide spans into pieces.

    Args:
        elf: The file.
        layout: Its sections with their spans.
        targets: Addresses that something refers to, in any order.

    Returns:
        Pieces in order of address that fill each section as its spans do.
    """
    wanted = sorted(set(targets.tolist()))
    pieces: list[Piece] = []
    for section, spans in sorted(layout, key=lambda part: part[0].address):
        for span in spans:
            if _is_blob(span, section):
                inside = wanted[bisect_right(wanted, span.start) : bisect_left(wanted, span.end)]
                pieces.extend(_split(elf, section, span, inside))
            else:
                pieces.append(Piece(span.start, span.end, section, span, False))
    return tuple(pieces)


def _is_blob(span: Span, section: Section) -> bool:
    """Whether a span is many things of which nothing but references tells them apart."""
    if section.executable or not section.has_bytes or span.claim in (Claim.PADDING, Claim.SCRIPT):
        return False
    if merged_entry(span) is not None:
        return True
    return span.input is None and (span.symbol is None or not span.symbol.size)


def _split(elf: Elf, section: Section, span: Span, inside: Iterable[int]) -> Iterator[Piece]:
    entry = merged_entry(span)
    data = bytes(elf.contents(section)[span.start - section.address : span.end - section.address])
    bounds = {span.start, span.end, *inside}
    if entry:
        bounds.update(min(at + entry, span.end) for at in inside)
    else:
        bounds.update(span.start + at for at in _text_ends(data, entry == 0, [at - span.start for at in inside]))
    for start, end in pairwise(sorted(bounds)):
        runs_on = not entry and end < span.end and data[end - span.start - 1] != 0 and _is_text(data, start - span.start)
        yield Piece(start, end, section, span, runs_on)


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
