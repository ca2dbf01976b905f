"""Who owns each byte of a firmware's ELF file. Knows nothing of WebAssembly.

elf = wasmfit.elf.read_elf("firmware.elf")
footprint = account(elf, wasmfit.elf.read_link_map("firmware.map"), owner_of_object=my_rule)
footprint.owners()[".text"]["core"]  # bytes
"""

from wasmfit.footprint.attribution.byte_map import Entry, Ledger, Pass, ledger, with_literals
from wasmfit.footprint.attribution.claimed_ranges import Claim, Span
from wasmfit.footprint.attribution.kinds import Kind
from wasmfit.footprint.attribution.owners import (
    ANONYMOUS_CONSTANTS,
    ASSEMBLY,
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
    Row,
    SectionAccount,
    account,
    elf_spans,
    footprint,
)

__all__ = [
    "ANONYMOUS_CONSTANTS",
    "ASSEMBLY",
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
    "Claim",
    "Entry",
    "Footprint",
    "Kind",
    "Ledger",
    "ObjectRule",
    "Pass",
    "Row",
    "SectionAccount",
    "Span",
    "SymbolRule",
    "account",
    "elf_spans",
    "footprint",
    "ledger",
    "with_literals",
]
