"""Where sections lie in the device's memories, at load and at run time, and what each memory holds.

``wasmfit size`` shows it, and the flash and RAM of a comparison come from here as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from wasmfit.elf.records import Elf, Section, SectionFlag, SectionType

OUTSIDE = "[outside of all memories]"
"""In the place of a memory's name."""


class DeviceMemory(NamedTuple):
    """A memory of the device.

    Attributes:
        name: Such as ``flash``.
        origin: First address.
        size: Length in bytes.
        page: Erase unit in bytes; None where none is known or there is none. Erase units begin at its
            multiples: a memory may begin inside one, after what shares it.
    """

    name: str
    origin: int
    size: int
    page: int | None = None

    @property
    def end(self) -> int:
        """First address after it."""
        return self.origin + self.size

    def holds(self, address: int) -> bool:
        """Whether the address lies in it."""
        return self.origin <= address < self.end


class BoardMemory(Protocol):
    """A board's flash or RAM."""

    @property
    def origin(self) -> int:
        """First address."""

    @property
    def size(self) -> int:
        """Length in bytes."""

    @property
    def fetched(self) -> BoardMemory | None:
        """The same bytes where the core fetches code from them, if that is at other addresses."""


def flash_and_ram(flash: BoardMemory, ram: BoardMemory, erase_unit: int) -> tuple[DeviceMemory, ...]:
    """A board's memories. RAM from which code is fetched at other addresses is there at both."""
    rams = (ram,) if ram.fetched is None else (ram, ram.fetched)
    return (
        DeviceMemory("flash", flash.origin, flash.size, erase_unit),
        *(DeviceMemory("RAM", region.origin, region.size) for region in rams),
    )


class Placement(NamedTuple):
    """Where a section lies in a memory.

    Attributes:
        memory: The memory's name.
        address: The section's address in it.
        loaded: Whether its bytes are written there; else they are there at run time.
    """

    memory: str
    address: int
    loaded: bool


class MemoryUse(NamedTuple):
    """What a firmware takes of a memory.

    Attributes:
        name: The memory's name.
        bytes: Bytes taken, those that several sections share once.
        size: Size of the memory in bytes; None when only the file says that there is one.
        page_size: Erase unit in bytes; None where there is none.
        pages: Erase units touched.
    """

    name: str
    bytes: int
    size: int | None = None
    page_size: int | None = None
    pages: int | None = None

    @property
    def flashed(self) -> int | None:
        """Bytes of all erase units touched: what a flash tool reports."""
        return None if self.pages is None or self.page_size is None else self.pages * self.page_size

    @property
    def share(self) -> float | None:
        """Bytes taken over the memory's size."""
        return None if self.size is None else self.bytes / self.size


class MemoryLayout:
    """Where sections lie in the memories that are given or, without any, in those that the file itself
    suggests.

    A file suggests little: what is zeroed, or runs at another address than it is loaded to, is in RAM; what
    lies near it (in the same 16 MiB) as well; all else is in flash. For a program of an operating system the
    two are called by whether they can be written.

    Args:
        elf: The file.
        memories: The device's memories; of several that hold an address the first is meant. Those of one name
            are one memory that is there at several addresses.
    """

    def __init__(self, elf: Elf, memories: Sequence[DeviceMemory] = ()) -> None:
        self.given = tuple(memories)
        self._elf = elf
        self._hosted = any(s.type == SectionType.DYNAMIC or s.name == ".interp" for s in elf.sections)
        self._ram = {s.address >> 24 for s in elf.allocated() if self._must_be_ram(s)}

    @property
    def guessed(self) -> bool:
        """Whether the memories are a guess."""
        return not self.given

    def placements(self, section: Section) -> list[Placement]:
        """Where a section lies; at both addresses if it is copied at start-up, as initialised data is."""
        loaded = load_address(self._elf, section)
        if section.flags & SectionFlag.TLS and section.type == SectionType.NOBITS:
            return []  # a template without bytes: no memory is taken at its address
        run = Placement(self._name(section, section.address), section.address, loaded == section.address)
        if loaded is None or loaded == section.address:
            return [run]
        return [Placement(self._load_name(loaded), loaded, True), run]

    def uses(self) -> list[MemoryUse]:
        """What each memory holds, also what lies between its sections, such as fill for alignment."""
        ranges: dict[str, list[tuple[int, int]]] = {memory.name: [] for memory in self.given}
        for section in self._elf.allocated():
            for where in self.placements(section):
                ranges.setdefault(where.memory, []).append((where.address, where.address + section.size))
        for name, low, high in self.between():
            ranges.setdefault(name, []).append((low, high))
        known = {memory.name: memory for memory in reversed(self.given)}
        return [_use(name, known.get(name), _union(taken)) for name, taken in ranges.items()]

    def between(self) -> list[tuple[str, int, int]]:
        """What is written to the device and lies in no section: memory, first address, address after it."""
        covered = []
        for section in self._elf.allocated():
            loaded = load_address(self._elf, section)
            if loaded is not None:
                covered.append((loaded, loaded + section.size))
        segments = _union([(s.paddr, s.paddr + s.filesz) for s in self._elf.segments if s.filesz])
        return [(self._load_name(low), low, high) for low, high in _difference(segments, _union(covered))]

    def _must_be_ram(self, section: Section) -> bool:
        if section.flags & SectionFlag.TLS and section.type == SectionType.NOBITS:
            return False
        loaded = load_address(self._elf, section)
        return section.type == SectionType.NOBITS or (loaded is not None and loaded != section.address)

    def _name(self, section: Section, address: int) -> str:
        if self.given:
            return self._given(address)
        if self._hosted:
            return "writable" if section.flags & SectionFlag.WRITE else "read-only"
        return "RAM" if address >> 24 in self._ram else "flash"

    def _load_name(self, address: int) -> str:
        if self.given:
            return self._given(address)
        if self._hosted:
            return "read-only"
        return "RAM" if address >> 24 in self._ram else "flash"

    def _given(self, address: int) -> str:
        return next((memory.name for memory in self.given if memory.holds(address)), OUTSIDE)


def load_address(elf: Elf, section: Section) -> int | None:
    """The address that a section's bytes are written to; None for a section without bytes in a segment."""
    if not section.has_bytes:
        return None
    for segment in elf.segments:
        if segment.vaddr <= section.address and section.end <= segment.vaddr + segment.filesz:
            return segment.paddr + section.address - segment.vaddr
    return None


def _use(name: str, memory: DeviceMemory | None, taken: list[tuple[int, int]]) -> MemoryUse:
    total = sum(high - low for low, high in taken)
    if memory is None:
        return MemoryUse(name, total)
    pages = None
    if memory.page is not None:
        touched = _union([(low // memory.page, (high - 1) // memory.page + 1) for low, high in taken])
        pages = sum(last - first for first, last in touched)
    return MemoryUse(name, total, memory.size, memory.page, pages)


def _union(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Disjoint ranges in order that hold the same addresses."""
    union: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if union and low <= union[-1][1]:
            union[-1] = (union[-1][0], max(high, union[-1][1]))
        else:
            union.append((low, high))
    return union


def _difference(ranges: list[tuple[int, int]], taken: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The parts of ranges that are not taken; both are disjoint and in order."""
    rest: list[tuple[int, int]] = []
    number = 0
    for low, high in ranges:
        at = low
        while number < len(taken) and taken[number][1] <= at:
            number += 1
        look = number
        while look < len(taken) and taken[look][0] < high:
            if taken[look][0] > at:
                rest.append((at, taken[look][0]))
            at = max(at, taken[look][1])
            look += 1
        if at < high:
            rest.append((at, high))
    return rest
