"""A target: a kind of core, and how C is compiled for it."""

from pathlib import Path

from .base import Record


class CTarget(Record):
    """How C is compiled for a target.

    Attributes:
        compiler: The C compiler.
        flags: Flags that choose the core.
        library: Folder of picolibc, with ``include`` and ``lib`` in it.
        packages: Debian packages that bring both.
    """

    compiler: str
    flags: tuple[str, ...]
    library: Path
    packages: tuple[str, ...]


class Target(Record):
    """A Rust target with what wasmfit needs beyond Rust."""

    name: str
    title: str
    c: CTarget
