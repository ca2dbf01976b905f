"""What bytes are, whoever owns them."""

from enum import Enum

from wasmfit.elf.records import Section, SectionFlag, SectionType


class ByteKind(Enum):
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


def kind_of_section(section: Section) -> ByteKind:
    """What a section's bytes are when nothing more is known of them."""
    if section.type == SectionType.NOBITS:
        return ByteKind.ZEROED
    if section.executable:
        return ByteKind.CODE
    if section.type in (SectionType.ARM_EXIDX, *LINKER_SECTION_TYPES) or section.name in UNWIND_SECTIONS:
        return ByteKind.TABLES
    if section.name in VECTOR_SECTIONS:
        return ByteKind.VECTORS
    return ByteKind.DATA if section.flags & SectionFlag.WRITE else ByteKind.CONSTANTS


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
