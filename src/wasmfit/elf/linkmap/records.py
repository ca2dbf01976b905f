"""The map of a link: which object brought which bytes.

It is an optional second source next to the ELF, for what no symbol identifies: C objects, members of a C
library, merged strings, and what the linker script itself lays down. :mod:`.read` reads it.
"""

import re
from typing import NamedTuple

from wasmfit.errors import UsageError
from wasmfit.words import counted

INTERNAL = "<internal>"
"""What lld calls the origin of the sections that it makes itself."""


class LinkMapError(UsageError):
    """A file that cannot be read as lld's map, or a map of another link."""


class InputSection(NamedTuple):
    """A section of an object, where it was put.

    Attributes:
        address: Address at run time.
        size: Length in bytes.
        align: Alignment in bytes.
        object: Path of the object as lld writes it: ``glue.o``, ``libc.a(memcpy.o)``, or :data:`INTERNAL`.
        section: Its name in the object, such as ``.text.memcpy``.
    """

    address: int
    size: int
    align: int
    object: str
    section: str


class ScriptCommand(NamedTuple):
    """A command of the linker script that takes bytes.

    Attributes:
        address: Address at run time.
        size: Length in bytes, greater than 0.
        command: Its text, such as ``LONG ( 0x0 )`` or ``. = ALIGN ( 4 )``.
    """

    address: int
    size: int
    command: str

    @property
    def aligns(self) -> bool:
        """Whether it takes its bytes for alignment only."""
        return _ALIGN.fullmatch(self.command) is not None


# One pair of brackets inside, as in ALIGN(ALIGNOF(.text)); what is added after it is not an alignment.
_ALIGN = re.compile(r"\. ?= ?ALIGN ?\([^()]*(?:\([^()]*\)[^()]*)?\) ?")


class OutputSection(NamedTuple):
    """A section of the linked file.

    Attributes:
        name: Its name.
        address: Address at run time; 0 for those that are not loaded.
        size: Length in bytes.
        inputs: The input sections in it, in the map's order.
        commands: The commands of the linker script that take bytes in it.
    """

    name: str
    address: int
    size: int
    inputs: tuple[InputSection, ...]
    commands: tuple[ScriptCommand, ...]


class LinkMap(NamedTuple):
    """A map.

    Attributes:
        path: Where it was read from.
        sections: All output sections, in the map's order.
    """

    path: str
    sections: tuple[OutputSection, ...]

    def find(self, name: str, address: int, size: int) -> OutputSection | None:
        """The output section of that name; None when the map has none of that name.

        Args:
            name: Name of a section of the ELF.
            address: Its address.
            size: Its length in bytes.

        Raises:
            LinkMapError: There is one of that name with another address or size: the map is of another link.
        """
        named = [section for section in self.sections if section.name == name]
        for section in named:
            if (section.address, section.size) == (address, size):
                return section
        if named:
            raise LinkMapError(
                f"The map {self.path} is of another link: {name} has {named[0].size} bytes at "
                f"{named[0].address:#x} in it, and {counted(size, 'byte')} at {address:#x} in the ELF.",
                "Link again with -Map, or leave the map out.",
            )
        return None
