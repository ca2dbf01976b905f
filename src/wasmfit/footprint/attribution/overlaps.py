"""Giving each address of a range to exactly one of several claims that may overlap."""

from collections.abc import Sequence

NOBODY = -1
"""Instead of a claim's number: nobody claims the piece."""

Piece = tuple[int, int, int]
"""A part of the range that belongs to one claim: its first address, the first address behind it, and the
number of the claim in the list of claims, or :data:`NOBODY`."""


def cover(start: int, end: int, claims: Sequence[tuple[int, int]]) -> list[Piece]:
    """Divide a range among claims.

    Of the claims on an address, the one that begins last wins, for it is the most specific; of those that
    begin together the shortest; of identical ones the last in the list.

    Args:
        start: First address of the range.
        end: First address behind it.
        claims: Pairs of first address and first address behind. What lies outside of the range is cut off;
            empty claims get nothing.

    Returns:
        Pieces in order of address, none of them empty, that fill the range without gap or overlap.
    """
    # Cut off first: a claim that begins before the range begins at its start like the others.
    cut = [(max(low, start), min(high, end), number) for number, (low, high) in enumerate(claims)]
    ordered = sorted([(low, -high, number) for low, high, number in cut if low < high])
    ordered.append((end, -end, NOBODY))
    pieces: list[Piece] = []
    # The claims that have begun, the winner on top; those below it that have ended go when they surface.
    begun: list[tuple[int, int]] = []
    at = start
    for low, negative_high, number in ordered:
        while at < low:
            while begun and begun[-1][0] <= at:
                begun.pop()
            until, claim = begun[-1] if begun else (low, NOBODY)
            until = min(until, low)
            pieces.append((at, until, claim))
            at = until
        begun.append((-negative_high, number))
    return pieces
