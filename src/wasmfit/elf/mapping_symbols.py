"""Mapping symbols, by which compilers for Arm and RISC-V mark where code and data begin in a section."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

from wasmfit.elf.records import Elf

_NAME = re.compile(r"\$(?:[atd](?:\..*)?|x(?:\..*|rv.*)?)", re.DOTALL)

_USUAL = frozenset({"$a", "$t", "$d", "$x"})

DATA = "d"
"""The kind of data among code; ``t`` is Thumb code, ``a`` Arm code, and ``x`` code of other machines."""


def is_mapping_symbol(name: str) -> bool:
    """Whether a name marks where code and data begin: ``$a $t $d $x``, also with a suffix (``$d.7``) or, on
    RISC-V, an ISA string (``$xrv32imc``)."""
    return name.startswith("$") and _NAME.fullmatch(name) is not None


class MappingSymbols:
    """The mapping symbols of a file, by section.

    Args:
        elf: The file. Of several mapping symbols at one address the last in the symbol table counts.
    """

    def __init__(self, elf: Elf) -> None:
        code = {s.index: (s.address, s.end) for s in elf.sections if s.executable}
        kinds: dict[int, dict[int, str]] = {number: {} for number in code}
        for symbol in elf.symbols:
            # Most names are told apart by their first character, without a call.
            name = symbol[0]
            if name[:1] != "$" or symbol.section not in code:
                continue
            address = symbol[1]
            low, high = code[symbol.section]
            if low <= address < high and (name in _USUAL or is_mapping_symbol(name)):
                kinds[symbol.section][address] = name[1]
        self._marks = {number: sorted(marks.items()) for number, marks in kinds.items()}

    def count(self, kind: str) -> int:
        """How many marks of a kind there are."""
        return sum(mark == kind for marks in self._marks.values() for _, mark in marks)

    def split(self, section: int, start: int, end: int, unmarked: str = "") -> Iterator[tuple[int, int, str]]:
        """Divides a range of addresses by what the mapping symbols say of it.

        Args:
            section: Number of the section that the range lies in.
            start: First address.
            end: First address after it.
            unmarked: The kind of what stands before the first mapping symbol.

        Yields:
            First address, first address after it, and the kind (``t a x d``); adjacent ranges differ in it.
        """
        marks = self._marks.get(section, [])
        number = bisect_right(marks, start, key=lambda mark: mark[0])
        kind = marks[number - 1][1] if number else unmarked
        at = start
        for address, mark in marks[number : bisect_left(marks, end, number, key=lambda mark: mark[0])]:
            if mark != kind:
                yield at, address, kind
                at, kind = address, mark
        yield at, end, kind
