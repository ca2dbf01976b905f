"""The owners of C by the compile units of debug information, where names and file symbols leave much unknown.

Global functions and variables of C have no crate in their names, and no file symbol. Their unit has both a
source file and the addresses of its code; where its variables lie, its entries say.
"""

from bisect import bisect_right
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from wasmfit.elf.dwarf.definitions import ARTIFICIAL, Definition, UnitDefinitions
from wasmfit.elf.dwarf.sections import DebugSections
from wasmfit.elf.dwarf.units import compile_units
from wasmfit.elf.errors import ElfError
from wasmfit.elf.names.crates import rust_crate
from wasmfit.elf.records import Elf, Section, SymbolType
from wasmfit.footprint.attribution.byte_map import ByteMap, ByteRange
from wasmfit.footprint.attribution.live_code import LiveCode
from wasmfit.footprint.attribution.unit_names import unit_owners
from wasmfit.footprint.attribution.unknown_bytes import NOBODY

_FUNCTIONS = frozenset({SymbolType.FUNC, SymbolType.GNU_IFUNC, SymbolType.NOTYPE})


def owners_by_units(byte_map: ByteMap) -> ByteMap:
    """A pass: what has no crate's name belongs to the compile unit that defines it.

    Nothing changes where debug information is damaged. What a map has an object for keeps its owner.
    """
    ranges = list(byte_map.ranges)
    uncertain = [number for number, byte_range in enumerate(ranges) if _is_uncertain(byte_range)]
    with suppress(ElfError):
        units = _Units.read(byte_map.elf, [ranges[number] for number in uncertain])
        for number in uncertain:
            owner = units.owner(ranges[number])
            if owner is not None:
                ranges[number] = ranges[number]._replace(owner=owner)
        return byte_map.with_ranges(ranges)
    return byte_map


def _is_uncertain(byte_range: ByteRange) -> bool:
    """Whether neither a Rust name nor a map nor what the bytes are says whose they are."""
    _, _, _, _, owner, symbol, source, _ = byte_range
    if source is not None or (owner[:1] == "[" and owner not in NOBODY):
        return False
    if symbol is None:
        return True
    name = symbol[0]
    # Of legacy names, all of Rust's have a hash.
    return name[:2] != "_R" and ("17h" not in name or rust_crate(name) is None)


@dataclass(frozen=True, slots=True)
class _Units:
    """What units define, section by section, and their owners."""

    code: dict[int, list[Definition]]
    starts: dict[int, list[int]]
    variables: dict[int, int]
    owners: list[str | None]

    @classmethod
    def read(cls, elf: Elf, uncertain: Iterable[ByteRange]) -> "_Units":
        """Reads the units.

        Raises:
            ElfError: A section of debug information cannot be unpacked.
        """
        sections = DebugSections(elf)
        units = list(compile_units(elf, sections))
        definitions = UnitDefinitions(elf, sections, units)
        live = LiveCode(elf, sections)
        places = _Places(elf, sections)
        code: dict[int, list[Definition]] = {}
        variables: dict[int, int] = {}
        variables_of = [r for r in uncertain if r.symbol is not None and r.symbol.type not in _FUNCTIONS]
        data = [r.symbol for r in variables_of if r.symbol is not None]
        found = list(definitions.code())
        if any(r.owner in NOBODY for r in variables_of) or any(unit.name == ARTIFICIAL for unit in units):
            # GCC numbers a function's own variables; LLVM puts the function's name before.
            found += definitions.entries(in_functions=any("." in symbol.name for symbol in data))
        # Variables that the linker removed have the address 0 as well.
        first = {symbol.name for symbol in data if not symbol.address}
        for item in found:
            for section, base in places.at(item.start):
                if item.end == item.start:
                    if item.start or item.name in first:
                        variables.setdefault(item.start - base, item.unit)
                elif section.executable and live.has(section, item.start, item.end):
                    moved = Definition(item.start - base, item.end - base, item.unit)
                    code.setdefault(section.index, []).append(moved)
        for ranges in code.values():
            ranges.sort()
        starts = {number: [item.start for item in ranges] for number, ranges in code.items()}
        return cls(code, starts, variables, unit_owners((unit.name, unit.folder) for unit in units))

    def owner(self, byte_range: ByteRange) -> str | None:
        """The owner of a range by the unit that defines it; None where that is unknown."""
        start, end, section, _, _, symbol, _, _ = byte_range
        if symbol is not None:
            start = max(symbol[1], section.address)
            if symbol[3] not in _FUNCTIONS:
                variable = self.variables.get(start)
                return None if variable is None else self.owners[variable]
            end = start + 1
        # The unit whose code has all of it.
        starts = self.starts.get(section.index)
        number = bisect_right(starts, start) - 1 if starts else -1
        if number < 0:
            return None
        found = self.code[section.index][number]
        return self.owners[found.unit] if start < found.end and end <= found.end else None


class _Places:
    """The sections at an address, of which overlays and object files have several."""

    def __init__(self, elf: Elf, sections: DebugSections) -> None:
        self._ordered = sorted(
            ((s.address + sections.base(s), s.size, s, sections.base(s)) for s in elf.allocated()),
            key=lambda place: place[:2],
        )
        self._starts = [start for start, *_ in self._ordered]
        self._longest = max((size for _, size, *_ in self._ordered), default=0)

    def at(self, address: int) -> list[tuple[Section, int]]:
        """The sections, and what was added to their addresses."""
        found = []
        number = bisect_right(self._starts, address) - 1
        while number >= 0 and self._starts[number] + self._longest > address:
            start, size, section, base = self._ordered[number]
            if address < start + size:
                found.append((section, base))
            number -= 1
        return found
