"""Which memories a file suggests, where nobody says which ones the device has.

For a program of an operating system the two are called by whether they can be written. For firmware:

1. the address map of the machine or of a family of chips, where all of the file lies in one that is known
   (AVR; Espressif's chips, whose loader brings RAM's contents so that the file says nothing of it);
2. for machines whose memories share 16 MiB: what runs elsewhere than it is loaded to, can be written, or has
   no bytes, is in RAM; all else is in flash. Variables that are loaded where they run are in flash (FRAM,
   EEPROM) if they are called so, or if code or constants are nearer than RAM;
3. for all others the same of each 16 MiB. Where something has no bytes next to code that stays where it is
   loaded, while RAM is elsewhere, room is kept free in flash.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from wasmfit.elf.records import WASM_RAM_FROM, Elf, Machine, Section, SectionFlag, SectionType

FLASH = "flash"
RAM = "RAM"
MODULE = "module"
READ_ONLY = "read-only"
WRITABLE = "writable"


class _AddressMap(NamedTuple):
    """Where a family of chips has its memories.

    Attributes:
        machines: ``e_machine``.
        ranges: First address, first address after it, and the memory's name.
        whole: Whether it is only meant where both flash and RAM of it are in use and nothing lies outside.
        loader: Whether a boot loader copies what the file says is in RAM.
        twice: First address, first address after it, and distance from RAM as data, of RAM as code.
    """

    machines: tuple[int, ...]
    ranges: tuple[tuple[int, int, str], ...]
    whole: bool = True
    loader: bool = False
    twice: tuple[tuple[int, int, int], ...] = ()

    def moved(self, address: int) -> int:
        """How far an address lies after the one at which RAM is data."""
        return next((distance for low, high, distance in self.twice if low <= address < high), 0)


_MAPS = (
    # avr-gcc's convention: data at 0x800000, and so on
    _AddressMap(
        (Machine.AVR,),
        (
            (0, 0x80_0000, FLASH),
            (0x80_0000, 0x81_0000, RAM),
            (0x81_0000, 0x82_0000, "EEPROM"),
            (0x82_0000, 0x83_0000, "fuses"),
            (0x83_0000, 0x84_0000, "lock bits"),
            (0x84_0000, 0x85_0000, "signature"),
            (0x85_0000, 0x86_0000, "user signatures"),
        ),
        whole=False,
    ),
    # What a module is on the air and in flash, and what it takes of RAM
    _AddressMap((Machine.WASM,), ((0, WASM_RAM_FROM, MODULE), (WASM_RAM_FROM, 1 << 62, RAM)), whole=False),
    # RL78: RAM and the mirror of flash in the highest 64 KiB of 1 MiB, data flash before RAM
    _AddressMap(
        (Machine.RL78,),
        ((0, 0xF_0000, FLASH), (0xF_1000, 0xF_2000, "data flash"), (0xF_2000, 0x10_0000, RAM)),
        whole=False,
    ),
    # ESP8266, ESP32, ESP32-S2, ESP32-S3
    _AddressMap(
        (Machine.XTENSA,),
        (
            (0x3FFE_8000, 0x4000_0000, RAM),
            (0x4010_0000, 0x4011_0000, RAM),
            (0x4020_0000, 0x4100_0000, FLASH),
        ),
        loader=True,
    ),
    _AddressMap(
        (Machine.XTENSA,),
        (
            (0x3F40_0000, 0x3F80_0000, FLASH),
            (0x3F80_0000, 0x4000_0000, RAM),
            (0x4007_0000, 0x400C_2000, RAM),
            (0x400C_2000, 0x40C0_0000, FLASH),
            (0x5000_0000, 0x5000_2000, RAM),
        ),
        loader=True,
    ),
    _AddressMap(
        (Machine.XTENSA,),
        (
            (0x3F00_0000, 0x3F40_0000, FLASH),
            (0x3F50_0000, 0x4000_0000, RAM),
            (0x4002_0000, 0x4008_0000, RAM),
            (0x4008_0000, 0x4080_0000, FLASH),
            (0x5000_0000, 0x5000_2000, RAM),
        ),
        loader=True,
        twice=((0x4002_0000, 0x4007_0000, 0x7_0000),),
    ),
    _AddressMap(
        (Machine.XTENSA,),
        (
            (0x3C00_0000, 0x3E00_0000, FLASH),
            (0x3FC8_8000, 0x3FD0_0000, RAM),
            (0x4037_0000, 0x403E_0000, RAM),
            (0x4200_0000, 0x4400_0000, FLASH),
            (0x5000_0000, 0x5000_2000, RAM),
            (0x600F_E000, 0x6010_0000, RAM),
        ),
        loader=True,
        twice=((0x4037_8000, 0x403E_0000, 0x6F_0000),),
    ),
    # ESP32-C2 and C3; C6, H2 and their kin; P4
    _AddressMap(
        (Machine.RISCV,),
        (
            (0x3C00_0000, 0x3D00_0000, FLASH),
            (0x3FC8_0000, 0x3FD0_0000, RAM),
            (0x4037_C000, 0x403E_0000, RAM),
            (0x4200_0000, 0x4300_0000, FLASH),
            (0x5000_0000, 0x5000_2000, RAM),
        ),
        loader=True,
        twice=((0x4038_0000, 0x403E_0000, 0x70_0000),),
    ),
    _AddressMap(
        (Machine.RISCV,),
        (
            (0x4200_0000, 0x4400_0000, FLASH),
            (0x4080_0000, 0x4090_0000, RAM),
            (0x5000_0000, 0x5000_8000, RAM),
        ),
        loader=True,
    ),
    _AddressMap(
        (Machine.RISCV,),
        (
            (0x4000_0000, 0x4800_0000, FLASH),
            (0x4FF0_0000, 0x5000_0000, RAM),
            (0x3010_0000, 0x3010_2000, RAM),
            (0x5010_8000, 0x5011_0000, RAM),
        ),
        loader=True,
    ),
)

# Their memories lie within 16 MiB, at places that differ from chip to chip.
_SMALL = frozenset(
    {
        Machine.MSP430,
        Machine.H8_300,
        Machine.M68HC12,
        Machine.M68HC11,
        Machine.M8051,
        Machine.STM8,
        Machine.DSPIC,
        Machine.M16C,
        Machine.Z80,
        Machine.CR16,
    }
)

# Of these, those that address 64 KiB, and see more flash through a window: what is beyond is a bank's number.
_BANKED = frozenset({Machine.Z80, Machine.M68HC11, Machine.M68HC12, Machine.M8051})
_ADDRESS_SPACE = 1 << 16

# Where constants that are loaded to flash can run: AVR's data space at 0x4000 or 0x8000, RL78's mirror.
_MIRRORS: dict[int, tuple[int, ...]] = {
    Machine.AVR: (0x80_4000, 0x80_8000),
    Machine.RL78: (0xF_0000, 0xE_0000),
}

# Programs of an operating system have one of these, also those that are linked statically (glibc's, Go's).
_OF_HOSTS = frozenset({".interp", ".note.ABI-tag", ".note.go.buildid"})

_KEPT_IN_FLASH = re.compile(
    r"flash|eeprom|storage|nvs|nvm|nvram_rom|[qo]spi|xip|littlefs|\brom|\.info[A-D]?$|persistent|\bfram",
    re.IGNORECASE,
)
_KEPT_BY_SMALL = re.compile(rf"{_KEPT_IN_FLASH.pattern}|fuse|lock|signature|option|password", re.IGNORECASE)


class MemoryGuess:
    """The memories of a file.

    Args:
        elf: The file.
        loads: Number of a section → the address that its bytes are written to, or None.
    """

    def __init__(self, elf: Elf, loads: Mapping[int, int | None]) -> None:
        self._machine = elf.machine
        self._loads = loads
        sections = [s for s in elf.allocated() if not _is_template(s)]
        self._sections = sections
        self.hosted = any(s.type == SectionType.DYNAMIC or s.name in _OF_HOSTS for s in elf.sections)
        self._map = None if self.hosted else _address_map(elf, sections)
        self._small = elf.machine in _SMALL
        self._blocks = set() if self._map or self._small else self._ram_blocks(sections)
        self._used_blocks = {s.address >> 24 for s in sections if not _looks_kept(s)}
        self.loaded_elsewhere = (
            sum(s.size for s in sections if s.has_bytes and self._name_at(s.address) == RAM)
            if self._map is not None and self._map.loader
            else 0
        )

    def at_run_time(self, section: Section) -> tuple[str, int, int]:
        """The memory that a section runs in, its address there, and the window that it is seen through."""
        address = section.address
        if self.hosted:
            return (WRITABLE if section.flags & SectionFlag.WRITE else READ_ONLY), address, 0
        loaded = self._loads.get(section.index)
        if self._is_mirrored(section, loaded):
            assert loaded is not None
            return self._name_at(loaded), loaded, 0
        if self._is_bank(section, loaded):
            assert loaded is not None
            return FLASH, loaded, 0
        name = self._of_small(section) if self._small else self._name_at(address)
        if name == RAM and self._machine == Machine.RL78 and self._stays(section):
            name = FLASH  # constants of the mirror, by a script that does not say where flash has them
        alone = self._map is None and address >> 24 not in self._used_blocks
        if name == RAM and alone and _looks_kept(section):
            name = FLASH
        moved = 0 if self._map is None else self._map.moved(address)
        return name, address - moved, int(moved != 0)

    def is_flash(self, name: str) -> bool:
        """Whether a memory keeps its bytes without power."""
        return not self.hosted and name not in (RAM, MODULE)

    def at_load_time(self, address: int) -> str:
        """The memory that bytes are written to."""
        if self.hosted:
            return READ_ONLY
        return FLASH if self._small else self._name_at(address)

    def _name_at(self, address: int) -> str:
        if self._map is not None:
            return next((name for low, high, name in self._map.ranges if low <= address < high), FLASH)
        return RAM if address >> 24 in self._blocks else FLASH

    def _of_small(self, section: Section) -> str:
        loaded = self._loads.get(section.index)
        copied = loaded is not None and loaded != section.address
        can_change = section.type == SectionType.NOBITS or bool(section.flags & SectionFlag.WRITE)
        if copied:
            return RAM
        if section.executable or not can_change or _looks_kept(section):
            return FLASH
        if section.type == SectionType.NOBITS:
            return RAM
        # Variables that are kept in FRAM or EEPROM lie among what is, and those of a simulator next to RAM's.
        if _KEPT_BY_SMALL.search(section.name):
            return FLASH
        return FLASH if self._distance(section, FLASH) < self._distance(section, RAM) else RAM

    def _distance(self, section: Section, memory: str) -> int:
        """Bytes from a section to the nearest one that is certainly in a memory; 0 to RAM where none is."""
        starts, ends = self._certain[memory]
        if not starts:
            return 0 if memory == RAM else 1 << 32
        number = bisect_right(starts, section.address)
        after = max(starts[number] - section.end, 0) if number < len(starts) else 1 << 64
        return min(max(section.address - ends[number - 1], 0), after) if number else after

    @cached_property
    def _certain(self) -> dict[str, tuple[list[int], list[int]]]:
        """Where sections begin that are certainly in flash or in RAM, of machines with little memory, and the
        last end of these and of those before them."""
        certain: dict[str, list[Section]] = {FLASH: [], RAM: []}
        for section in self._sections:
            loaded = self._loads.get(section.index)
            if loaded is not None and loaded != section.address:
                certain[RAM].append(section)
            elif section.executable or not section.flags & SectionFlag.WRITE:
                certain[FLASH].append(section)
            elif section.type == SectionType.NOBITS and not _looks_kept(section):
                certain[RAM].append(section)
        found = {}
        for memory, sections in certain.items():
            sections.sort(key=lambda section: section.address)
            ends = list(accumulate((section.end for section in sections), max))
            found[memory] = [section.address for section in sections], ends
        return found

    def _is_mirrored(self, section: Section, loaded: int | None) -> bool:
        if loaded is None or loaded == section.address or section.flags & SectionFlag.WRITE:
            return False
        return section.address - loaded in _MIRRORS.get(self._machine, ())

    def _is_bank(self, section: Section, loaded: int | None) -> bool:
        """Whether code is in a bank of flash that the processor sees through a window."""
        banked = self._machine in _BANKED and section.executable and loaded is not None
        return banked and loaded != section.address and (loaded or 0) >= _ADDRESS_SPACE

    def _stays(self, section: Section) -> bool:
        """Whether a section is read-only and runs where it is loaded."""
        loaded = self._loads.get(section.index)
        return (
            section.has_bytes and loaded in (None, section.address) and not section.flags & SectionFlag.WRITE
        )

    def _ram_blocks(self, sections: list[Section]) -> set[int]:
        """The 16 MiB that RAM is in."""
        copied, empty, written, stays, sources = set(), set(), set(), set(), set()
        for section in sections:
            block, loaded = section.address >> 24, self._loads.get(section.index)
            if section.type == SectionType.NOBITS:
                empty.add(block)
            elif loaded is not None and loaded != section.address:
                copied.add(block)
                sources.add(loaded >> 24)
            elif self._stays(section):
                stays.add(block)
            elif not section.executable:
                written.add(block)
        certain = copied | (empty - stays - sources)
        # Data that is loaded where it is written is in RAM if what stays is elsewhere.
        certain |= written - stays - sources if stays - written else set()
        doubtful = empty - certain
        return certain | (set() if certain else doubtful)


def _looks_kept(section: Section) -> bool:
    """Whether room has a name as what is kept without power has."""
    return section.type == SectionType.NOBITS and _KEPT_IN_FLASH.search(section.name) is not None


def _is_template(section: Section) -> bool:
    return bool(section.flags & SectionFlag.TLS) and section.type == SectionType.NOBITS


def _address_map(elf: Elf, sections: list[Section]) -> _AddressMap | None:
    for candidate in _MAPS:
        if elf.machine not in candidate.machines:
            continue
        if not candidate.whole:
            return candidate
        names = [
            next((name for low, high, name in candidate.ranges if low <= s.address < high), None)
            for s in sections
        ]
        if None not in names and {FLASH, RAM} <= set(names):
            return candidate
    return None
