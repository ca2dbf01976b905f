"""What lies among code that no symbol claims: more code, its literal pools, or constants."""

from collections.abc import Iterator, Sequence
from enum import Enum, auto
from functools import cached_property
from typing import NamedTuple

from wasmfit.elf.mapping_symbols import DATA, MappingSymbols
from wasmfit.elf.records import Elf, Section
from wasmfit.footprint.attribution.claimed_ranges import ClaimedRange
from wasmfit.footprint.attribution.literal_pools import REACH, LiteralLoad, literal_loads
from wasmfit.footprint.attribution.texts import is_mostly_text

_MAX_SCANNED = 4 << 20  # bytes of code; every gap of a hostile file may ask for 4 KiB again


class GapKind(Enum):
    """What a part of a gap is."""

    CODE = auto()
    POOL = auto()
    CONSTANTS = auto()


class GapPart(NamedTuple):
    """A part of what no symbol claims.

    Attributes:
        start: First address.
        end: First address after it.
        kind: What it is.
        claimed: Whose it is: for a pool the range whose code loads from it, else the gap itself.
    """

    start: int
    end: int
    kind: GapKind
    claimed: ClaimedRange


class DataInCode:
    """Divides what no symbol claims of sections with code.

    Args:
        elf: The file.
    """

    def __init__(self, elf: Elf) -> None:
        self._elf = elf
        self._scanned = 0

    @cached_property
    def _marks(self) -> MappingSymbols:
        return MappingSymbols(self._elf)

    def parts(self, section: Section, ranges: Sequence[ClaimedRange], number: int) -> Iterator[GapPart]:
        """Divides a gap.

        Args:
            section: The section.
            ranges: All that it is divided into.
            number: Which of them is the gap.
        """
        gap = ranges[number]
        for low, high, mark in self._marks.split(section.index, gap.start, gap.end):
            if mark == DATA:
                yield from self._data(section, ranges[: number + 1], low, high)
                continue
            # What linkers merge has no marks, and code has few texts by chance.
            data = self._elf.contents(section)[low - section.address : high - section.address]
            kind = GapKind.CONSTANTS if is_mostly_text(data) else GapKind.CODE
            yield GapPart(low, high, kind, gap)

    def _data(
        self, section: Section, ranges: Sequence[ClaimedRange], low: int, high: int
    ) -> Iterator[GapPart]:
        end, owner = low, ranges[-1]
        for load, claimed in self._loads(section, ranges, low):
            if low <= load.target < high:
                owner = claimed if end == low else owner
                end = max(end, min(load.target + load.size, high))
        if end > low:
            yield GapPart(low, end, GapKind.POOL, owner)
        if end < high:
            kind = GapKind.CONSTANTS if end != section.address else GapKind.CODE
            yield GapPart(end, high, kind, ranges[-1])

    def _loads(
        self, section: Section, ranges: Sequence[ClaimedRange], before: int
    ) -> Iterator[tuple[LiteralLoad, ClaimedRange]]:
        """Loads of constants by the code before an address, the nearest range's first."""
        contents = self._elf.contents(section)
        if self._elf.big_endian:
            return
        for claimed in reversed(ranges):
            start, end = max(claimed.start, before - REACH), min(claimed.end, before)
            if end <= before - REACH or self._scanned > _MAX_SCANNED:
                return
            self._scanned += max(end - start, 0)
            for low, high, mark in self._marks.split(section.index, start, end) if start < end else ():
                if mark in ("t", "a", "x"):
                    code = contents[low - section.address : high - section.address]
                    for load in literal_loads(code, low, self._elf.machine, mark):
                        yield load, claimed
