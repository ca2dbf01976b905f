"""The cargos of this machine: the one that builds, and others that can get what it cannot."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from . import rustup
from .rust import Rust


@dataclass(frozen=True)
class Cargo:
    """A cargo.

    Attributes:
        name: The toolchain's.
        program: Where it is.
        environment: Variables that it must run with: its own compiler.
    """

    name: str
    program: Path
    environment: Mapping[str, str] = field(default_factory=dict)


def cargos(rust: Rust) -> Iterator[Cargo]:
    """The chosen Rust's, and after it those of rustup's toolchains, releases first."""
    chosen = rust.cargo.path
    yield Cargo(rust.name, chosen, {"RUSTC": str(rust.rustc.path), **rust.environment})
    nightlies, others = rustup.installed(os.environ)
    for toolchain in (*others, *nightlies):
        program = toolchain.folder / "bin" / "cargo"
        if program.is_file() and program != chosen:
            # Options of nightlies are in the configuration of what is fetched.
            compiler = {"RUSTC": str(program.with_name("rustc")), "RUSTC_BOOTSTRAP": "1"}
            yield Cargo(f"rustup {toolchain.name}", program, compiler)
