"""An image's twin: the same image linked to the addresses where the emulated machine has memory.

Some boards have their memory where no machine of the emulator has any. Then the
image whose bytes are reported is linked to the board's addresses, and what runs
is its twin, made by the same linker from the same files. The two must differ in
addresses alone: sections of the same sizes, they and every symbol at the same
place in flash or RAM. What that leaves is the value of addresses inside instructions
and data.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

from elftools.elf.elffile import ELFFile

from wasmfit.model import MemoryMap

from .errors import BuildError

NAME = "twin"

_ENTRY = struct.Struct("<IIIBBH")
_ALLOCATED = 2


def check(image: Path, own: MemoryMap, twin: Path, emulated: MemoryMap) -> None:
    """Makes sure that an image and its twin differ in addresses alone.

    Raises:
        BuildError: They differ in more, which says where.
    """
    ours, theirs = list(_layout(image, own)), list(_layout(twin, emulated))
    if ours == theirs:
        return
    first = next(
        (mine or other for mine, other in zip(ours, theirs, strict=False) if mine != other),
        "number of sections and symbols",
    )
    raise BuildError(
        f"linked to the emulator's addresses, the image becomes another one: it differs first at {first}"
    )


def _layout(image: Path, memory_map: MemoryMap) -> Iterator[str]:
    """Sections that take memory, then symbols, with their places and sizes, in order."""
    with image.open("rb") as file:
        elf = ELFFile(file)
        allocated: set[int] = set()
        for number, section in enumerate(elf.iter_sections()):
            if section["sh_flags"] & _ALLOCATED:
                allocated.add(number)
                place = _place(section["sh_addr"], memory_map)
                yield f"section {section.name} {place}, {section['sh_type']}, {section['sh_size']} B"
        table = elf.get_section_by_name(".symtab")
        if table is None:
            raise BuildError(f"{image} has no symbols")
        names, data = elf.get_section(table["sh_link"]).data(), table.data()
        # Unpacked here, since pyelftools takes a second for the thousands of symbols of a runtime.
        for at, value, size, info, _, section in _ENTRY.iter_unpack(data):
            if section in allocated:
                symbol = names[at : names.find(b"\0", at)].decode(errors="replace")
                yield f"symbol {symbol} {_place(value, memory_map)}, {size} B, kind {info}"


def _place(value: int, memory_map: MemoryMap) -> str:
    """Where a symbol lies in its memory; the linker files some that are plain numbers under sections too."""
    for name, region in (("flash", memory_map.flash), ("RAM", memory_map.ram)):
        if region.origin <= value <= region.end:
            return f"at {value - region.origin:#x} of {name}"
    return f"is {value:#x}"
