"""What bytes are, whoever owns them."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from enum import Enum

from wasmfit.footprint.elf import Elf, Section, SectionFlag, SectionType

_MAPPING = re.compile(r"\$(?:[atd](?:\..*)?|x(?:\..*|rv.*)?)", re.DOTALL)


class Kind(Enum):
    """What bytes are; the value is what a reader sees."""

    CODE = "code"
    LITERALS = "literals in code"
    VENEER = "linker's veneers"
    VECTORS = "vector table"
    CONSTANTS = "constants"
    STRINGS = "strings"
    DATA = "initialised data"
    ZEROED = "zeroed data"
    TABLES = "tables"
    PADDING = "padding"
    SCRIPT = "linker script"


def is_mapping_symbol(name: str) -> bool:
    """Whether a name marks where code and data begin: ``$a $t $d $x``, also with a suffix (``$d.7``) or, on
    RISC-V, an ISA string (``$xrv32imc``)."""
    return name.startswith("$") and _MAPPING.fullmatch(name) is not None


def kind_of_section(section: Section) -> Kind:
    """What a section's bytes are when nothing more is known of them."""
    if section.type == SectionType.NOBITS:
        return Kind.ZEROED
    if section.executable:
        return Kind.CODE
    if section.type in (SectionType.ARM_EXIDX, *LINKER_SECTION_TYPES) or section.name in UNWIND_SECTIONS:
        return Kind.TABLES
    if section.name in VECTOR_SECTIONS:
        return Kind.VECTORS
    return Kind.DATA if section.flags & SectionFlag.WRITE else Kind.CONSTANTS


UNWIND_SECTIONS = frozenset({".eh_frame", ".eh_frame_hdr", ".gcc_except_table", ".ARM.extab"})
"""Sections of tables for exceptions and backtraces."""

VECTOR_SECTIONS = frozenset(
    {".vector_table", ".vectors", ".isr_vector", ".intvec", ".isr_vectors", ".vtable"}
)
"""What linker scripts usually call the section that the processor's vectors lie in."""

LINKER_SECTION_TYPES = frozenset(
    {
        SectionType.SYMTAB,
        SectionType.STRTAB,
        SectionType.RELA,
        SectionType.HASH,
        SectionType.DYNAMIC,
        SectionType.NOTE,
        SectionType.REL,
        SectionType.DYNSYM,
        SectionType.RELR,
        SectionType.GNU_HASH,
        SectionType.GNU_VERDEF,
        SectionType.GNU_VERNEED,
        SectionType.GNU_VERSYM,
    }
)
"""Sections that the linker makes itself: tables for dynamic linking, notes."""

LINKER_SECTIONS = frozenset(
    {".got", ".got.plt", ".plt", ".plt.got", ".plt.sec", ".iplt", ".igot.plt", ".interp"}
)
"""The same, by what linkers call them."""

RESERVED_SECTIONS = frozenset({".stack", ".heap", "._user_heap_stack", ".stack_dummy", ".heap_dummy"})
"""What linker scripts call sections that only keep room free."""


class Marks:
    """Where code and data begin in a file's code, by its mapping symbols."""

    def __init__(self, elf: Elf) -> None:
        code = {section.index for section in elf.sections if section.executable}
        found: dict[int, dict[int, bool]] = {}
        for symbol in elf.symbols:
            if symbol.section in code and is_mapping_symbol(symbol.name):
                assert symbol.section is not None
                found.setdefault(symbol.section, {})[symbol.address] = symbol.name[1] == "d"
        self._marks = {number: sorted(marks.items()) for number, marks in found.items()}

    def split(self, section: int, start: int, end: int) -> Iterator[tuple[int, int, bool]]:
        """Divides a range into pieces of code and of data.

        Yields:
            First address, first address behind, and whether it is data; adjacent pieces differ. Without marks
            all is code.
        """
        marks = self._marks.get(section, [])
        number = bisect_right(marks, (start, True)) - 1
        is_data = marks[number][1] if number >= 0 else False
        at = start
        for address, data in marks[number + 1 : bisect_left(marks, (end, False))]:
            if data != is_data:
                yield at, address, is_data
                at, is_data = address, data
        yield at, end, is_data
