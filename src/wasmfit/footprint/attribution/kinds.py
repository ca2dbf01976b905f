"""What bytes are, whoever owns them."""

import re
from enum import Enum

from wasmfit.elf.records import Section, SectionFlag, SectionType, SymbolType


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


DATA_KINDS = frozenset({ByteKind.CONSTANTS, ByteKind.STRINGS, ByteKind.DATA, ByteKind.ZEROED})
"""What is data wherever it lies, in sections with code too."""

_STRING_INPUT = re.compile(r"\.(?:s?rodata|constdata).*\.str")
_CONSTANT_INPUT = re.compile(r"\.(?:s?rodata|constdata|rdata|progmem|lit[48]|srodata)(?:\.|\d|$)")
_DATA_INPUT = re.compile(r"\.(?:s?data|ldata)(?:\.|\d|$)")
_CODE_INPUT = re.compile(r"\.(?:text|init|fini|literal)(?:\.|$)")
_READ_ONLY = re.compile(r"\.(?:text|rodata|flash|vectors|isr|init|irom|xip)")
_FUNCTIONS = frozenset({SymbolType.FUNC, SymbolType.GNU_IFUNC})
_OBJECTS = frozenset({SymbolType.OBJECT, SymbolType.COMMON, SymbolType.TLS})


def kind_of_claim(section: Section, symbol_type: int | None, input_section: str | None) -> ByteKind:
    """What bytes are by what claims them, before the flags of the section that the linker put them into.

    Args:
        section: The section of the file, which may hold code and data together.
        symbol_type: Type of the symbol that claims them, if one with a size does.
        input_section: Name of the input section, if a map says.
    """
    usual = kind_of_section(section)
    if usual in (ByteKind.ZEROED, ByteKind.TABLES, ByteKind.VECTORS):
        return usual
    if symbol_type in _FUNCTIONS:
        # Of some machines, a function's symbol leads to its descriptor.
        return usual if section.name == ".opd" else ByteKind.CODE
    # A linker makes a section writable for one of its parts.
    writable = section.flags & SectionFlag.WRITE and not _READ_ONLY.match(section.name)
    data = ByteKind.DATA if writable else ByteKind.CONSTANTS
    if input_section is not None:
        if _STRING_INPUT.match(input_section):
            return ByteKind.STRINGS
        if _CONSTANT_INPUT.match(input_section):
            return ByteKind.CONSTANTS
        if _DATA_INPUT.match(input_section):
            return data
        if _CODE_INPUT.match(input_section) and section.executable:
            return ByteKind.CODE
    return data if section.executable and symbol_type in _OBJECTS else usual


def kind_of_section(section: Section) -> ByteKind:
    """What a section's bytes are when nothing more is known of them."""
    if section.executable:
        return ByteKind.CODE  # in files of debug information alone it has no bytes
    if section.type == SectionType.NOBITS:
        return ByteKind.ZEROED
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

RESERVED_SECTIONS = frozenset(
    {".stack", ".heap", "._user_heap_stack", "linear memory", ".stack_dummy", ".heap_dummy"}
)
"""What linker scripts call sections that only keep room free."""
