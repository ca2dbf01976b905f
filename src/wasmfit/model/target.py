"""A target: a kind of core, and how C is compiled for it."""

from pydantic import Field

from .base import Record


class CTarget(Record):
    """How C is compiled for a target.

    Attributes:
        compilers: What distributions call GCC's program for it; the first that is on PATH and has a C library
            for the core is taken.
        flags: Flags that choose the core.
        packages: Debian's packages that bring the first of them and a C library, where wasmfit's table of
            packages lacks that compiler.
        libgcc: Whether GCC's own library is linked with too, for what Rust's compiler_builtins lacks.
    """

    compilers: tuple[str, ...] = Field(min_length=1)
    flags: tuple[str, ...]
    packages: tuple[str, ...] = ()
    libgcc: bool = False


class Target(Record):
    """A Rust target with what wasmfit needs beyond Rust.

    Attributes:
        name: The target triple.
        title: What kind of core it is.
        rustflags: Flags for rustc, for every crate: what the core needs to be told beyond the triple.
        linker_script: The script in ``harness/link``; ``None`` where the chip's start-up crate brings one.
        c: How C is compiled for it.
    """

    name: str
    title: str
    rustflags: tuple[str, ...] = ()
    linker_script: str | None = None
    c: CTarget
