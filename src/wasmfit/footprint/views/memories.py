"""Where sections lie in the device's memories, at load and at run time, and what each memory holds.

``wasmfit size`` shows it, and the flash and RAM of a comparison come from here as well.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, Protocol

from wasmfit.elf.records import Elf, Machine, Section, SectionFlag, SectionType
from wasmfit.footprint.views.guessed_memories import FLASH, MemoryGuess

OUTSIDE = "[outside of all memories]"
"""In the place of a memory's name."""


class MemoryAlias(NamedTuple):
    """Other addresses at which a memory is there as well.

    Attributes:
        origin: The first of them.
        size: How many there are.
        of: The memory's own address of the byte at ``origin``; None where these are bytes of their own, as of
            a cache that a firmware may use as memory.
    """

    origin: int
    size: int
    of: int | None = None

    def holds(self, address: int) -> bool:
        """Whether the address is one of them."""
        return self.origin <= address < self.origin + self.size


class DeviceMemory(NamedTuple):
    """A memory of the device.

    Attributes:
        name: Such as ``flash``.
        origin: First address.
        size: Length in bytes.
        page: Erase unit in bytes; None where none is known or there is none. Erase units begin at its
            multiples: a memory may begin inside one, after what shares it.
        aliases: Other addresses at which it is there.
        is_flash: Whether it keeps its bytes without power; None: if it has an erase unit, or is called so.
    """

    name: str
    origin: int
    size: int
    page: int | None = None
    aliases: tuple[MemoryAlias, ...] = ()
    is_flash: bool | None = None

    @property
    def keeps(self) -> bool:
        """Whether it keeps its bytes without power."""
        if self.is_flash is not None:
            return self.is_flash
        return self.page is not None or self.name.startswith(FLASH)

    @property
    def end(self) -> int:
        """First address after it."""
        return self.origin + self.size

    def end_from(self, address: int) -> int:
        """The first address after the part of the memory that holds one of its own addresses: parts may lie
        elsewhere."""
        if self.origin <= address < self.end:
            return self.end
        parts = (alias for alias in self.aliases if alias.of is None and alias.holds(address))
        return next((alias.origin + alias.size for alias in parts), self.end)

    def find(self, address: int) -> tuple[int, int] | None:
        """The memory's own address of a byte, and the number of the window that it is seen through: 0 for its
        own addresses. None where the memory is not there at this address."""
        if self.origin <= address < self.end:
            return address, 0
        for number, alias in enumerate(self.aliases, start=1):
            if alias.holds(address):
                return (address, 0) if alias.of is None else (alias.of + address - alias.origin, number)
        return None


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


class BoardAlias(Protocol):
    """Other addresses of a board's flash or RAM."""

    @property
    def memory(self) -> str:
        """``flash`` or ``ram``."""

    @property
    def origin(self) -> int:
        """First address."""

    @property
    def size(self) -> int:
        """Length in bytes."""

    @property
    def of(self) -> int | None:
        """See :class:`MemoryAlias`."""


def flash_and_ram(
    flash: BoardMemory, ram: BoardMemory, erase_unit: int, aliases: Sequence[BoardAlias] = ()
) -> tuple[DeviceMemory, ...]:
    """A board's memories, each at all of its addresses."""
    windows = {
        kind: [MemoryAlias(a.origin, a.size, a.of) for a in aliases if a.memory == kind]
        for kind in ("flash", "ram")
    }
    if ram.fetched is not None:
        windows["ram"].insert(0, MemoryAlias(ram.fetched.origin, ram.fetched.size, ram.origin))
    return (
        DeviceMemory("flash", flash.origin, flash.size, erase_unit, tuple(windows["flash"])),
        DeviceMemory("RAM", ram.origin, ram.size, None, tuple(windows["ram"])),
    )


class Placement(NamedTuple):
    """Where a section lies in a memory.

    Attributes:
        memory: The memory's name.
        address: The memory's own address of the section.
        loaded: Whether its bytes are written there; else they are there at run time.
        window: Number of the addresses that it is seen at, where there are several.
    """

    memory: str
    address: int
    loaded: bool
    window: int = 0


class MemoryExtent(NamedTuple):
    """Bytes of a memory that are taken, and by what.

    Attributes:
        memory: The memory's name.
        start: The memory's own address of the first of them.
        end: The first address after them.
        section: The section that takes them; None for what is written and lies in no section.
        offset: Of the first of them in the section.
        window: Number of the addresses that they are seen at, where there are several.
    """

    memory: str
    start: int
    end: int
    section: Section | None
    offset: int
    window: int = 0

    @property
    def size(self) -> int:
        """How many there are."""
        return self.end - self.start


class SharedMemory(NamedTuple):
    """Bytes that a section shares with others, as overlays do that take turns at one address.

    They count for the section that comes first.

    Attributes:
        memory: The memory's name.
        section: The section that they do not count for.
        bytes: How many.
    """

    memory: str
    section: Section
    bytes: int


@dataclass(frozen=True, slots=True)
class MemoryAccount:
    """Every byte that a firmware takes of a memory, once: what a memory's total and its rows are made of.

    Attributes:
        extents: Disjoint in each window of a memory. Things that are loaded through two windows are both
            there; room that is kept free is not counted where something is loaded through another one.
        shared: What is not counted a second time.

    Raises:
        ValueError: Two extents of a memory overlap, or one is empty.
    """

    extents: tuple[MemoryExtent, ...]
    shared: tuple[SharedMemory, ...] = ()

    def __post_init__(self) -> None:
        ends: dict[tuple[str, int], int] = {}
        for extent in sorted(self.extents, key=lambda extent: (extent.memory, extent.start)):
            place = extent.memory, extent.window
            if extent.start >= extent.end:
                raise ValueError(f"an extent of {extent.memory} at {extent.start:#x} is empty")
            if extent.start < ends.get(place, 0):
                raise ValueError(f"extents of {extent.memory} overlap at {extent.start:#x}")
            ends[place] = extent.end

    def by_section(self) -> dict[int, list[MemoryExtent]]:
        """Number of a section → what it takes."""
        groups: dict[int, list[MemoryExtent]] = {}
        for extent in self.extents:
            if extent.section is not None:
                groups.setdefault(extent.section.index, []).append(extent)
        return groups

    def between(self) -> tuple[MemoryExtent, ...]:
        """What is written and lies in no section."""
        return tuple(extent for extent in self.extents if extent.section is None)


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
    suggests (:mod:`.guessed_memories`).

    What lies in flash without bytes in the file (``NOLOAD``) is reserved: it is not written, and so is no
    part of what is flashed, but a row of its own, ``flash (reserved)``.

    Args:
        elf: The file.
        memories: The device's memories; of several that hold an address the first is meant.
    """

    def __init__(self, elf: Elf, memories: Sequence[DeviceMemory] = ()) -> None:
        self.given = tuple(memories)
        self._elf = elf
        self._loads = {s.index: load_address(elf, s) for s in elf.allocated()}
        self._guess = None if memories else MemoryGuess(elf, self._loads)

    @property
    def guessed(self) -> bool:
        """Whether the memories are a guess."""
        return self._guess is not None and not self._guess.hosted and self._elf.machine != Machine.WASM

    @property
    def loaded_elsewhere(self) -> int:
        """Bytes in RAM that a boot loader brings from flash, at addresses that the file does not say."""
        return 0 if self._guess is None else self._guess.loaded_elsewhere

    def placements(self, section: Section) -> list[Placement]:
        """Where a section lies; at both addresses if it is copied at start-up, as initialised data is."""
        loaded = self._loads.get(section.index)
        if section.flags & SectionFlag.TLS and section.type == SectionType.NOBITS:
            return []  # a template without bytes: no memory is taken at its address
        run = self._run(section, loaded)
        if loaded is None or loaded == section.address:
            return [run]
        written = self._at(loaded)
        # An alias of flash is not a second place: constants may run where flash is mapped elsewhere.
        return [written] if run[:2] == written[:2] else [written, run]

    def _run(self, section: Section, loaded: int | None) -> Placement:
        if self._guess is not None:
            memory, address, window = self._guess.at_run_time(section)
            where = Placement(memory, address, loaded == section.address, window)
            keeps = self._guess.is_flash(memory)
        else:
            where = self._at(section.address)._replace(loaded=loaded == section.address)
            keeps = any(m.name == where.memory and m.keeps for m in self.given)
        if section.type == SectionType.NOBITS and keeps and not self._is_written(section):
            return where._replace(memory=reserved(where.memory))
        return where

    def _is_written(self, section: Section) -> bool:
        """Whether a section without bytes lies inside of a segment, and so is filled in the file."""
        return any(
            s.vaddr <= section.address and section.end <= s.vaddr + s.filesz for s in self._elf.segments
        )

    def _at(self, address: int) -> Placement:
        """Where bytes are that are written to an address."""
        if self._guess is not None:
            return Placement(self._guess.at_load_time(address), address, True)
        for memory in self.given:
            found = memory.find(address)
            if found is not None:
                return Placement(memory.name, found[0], True, found[1])
        return Placement(OUTSIDE, address, True)

    @cached_property
    def account(self) -> MemoryAccount:
        """What each memory holds, also what lies between its sections, such as fill for alignment."""
        taken = _Taken()
        extents: list[MemoryExtent] = []
        shared: list[SharedMemory] = []
        # What has bytes comes first: room that is kept free may lie where others are mapped.
        for section in sorted(self._elf.allocated(), key=lambda section: not section.has_bytes):
            for where in self.placements(section):
                free = taken.take(where, section.size, anywhere=not section.has_bytes)
                extents += (
                    MemoryExtent(where.memory, low, high, section, low - where.address, where.window)
                    for low, high in free
                )
                lost = section.size - sum(high - low for low, high in free)
                if lost:
                    shared.append(SharedMemory(where.memory, section, lost))
        for low, high in _union([(s.paddr, s.paddr + s.filesz) for s in self._elf.segments if s.filesz]):
            for start, end in self._outside_of_sections(low, high):
                where = self._at(start)
                extents += (
                    MemoryExtent(where.memory, first, last, None, 0, where.window)
                    for first, last in taken.take(where, end - start, anywhere=True)
                )
        return MemoryAccount(tuple(extents), tuple(shared))

    def _outside_of_sections(self, low: int, high: int) -> Iterator[tuple[int, int]]:
        """What lies in no section's loaded bytes, of bytes that are written."""
        at = low
        number = max(bisect_right(self._loaded, (at, at)) - 1, 0)
        for start, end in self._loaded[number:]:
            if start >= high:
                break
            if start > at:
                yield at, start
            at = max(at, end)
        if at < high:
            yield at, high

    @cached_property
    def _loaded(self) -> list[tuple[int, int]]:
        """Addresses to which sections' bytes are written."""
        covered = [
            (loaded, loaded + section.size)
            for section in self._elf.allocated()
            if (loaded := self._loads[section.index]) is not None
        ]
        return _union(covered)

    def uses(self) -> list[MemoryUse]:
        """What each memory holds: the sum of its extents."""
        ranges: dict[str, list[tuple[int, int]]] = {memory.name: [] for memory in self.given}
        for extent in self.account.extents:
            ranges.setdefault(extent.memory, []).append((extent.start, extent.end))
        known = {memory.name: memory for memory in reversed(self.given)}
        return [_use(name, known.get(name), taken) for name, taken in ranges.items()]

    def exceeding(self) -> list[tuple[Section, str, int]]:
        """Sections that go beyond the end of the memory that they begin in, that memory, and by how many
        bytes."""
        known = {memory.name: memory for memory in reversed(self.given)}
        beyond: dict[tuple[int, str], tuple[Section, str, int]] = {}
        for extent in self.account.extents:
            end = known[extent.memory].end_from(extent.start) if extent.memory in known else None
            if extent.section is not None and end is not None and extent.window == 0 and extent.end > end:
                beyond[extent.section.index, extent.memory] = extent.section, extent.memory, extent.end - end
        return list(beyond.values())

    def between(self) -> list[tuple[str, int, int]]:
        """What is written to the device and lies in no section: memory, first address, address after it."""
        return [(extent.memory, extent.start, extent.end) for extent in self.account.between()]


def reserved(memory: str) -> str:
    """What the part of a memory is called that is kept free, and not written."""
    return f"{memory} (reserved)"


class _Taken:
    """The parts of memories that are taken."""

    def __init__(self) -> None:
        self._by_window: dict[str, dict[int, _Ranges]] = {}

    def take(self, where: Placement, size: int, *, anywhere: bool) -> list[tuple[int, int]]:
        """Takes bytes of a memory, and returns the parts that were free.

        Args:
            where: Where the bytes begin.
            size: How many there are.
            anywhere: Whether what is taken through any window counts; else that through the same one does.
        """
        windows = self._by_window.setdefault(where.memory, {})
        ranges = windows.setdefault(where.window, _Ranges())
        free = [(where.address, where.address + size)]
        for number, others in windows.items():
            if anywhere and number != where.window:
                free = [part for low, high in free for part in others.free(low, high)]
        return [part for low, high in free for part in ranges.take(low, high)]


class _Ranges:
    """Disjoint ranges, in order."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []

    def free(self, low: int, high: int) -> list[tuple[int, int]]:
        """The parts of a range that are in none of these."""
        first, last = bisect_left(self._ends, low), bisect_right(self._starts, high)
        free = []
        at = low
        for start, end in zip(self._starts[first:last], self._ends[first:last], strict=True):
            if at < min(start, high):
                free.append((at, min(start, high)))
            at = max(at, end)
        if at < high:
            free.append((at, high))
        return free

    def take(self, low: int, high: int) -> list[tuple[int, int]]:
        """Adds a range, and returns the parts of it that were free."""
        free = self.free(low, high)
        if low < high:
            first, last = bisect_left(self._ends, low), bisect_right(self._starts, high)
            begin = min(self._starts[first], low) if first < last else low
            end = max(self._ends[last - 1], high) if first < last else high
            self._starts[first:last], self._ends[first:last] = [begin], [end]
        return free


def load_address(elf: Elf, section: Section) -> int | None:
    """The address that a section's bytes are written to; None for a section without bytes in a segment.

    Overlays and banks run at one address, so the segment is the one that has the section's bytes in the
    file; only where none has them it is one with its addresses.
    """
    if not section.has_bytes:
        return None
    by_address = None
    for segment in elf.segments:
        if segment.vaddr <= section.address and section.end <= segment.vaddr + segment.filesz:
            offset = section.address - segment.vaddr
            if segment.offset + offset == section.offset:
                return segment.paddr + offset
            if by_address is None:
                by_address = segment.paddr + offset
    return by_address


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
