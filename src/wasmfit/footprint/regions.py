"""What a firmware takes of the device's memories."""

from collections.abc import Collection, Iterable
from typing import NamedTuple, Protocol

from wasmfit.elf.records import Elf, SectionFlag, SectionType


class Region(Protocol):
    """A range of addresses."""

    @property
    def origin(self) -> int:
        """First address."""

    @property
    def end(self) -> int:
        """First address behind it."""

    def holds(self, address: int) -> bool:
        """Whether the address lies in it."""


class Overflow(NamedTuple):
    """Bytes that lie in none of the memories.

    Attributes:
        what: ``load`` for bytes that are written to the device, else the name of the section that is there at
            run time.
        address: Address of the first of them.
        bytes: How many.
    """

    what: str
    address: int
    bytes: int


class RegionUse(NamedTuple):
    """What a firmware takes of flash and RAM.

    Attributes:
        flash: Bytes written to flash, also those behind its end when the firmware is too large for it.
        pages: Erase units that these bytes touch.
        page_size: The erase unit in bytes.
        ram: Bytes of RAM that are taken before the program starts, also those behind its end.
        overflow: What lies in neither memory; empty when everything has its place.
    """

    flash: int
    pages: int
    page_size: int
    ram: int
    overflow: tuple[Overflow, ...]

    @property
    def flashed(self) -> int:
        """Bytes of all erase units touched: what a flash tool reports."""
        return self.pages * self.page_size


def region_use(
    elf: Elf,
    flash: Region,
    ram: Region,
    page_size: int,
    leave_out: Collection[str] = (),
    fetched: Region | None = None,
) -> RegionUse:
    """Measure what a firmware takes of flash and RAM.

    Bytes count where they begin: a segment by its physical address, an allocated section by its address at
    run time. Initialised data so counts in both memories. Bytes that several segments or sections share count
    once.

    Args:
        elf: The file.
        flash: The flash memory.
        ram: The RAM.
        page_size: The erase unit in bytes, greater than 0. Erase units begin at its multiples: flash may
            begin inside one.
        leave_out: Names of sections that only reserve RAM, such as for the stack.
        fetched: Where the core fetches code that lies in RAM, if not at RAM's addresses. What is linked to
            there takes bytes of RAM that nothing else is linked to.
    """
    rams = (ram,) if fetched is None else (ram, fetched)
    loads = [(s.paddr, s.paddr + s.filesz) for s in elf.segments if s.filesz]
    runs = [
        (s.name, s.address, s.end)
        for s in elf.allocated()
        # .tbss is a template without bytes: no memory is taken at its address.
        if s.name not in leave_out and not (s.flags & SectionFlag.TLS and s.type == SectionType.NOBITS)
    ]
    in_flash = _union(load for load in loads if flash.holds(load[0]))
    in_ram = _union((low, high) for _, low, high in runs if any(one.holds(low) for one in rams))
    overflow = [
        Overflow(what="load", address=low, bytes=high - low)
        for low, high in _outside(_union(loads), flash, *rams)
    ]
    overflow += [
        Overflow(what=name, address=low, bytes=high - low)
        for name, start, end in runs
        for low, high in _outside([(start, end)], flash, *rams)
    ]
    return RegionUse(
        flash=sum(high - low for low, high in in_flash),
        pages=_pages(in_flash, page_size),
        page_size=page_size,
        ram=sum(high - low for low, high in in_ram),
        overflow=tuple(overflow),
    )


def _union(ranges: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Disjoint ranges in order that hold the same addresses."""
    union: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if union and low <= union[-1][1]:
            union[-1] = (union[-1][0], max(high, union[-1][1]))
        else:
            union.append((low, high))
    return union


def _pages(ranges: Iterable[tuple[int, int]], page_size: int) -> int:
    """Pages that ranges touch, each counted once; the ranges are disjoint and in order."""
    pages = 0
    counted = -1
    for low, high in ranges:
        first = max(low // page_size, counted + 1)
        last = (high - 1) // page_size
        pages += max(last - first + 1, 0)
        counted = max(last, counted)
    return pages


def _outside(ranges: Iterable[tuple[int, int]], *regions: Region) -> list[tuple[int, int]]:
    """The parts of ranges that lie in none of the regions."""
    rest = list(ranges)
    for region in regions:
        cut = [
            part
            for low, high in rest
            for part in ((low, min(high, region.origin)), (max(low, region.end), high))
        ]
        rest = [(low, high) for low, high in cut if low < high]
    return rest
