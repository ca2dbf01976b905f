"""Who owns each byte of a firmware's ELF file. Knows nothing of WebAssembly.

elf = read_elf("firmware.elf")
footprint = account(elf, read_link_map("firmware.map"), owner_of_object=my_rule)
footprint.owners()[".text"]["core"]  # bytes
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from wasmfit.footprint.account import Footprint, Row, SectionAccount, account, elf_spans, footprint
from wasmfit.footprint.elf import (
    Elf,
    ElfKind,
    Machine,
    Section,
    SectionFlag,
    SectionType,
    Segment,
    Symbol,
    SymbolType,
)
from wasmfit.footprint.errors import ElfError
from wasmfit.footprint.kinds import Kind
from wasmfit.footprint.ledger import Entry, Ledger, Pass, ledger, with_literals
from wasmfit.footprint.linkmap import (
    InputSection,
    LinkMap,
    LinkMapError,
    OutputSection,
)
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
from wasmfit.footprint.read import parse_elf, read_elf
from wasmfit.footprint.rust_symbols import RustCrate, codegen_unit_crate, embedded_crate, rust_crate
from wasmfit.footprint.spans import Claim, Span

if TYPE_CHECKING:
    from wasmfit.footprint.lldmap import parse_link_map
    from wasmfit.footprint.readmap import read_link_map
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
    "Elf",
    "ElfError",
    "ElfKind",
    "Entry",
    "Footprint",
    "InputSection",
    "Kind",
    "Ledger",
    "LinkMap",
    "LinkMapError",
    "Machine",
    "ObjectRule",
    "OutputSection",
    "Overflow",
    "Pass",
    "RegionUse",
    "Row",
    "RustCrate",
    "Section",
    "SectionAccount",
    "SectionFlag",
    "SectionType",
    "Segment",
    "Span",
    "Symbol",
    "SymbolRule",
    "SymbolType",
    "account",
    "codegen_unit_crate",
    "elf_spans",
    "embedded_crate",
    "footprint",
    "ledger",
    "parse_elf",
    "parse_link_map",
    "read_elf",
    "read_link_map",
    "region_use",
    "rust_crate",
    "with_literals",
]

# What not every account needs is loaded when it is asked for.
_LATER = {
    "parse_link_map": "lldmap",
    "read_link_map": "readmap",
    "Overflow": "regions",
    "RegionUse": "regions",
    "region_use": "regions",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
