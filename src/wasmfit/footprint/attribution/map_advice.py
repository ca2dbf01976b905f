"""How to get the linker's map of a file, as the end of a sentence."""

from pathlib import Path

from wasmfit.elf.names.crates import codegen_unit_crate
from wasmfit.elf.records import Elf
from wasmfit.footprint.attribution.systems import systems_of
from wasmfit.words import escape_unprintable

_PLACES = (".map", ".elf.map")


def map_advice(elf: Elf) -> str:
    """``--map`` with the map that is next to a file; else how the file's build makes one."""
    path = Path(elf.path)
    for suffix in _PLACES:
        candidate = path.with_suffix(suffix)
        if candidate.is_file() and candidate != path:
            return f"--map {escape_unprintable(str(candidate))}"
    by_system = next((system.map_file for system in systems_of(elf.symbols) if system.map_file), None)
    if by_system:
        return f"{by_system}: --map FILE"
    if any(codegen_unit_crate(symbol.file) for symbol in elf.symbols if symbol.file):
        return "link with -C link-arg=-Map=FILE (rust-lld) or -C link-arg=-Wl,-Map=FILE, then --map FILE"
    return "link with -Wl,-Map=FILE, then --map FILE"
