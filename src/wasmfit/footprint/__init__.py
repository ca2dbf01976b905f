"""Who owns each byte of a firmware's ELF file. Knows nothing of WebAssembly.

    byte_map = attribute_bytes(read_elf("firmware.elf"), read_link_map("firmware.map"))
    section_totals(byte_map).owners()[".text"]["core"]  # bytes

:mod:`.attribution` says whose each byte is, :mod:`.graph` what refers to what, :mod:`.views` makes tables,
and :mod:`.analysis` does all that ``wasmfit size`` shows.
"""

from wasmfit.footprint.attribution.byte_map import ByteMap, ByteRange, Pass, attribute_bytes, with_literals
from wasmfit.footprint.attribution.kinds import ByteKind
from wasmfit.footprint.attribution.owners import (
    ANONYMOUS_CONSTANTS,
    ASSEMBLY,
    HANDLERS,
    LINKER,
    LINKER_SCRIPT,
    MERGED_CONSTANTS,
    MERGED_STRINGS,
    PADDING,
    RESERVED,
    STRINGS,
    UNKNOWN,
    UNWIND_TABLES,
    VECTORS,
    VENEERS,
    ObjectRule,
    SymbolRule,
)
from wasmfit.footprint.attribution.section_totals import (
    Footprint,
    OwnerTotal,
    SectionTotals,
    section_totals,
)

__all__ = [
    "ANONYMOUS_CONSTANTS",
    "ASSEMBLY",
    "HANDLERS",
    "LINKER",
    "LINKER_SCRIPT",
    "MERGED_CONSTANTS",
    "MERGED_STRINGS",
    "PADDING",
    "RESERVED",
    "STRINGS",
    "UNKNOWN",
    "UNWIND_TABLES",
    "VECTORS",
    "VENEERS",
    "ByteKind",
    "ByteMap",
    "ByteRange",
    "Footprint",
    "ObjectRule",
    "OwnerTotal",
    "Pass",
    "SectionTotals",
    "SymbolRule",
    "attribute_bytes",
    "section_totals",
    "with_literals",
]
