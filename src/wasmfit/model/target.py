"""A target: a kind of core, and how C is compiled for it."""

from pathlib import Path

from .base import Record


class CTarget(Record):
    """How C is compiled for a target.

    Attributes:
        compiler: The C compiler.
        flags: Flags that choose the core.
        library: Folder of picolibc, with ``include`` and ``lib`` in it.
        packages: Debian's packages that bring both, for a compiler that wasmfit's table of packages lacks.
        archives: The library's archives to link with.
        libgcc: Whether GCC's own library is linked with too, for what Rust's compiler_builtins lacks.
    """

    compiler: str
    flags: tuple[str, ...]
    library: Path
    packages: tuple[str, ...] = ()
    archives: tuple[str, ...] = ("libc.a", "libm.a")
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
