"""Which compile unit defines what is at an address: the ranges of units' code, and where their variables lie.

Far less is read for that than for inlined functions: of code the units' own ranges, and of entries only
variables, passing over the insides of types, and of functions unless variables in them are asked for.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from wasmfit.elf.dwarf.abbreviations import Abbreviation, Value, read_abbreviations, read_entry
from wasmfit.elf.dwarf.cursor import DamagedError, DwarfCursor
from wasmfit.elf.dwarf.forms import (
    ADDRESS,
    BLOCK_SIZES,
    INDEXED_ADDRESSES,
    LIST_BY_NUMBER,
    PLAIN_BLOCKS,
    UNIT_REFERENCES,
    UnitSizes,
    read_number,
)
from wasmfit.elf.dwarf.sections import DebugSections
from wasmfit.elf.dwarf.split import own_ranges
from wasmfit.elf.dwarf.units import CompileUnit, read_text
from wasmfit.elf.names.crates import codegen_unit_crate
from wasmfit.elf.records import Elf

MOST_BYTES = 4 << 20
"""Most bytes of entries that are read in one file: one to two seconds."""

_VARIABLE, _SUBPROGRAM = 0x34, 0x2E
_NAME = 0x03
_SIBLING, _LOCATION, _LOW, _HIGH, _RANGES = 0x01, 0x02, 0x11, 0x12, 0x55
_ORIGIN, _SPECIFICATION = 0x31, 0x47
_TYPES = (0x01, 0x02, 0x04, 0x13, 0x15, 0x17)  # array, class, enumeration, structure, subroutine, union
_BLOCKS = (0x0B, 0x1D, 0x48, 0x4109)  # lexical block, inlined subroutine, call site and GNU's own
_WANTED = {
    _VARIABLE: frozenset({_NAME, _LOCATION, _ORIGIN, _SPECIFICATION}),
    _SUBPROGRAM: frozenset({_SIBLING, _LOW, _HIGH, _RANGES, _ORIGIN}),
    **dict.fromkeys((*_TYPES, *_BLOCKS), frozenset({_SIBLING})),
}
_OP_ADDRESS, _OP_PLUS, _OP_PIECE = 0x03, 0x23, 0x93
_OP_INDEXED = (0xA1, 0xFB)
ARTIFICIAL = "<artificial>"
"""What GCC calls the units of link-time optimisation, whose entries refer to the units of the sources."""


class Definition(NamedTuple):
    """What a unit defines.

    Attributes:
        start: First address.
        end: First address after it; ``start`` of a variable, whose size its symbol has.
        unit: The number of the unit.
        name: Of a variable at address 0, its name: variables that the linker removed are there as well.
    """

    start: int
    end: int
    unit: int
    name: str = ""


class UnitDefinitions:
    """What the units of a file define.

    Args:
        elf: The file.
        sections: Its debug information.
        units: Its units, in their order.
    """

    def __init__(self, elf: Elf, sections: DebugSections, units: Sequence[CompileUnit]) -> None:
        self._elf = elf
        self._sections = sections
        self._units = units
        self._starts = [unit.header.start for unit in units]
        self._tables: dict[tuple[int, UnitSizes], dict[int, Abbreviation]] = {}
        self._left = MOST_BYTES

    def code(self) -> Iterator[Definition]:
        """The code of each unit that has a name."""
        for number, unit in enumerate(self._units):
            if unit.name == ARTIFICIAL:
                continue
            try:
                ranges = self._ranges(unit)
            except DamagedError:
                continue
            yield from (Definition(low, high, number) for low, high in ranges)

    def entries(self, *, in_functions: bool) -> Iterator[Definition]:
        """The variables that have an address, and the functions of units of link-time optimisation.

        Rust's units, units after :data:`MOST_BYTES` of entries, and what is damaged, are left out.

        Args:
            in_functions: Whether variables inside functions are of interest.
        """
        for number, unit in enumerate(self._units):
            if codegen_unit_crate(unit.name) is not None:
                continue  # Rust's names tell whose its statics are
            self._left -= unit.header.end - unit.header.first
            if self._left < 0:
                return
            try:
                yield from self._of_unit(number, unit, in_functions=in_functions)
            except DamagedError:
                continue

    def _ranges(self, unit: CompileUnit) -> list[tuple[int, int]]:
        if unit.list is not None:
            place, by_number = unit.list
            return own_ranges(self._elf, self._sections, unit).listed(place, by_number=by_number)
        return [(unit.low, unit.high)] if unit.high is not None and unit.low < unit.high else []

    def _of_unit(self, number: int, unit: CompileUnit, *, in_functions: bool) -> Iterator[Definition]:
        info = self._sections.get(".debug_info")
        cursor = DwarfCursor(info, unit.header.first, unit.header.end, big_endian=self._elf.big_endian)
        table = self._table(unit)
        artificial = unit.name == ARTIFICIAL
        depth = 0
        while cursor.at < cursor.end:
            code = cursor.leb()
            if code == 0:
                depth -= 1
                if depth <= 0:
                    return
                continue
            abbreviation = table.get(code)
            if abbreviation is None:
                raise DamagedError("Debug information has an entry of unknown shape.", "Build it again.")
            values = read_entry(cursor, abbreviation.steps, unit.header.sizes)
            after = cursor.at
            if abbreviation.tag == _VARIABLE and _LOCATION in values:
                for address in self._addresses(unit, values[_LOCATION]):
                    name = "" if address else self._name(unit, values)
                    yield Definition(address, address, self._origin(number, unit, values), name)
            elif artificial and abbreviation.tag == _SUBPROGRAM:
                of = self._origin(number, unit, values)
                yield from (Definition(low, high, of) for low, high in self._code(unit, values))
            cursor.at = after
            if abbreviation.children:
                over = abbreviation.tag in _TYPES or not in_functions
                if over and _SIBLING in values:
                    following = unit.header.start + self._number(unit, values[_SIBLING])
                    if following <= after:
                        raise DamagedError("Debug information goes back.", "Build it again.")
                    cursor.at = following
                else:
                    depth += 1
            if not depth:
                return

    def _origin(self, number: int, unit: CompileUnit, values: dict[int, Value]) -> int:
        """The unit of the entry that an entry completes, where that is in another one."""
        for attribute in (_ORIGIN, _SPECIFICATION):
            if attribute in values and values[attribute][0] not in UNIT_REFERENCES:
                offset = self._number(unit, values[attribute])
                return max(bisect_right(self._starts, offset) - 1, 0)
        return number

    def _name(self, unit: CompileUnit, values: dict[int, Value]) -> str:
        """The name of a variable, which an entry of the same unit may have that it completes."""
        if _NAME not in values and _SPECIFICATION in values:
            form, _ = values[_SPECIFICATION]
            cursor = self._cursor(unit, unit.header.start + self._number(unit, values[_SPECIFICATION]))
            abbreviation = self._table(unit).get(cursor.leb()) if form in UNIT_REFERENCES else None
            values = {} if abbreviation is None else read_entry(cursor, abbreviation.steps, unit.header.sizes)
        if _NAME not in values:
            return ""
        form, at = values[_NAME]
        return read_text(self._cursor(unit, at), form, unit.header.sizes, self._sections, unit.text_base)

    def _addresses(self, unit: CompileUnit, value: Value) -> list[int]:
        """The addresses that a location is, several of what a compiler took apart; none of other places."""
        form, at = value
        cursor = self._cursor(unit, at)
        if form in PLAIN_BLOCKS:
            length = cursor.leb()
        elif form in BLOCK_SIZES:
            length = cursor.number(BLOCK_SIZES[form])
        else:
            return []
        end = cursor.at + length
        found: list[int] = []
        while cursor.at < end:
            operation = cursor.number(1)
            if operation == _OP_ADDRESS:
                found.append(cursor.number(unit.header.sizes.address))
            elif operation in _OP_INDEXED:
                found.append(own_ranges(self._elf, self._sections, unit).indexed(cursor.leb()))
            elif operation == _OP_PLUS and found:
                found[-1] += cursor.leb()
            elif operation == _OP_PIECE:
                cursor.leb()
            else:
                return []
        return found

    def _code(self, unit: CompileUnit, values: dict[int, Value]) -> list[tuple[int, int]]:
        source = own_ranges(self._elf, self._sections, unit)
        if _RANGES in values:
            by_number = values[_RANGES][0] == LIST_BY_NUMBER
            return source.listed(self._number(unit, values[_RANGES]), by_number=by_number)
        if _LOW not in values or _HIGH not in values:
            return []
        low, high = self._number(unit, values[_LOW]), self._number(unit, values[_HIGH])
        if values[_LOW][0] in INDEXED_ADDRESSES:
            low = source.indexed(low)
        if values[_HIGH][0] in INDEXED_ADDRESSES:
            high = source.indexed(high)
        elif values[_HIGH][0] != ADDRESS:
            high += low
        return [(low, high)] if low < high else []

    def _number(self, unit: CompileUnit, value: Value) -> int:
        form, at = value
        return read_number(self._cursor(unit, at), form, unit.header.sizes)

    def _cursor(self, unit: CompileUnit, at: int) -> DwarfCursor:
        info = self._sections.get(".debug_info")
        return DwarfCursor(info, at, unit.header.end, big_endian=self._elf.big_endian)

    def _table(self, unit: CompileUnit) -> dict[int, Abbreviation]:
        key = unit.header.abbreviations, unit.header.sizes
        known = self._tables.get(key)
        if known is None:
            table = self._sections.get(".debug_abbrev")
            known = self._tables[key] = read_abbreviations(table, *key, _WANTED)
        return known
