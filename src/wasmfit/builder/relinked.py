"""A relinked image: the same image linked to the addresses where the emulated machine has memory.

Some boards have their memory where no machine of the emulator has any. Then the
image whose bytes are reported is linked to the board's addresses, and what runs
is the relinked one, made by the same linker from the same files. The two must differ in
addresses alone: sections of the same sizes, they and every symbol at the same
place in flash or RAM. What that leaves is the value of addresses inside instructions
and data.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from wasmfit.elf import ElfError, read_elf
from wasmfit.model import MemoryMap

from .errors import BuildError

NAME = "twin"


@dataclass(frozen=True)
class _Thing:
    """A section or a symbol: what it is, its value, and everything else about it."""

    name: str
    value: int
    rest: str


def check(image: Path, own: MemoryMap, moved: Path, emulated: MemoryMap) -> None:
    """Makes sure that an image and the relinked one differ in addresses alone.

    Raises:
        BuildError: They differ in more, which says where.
    """
    for mine, other in zip_longest(_layout(image), _layout(moved)):
        if mine is None or other is None or not _alike(mine, own, other, emulated):
            where = "the end" if mine is None else f"{mine.name} {_place(mine.value, own)}"
            becomes = "linked to the emulator's addresses, the image becomes another one"
            raise BuildError(f"{becomes}: it differs first at {where}")


def _alike(mine: _Thing, own: MemoryMap, other: _Thing, emulated: MemoryMap) -> bool:
    # The linker files some symbols that are plain numbers under sections too, as `__dso_handle`, which is 0.
    same_place = mine.value == other.value or _place(mine.value, own) == _place(other.value, emulated)
    return same_place and (mine.name, mine.rest) == (other.name, other.rest)


def _layout(image: Path) -> Iterator[_Thing]:
    """Sections that take memory, then symbols, with their places and sizes, in order."""
    try:
        elf = read_elf(image)
    except ElfError as error:
        raise BuildError(error.message) from error
    if elf.stripped:
        raise BuildError(f"{image} has no symbols")
    for section in elf.sections:
        if section.allocated:
            yield _Thing(f"section {section.name}", section.address, f"{section.type}, {section.size} B")
    for symbol in elf.symbols:
        if symbol.section is not None and elf.sections[symbol.section].allocated:
            rest = f"{symbol.size} B, kind {symbol.binding}, {symbol.type}, section {symbol.section}"
            yield _Thing(f"symbol {symbol.name}", symbol.address, rest)


def _place(value: int, memory_map: MemoryMap) -> str:
    """Where an address lies in its memory."""
    ram = memory_map.ram
    for name, region in (("flash", memory_map.flash), ("RAM", ram), ("RAM", ram.fetched)):
        if region is not None and region.origin <= value <= region.end:
            return f"at {value - region.origin:#x} of {name}"
    return f"is {value:#x}"
