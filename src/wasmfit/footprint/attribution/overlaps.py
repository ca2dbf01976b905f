"""Resolving overlaps: each address of a range goes to exactly one of several claims."""

from collections.abc import Sequence

UNCLAIMED = -1
"""In the place of a claim's number: no claim covers the part."""

ResolvedPart = tuple[int, int, int]
"""A part of the range that belongs to one claim: its first address, the first address after it, and the
number of the claim in the list of claims, or :data:`UNCLAIMED`."""


def resolve_overlaps(start: int, end: int, claims: Sequence[tuple[int, int]]) -> list[ResolvedPart]:
    """Divide a range among claims.

    Of the claims on an address, the one that begins last wins, for it is the most specific; of those that
    begin together the shortest; of identical ones the last in the list.

    Args:
        start: First address of the range.
        end: First address after it.
        claims: Pairs of first address and first address after it. What lies outside of the range is cut off;
            empty claims get nothing.

    Returns:
        Parts in order of address, none of them empty, that fill the range without gap or overlap.
    """
    # Cut off first: a claim that begins before the range begins at its start like the others.
    ordered = [
        (low if low > start else start, -high if high < end else -end, number)
        for number, (low, high) in enumerate(claims)
        if low < high and low < end and high > start
    ]
    ordered.sort()
    ordered.append((end, -end, UNCLAIMED))
    parts: list[ResolvedPart] = []
    # The claims that have begun, the winner on top; those below it that have ended go when they surface.
    begun: list[tuple[int, int]] = []
    at = start
    for low, negative_high, number in ordered:
        while at < low:
            while begun and begun[-1][0] <= at:
                begun.pop()
            if not begun:
                parts.append((at, low, UNCLAIMED))
                at = low
                break
            until, claim = begun[-1]
            if until > low:
                until = low
            parts.append((at, until, claim))
            at = until
        begun.append((-negative_high, number))
    return parts
