"""Whether debug information is about code that is in the image, and not about a function that was removed.

Linkers leave the debug information of functions that they remove, at address 0, where there may be others.
"""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from wasmfit.elf.dwarf.sections import DebugSections
from wasmfit.elf.mapping_symbols import is_mapping_symbol
from wasmfit.elf.records import Elf, Section, SymbolType

_LONGEST_PADDING = 64  # bytes after a function that its debug information may leave out
_FUNCTIONS = (SymbolType.FUNC, SymbolType.GNU_IFUNC, SymbolType.NOTYPE)


class LiveCode:
    """Tells what is there from what was removed by the symbols.

    Args:
        elf: The file.
        sections: Its debug information.
    """

    def __init__(self, elf: Elf, sections: DebugSections) -> None:
        self._elf = elf
        self._sections = sections
        self._shared = _sharing([s for s in elf.allocated() if s.executable and not sections.base(s)])
        self._functions: dict[int, set[int]] = {}
        self._bounds: dict[int, list[int]] = {}

    def has(self, section: Section, start: int, end: int) -> bool:
        """Whether what debug information says of a range is about what is in a section.

        Overlays have others' code at their addresses.

        Args:
            section: The section.
            start: First address, as the debug information has it.
            end: First address after it.
        """
        if self._sections.base(section) or (start and section.index not in self._shared):
            return True
        functions, bounds = self._of_symbols(section)
        if not bounds:
            return start != 0
        if start not in functions or end > section.end:
            return False
        # It ends where something ends, but for fill.
        number = bisect_left(bounds, end)
        after = bounds[number] if number < len(bounds) else section.end
        return after - end < min(_LONGEST_PADDING, section.align) or after == end

    def _of_symbols(self, section: Section) -> tuple[set[int], list[int]]:
        """Where functions begin in a section, and where anything begins or ends."""
        if section.index not in self._bounds:
            functions, bounds = set(), {section.address, section.end}
            for symbol in self._elf.symbols:
                if symbol.section != section.index or is_mapping_symbol(symbol.name):
                    continue
                if symbol.type in _FUNCTIONS:
                    functions.add(symbol.address)
                    bounds |= {symbol.address, symbol.address + symbol.size}
            self._functions[section.index] = functions
            self._bounds[section.index] = sorted(bounds)
        return self._functions[section.index], self._bounds[section.index]


def _sharing(code: Sequence[Section]) -> set[int]:
    """Numbers of sections that run where another one does."""
    ordered = sorted(code, key=lambda section: section.address)
    return {section.index for pair in pairwise(ordered) if pair[1].address < pair[0].end for section in pair}
