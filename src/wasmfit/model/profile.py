"""A profile: how firmware is compiled. Data only; see ``catalog/profiles``."""

from typing import Literal

from pydantic import Field

from .base import Record

OptLevel = Literal["0", "1", "2", "3", "s", "z"]
Debug = Literal["none", "line-tables-only", "limited", "full"]


class RustProfile(Record):
    """How the Rust part is compiled.

    Attributes:
        opt_level: Optimisation level of every crate but the standard library.
        std_opt_level: Optimisation level of core, alloc and compiler_builtins; ``None`` takes ``opt_level``.
        lto: Link-time optimisation.
        codegen_units: Codegen units per crate.
        panic: Panic strategy; ``immediate-abort`` leaves every message out.
        std_features: Features of the standard library, which is built from source.
        rustflags: More flags for rustc.
        linked_rustflags: More flags for the crate alone that is linked, where LTO works on all of them.
        messages: Whether the runtime's error messages are reported in words, which needs formatting code.
        packages: Crate → its own optimisation level.
        target: What of rustc's specification of the target is otherwise: what no flag can say.
        debug: Debug information (DWARF) in the ELF, for C as well; it takes nothing on the device.
    """

    opt_level: OptLevel
    std_opt_level: OptLevel | None = None
    lto: Literal["fat", "thin", "off"]
    codegen_units: int
    panic: Literal["abort", "immediate-abort"]
    std_features: tuple[str, ...] = ()
    rustflags: tuple[str, ...] = ()
    linked_rustflags: tuple[str, ...] = ()
    messages: bool
    packages: dict[str, OptLevel] = Field(default_factory=dict)
    target: dict[str, str | bool | int] = Field(default_factory=dict)
    debug: Debug = "none"


class CProfile(Record):
    """How C sources are compiled.

    Attributes:
        flags: Flags for the C compiler that set optimisation.
    """

    flags: tuple[str, ...]


class Profile(Record):
    """A named way to compile firmware.

    Attributes:
        name: Name on the command line.
        summary: What it is for.
        rust: How the Rust part is compiled.
        c: How C sources are compiled.
        linker: More flags for the linker (LLD).
        tuned: Switch → value, for a profile that ``wasmfit tune`` made and no catalogue has.
    """

    name: str
    summary: str
    rust: RustProfile
    c: CProfile
    linker: tuple[str, ...] = ()
    tuned: dict[str, str] = Field(default_factory=dict)
