"""Who owns each byte of a firmware's ELF file. Knows nothing of WebAssembly.

elf = wasmfit.elf.read_elf("firmware.elf")
footprint = account(elf, wasmfit.elf.read_link_map("firmware.map"), owner_of_object=my_rule)
footprint.owners()[".text"]["core"]  # bytes
"""

from wasmfit.footprint.account import Footprint, Row, SectionAccount, account, elf_spans, footprint
from wasmfit.footprint.kinds import Kind
from wasmfit.footprint.ledger import Entry, Ledger, Pass, ledger, with_literals
from wasmfit.footprint.owners import (
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
from wasmfit.footprint.spans import Claim, Span

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
