"""ELF files, the maps of their links and the names in them. Knows nothing of WebAssembly or of firmware.

    elf = read_elf("firmware.elf")
    [symbol.name for symbol in elf.symbols if symbol.section is not None]

:mod:`.read` reads an ELF file into the records of :mod:`.records`, :mod:`.linkmap` reads the map that the
linker wrote of the same link, and :mod:`.names` demangles the names of symbols. Whatever measures sizes, runs
images or builds them reads ELF files here and nowhere else.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from wasmfit.elf.errors import ElfError
from wasmfit.elf.read import parse_elf, read_elf
from wasmfit.elf.records import (
    Binding,
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

if TYPE_CHECKING:
    from wasmfit.elf.linkmap.lld import parse_link_map
    from wasmfit.elf.linkmap.read import read_link_map
    from wasmfit.elf.linkmap.records import InputSection, LinkMap, LinkMapError, OutputSection, ScriptCommand

__all__ = [
    "Binding",
    "Elf",
    "ElfError",
    "ElfKind",
    "InputSection",
    "LinkMap",
    "LinkMapError",
    "Machine",
    "OutputSection",
    "ScriptCommand",
    "Section",
    "SectionFlag",
    "SectionType",
    "Segment",
    "Symbol",
    "SymbolType",
    "parse_elf",
    "parse_link_map",
    "read_elf",
    "read_link_map",
]

# Loaded when it is asked for: most files come without a map.
_LAZY = {
    "InputSection": "records",
    "LinkMap": "records",
    "LinkMapError": "records",
    "OutputSection": "records",
    "ScriptCommand": "records",
    "parse_link_map": "lld",
    "read_link_map": "read",
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.linkmap.{_LAZY[name]}"), name)
