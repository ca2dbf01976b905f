"""Who owns each byte of a firmware's ELF file. Knows nothing of WebAssembly.

elf = wasmfit.elf.read_elf("firmware.elf")
footprint = account(elf, wasmfit.elf.read_link_map("firmware.map"), owner_of_object=my_rule)
footprint.owners()[".text"]["core"]  # bytes
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from wasmfit.footprint.regions import Overflow, RegionUse, region_use

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
    "Overflow",
    "Pass",
    "RegionUse",
    "Row",
    "SectionAccount",
    "Span",
    "SymbolRule",
    "account",
    "elf_spans",
    "footprint",
    "ledger",
    "region_use",
    "with_literals",
]

# What not every account needs is loaded when it is asked for.
_LATER = {"Overflow": "regions", "RegionUse": "regions", "region_use": "regions"}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
