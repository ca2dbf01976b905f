"""Codegen units whose name is the crate of what they hold.

rustc and LLVM write an ``STT_FILE`` symbol before a unit's local symbols, such as ``wasmi.9ac3…-cgu.0``. It
names the crate of constants whose own name has none, unless fat link-time optimisation has made one unit of
all crates. That shows: such a unit defines mostly items of other crates.
"""

from collections.abc import Callable, Iterable

from wasmfit.elf.names.crates import CODEGEN_UNIT, RustCrate
from wasmfit.elf.records import Symbol


class CodegenUnits:
    """The codegen units of a file whose names can be trusted.

    Args:
        symbols: The file's symbols.
        crate_of: The crate of a mangled name.
    """

    def __init__(self, symbols: Iterable[Symbol], crate_of: Callable[[str], RustCrate | None]) -> None:
        # Unit → bytes of its own crate's items, and of other crates' that are not generic: generic ones are
        # compiled where they are used, whatever the link does.
        tallies: dict[str, list[int]] = {}
        crates: dict[str, str | None] = {}
        for symbol in symbols:
            if not symbol.file or not symbol.size:
                continue
            if symbol.file not in crates:
                match = CODEGEN_UNIT.search(symbol.file)
                crates[symbol.file] = match[1] if match else None
                if match:
                    tallies[symbol.file] = [0, 0]
            own = crates[symbol.file]
            if own is None or "I" in symbol.name[2:4]:
                continue
            crate = crate_of(symbol.name)
            if crate is not None:
                tallies[symbol.file][crate.name != own] += symbol.size
        self._crates = {}
        for file, (mine, others) in tallies.items():
            match = CODEGEN_UNIT.search(file)
            if match and others <= mine:
                self._crates[match[0]] = match[1]

    def crate(self, name: str) -> str | None:
        """The crate of what comes from an object or a file symbol of this name; None if it has none."""
        match = CODEGEN_UNIT.search(name)
        return self._crates.get(match[0]) if match else None
