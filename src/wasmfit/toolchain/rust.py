"""Finding a Rust that can build for bare metal: rustup's nightly, or Debian's packages.

Both need the standard library's sources, since it is built from source with
the profile's own settings. Debian's is a stable compiler, which takes nightly
options when ``RUSTC_BOOTSTRAP=1`` is set; no other setting differs.
"""

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from packaging.version import Version

from wasmfit.errors import UsageError

from .versions import Tool, Versions

OLDEST = Version("1.95")
"""The newest of the runtimes' minimum versions: wasmtime 48's."""

DEBIAN_LLD = ("19", "20", "21", "18")


@dataclass(frozen=True)
class Rust:
    """A Rust toolchain with its linkers.

    Attributes:
        name: ``rustup nightly-…`` or ``packaged``.
        cargo, rustc: The programs.
        sources: The standard library's sources.
        elf_linker: Command that links ELF images, GNU style.
        wasm_linker: Linker for wasm modules.
        environment: Variables that cargo must run with.
    """

    name: str
    cargo: Tool
    rustc: Tool
    sources: Path
    elf_linker: tuple[str, ...]
    wasm_linker: tuple[str, ...]
    linker_version: str
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def identity(self) -> dict[str, str]:
        """What decides what it compiles to: versions, by tool."""
        return {"rustc": self.rustc.version, "cargo": self.cargo.version, "linker": self.linker_version}


@dataclass(frozen=True)
class Rejected:
    """A toolchain that is there but will not do, and what would mend it."""

    name: str
    lacks: str
    remedy: str


def find(versions: Versions, environment: Mapping[str, str] = os.environ) -> Rust | list[Rejected]:
    """The first Rust that will do, or why each one that is there will not.

    ``WASMFIT_RUST`` narrows the choice: ``rustup``, ``packaged``, or the name of a rustup toolchain.

    Raises:
        UsageError: ``WASMFIT_RUST`` names a toolchain that is not there.
    """
    wanted = environment.get("WASMFIT_RUST", "")
    rejected = []
    for found in _candidates(versions, environment):
        if wanted and wanted not in (found.name, found.name.split(" ")[0], found.name.split(" ")[-1]):
            continue
        if isinstance(found, Rust):
            return found
        rejected.append(found)
    if wanted and not rejected:
        raise UsageError(
            f"WASMFIT_RUST is {wanted!r}, and no such Rust is installed.",
            "Set it to rustup, packaged or the name of a rustup toolchain, or leave it unset.",
        )
    return rejected


def _candidates(versions: Versions, environment: Mapping[str, str]) -> Iterator[Rust | Rejected]:
    rustup = Path(environment.get("RUSTUP_HOME") or Path.home() / ".rustup")
    toolchains = sorted((rustup / "toolchains").glob("nightly*"), reverse=True)
    rejected = []
    for toolchain in toolchains:
        found = _rustup(versions, toolchain)
        if isinstance(found, Rust):
            yield found
        else:
            rejected.append(found)
    yield _packaged(versions)
    yield from rejected


def _rustup(versions: Versions, toolchain: Path) -> Rust | Rejected:
    name = f"rustup {toolchain.name}"
    sources = toolchain / "lib/rustlib/src/rust/library"
    if not (sources / "core").is_dir():
        return Rejected(
            name, "the component rust-src", f"rustup component add rust-src --toolchain {toolchain.name}"
        )
    cargo, rustc = versions.of(toolchain / "bin/cargo"), versions.of(toolchain / "bin/rustc")
    if cargo is None or rustc is None:
        return Rejected(name, "a cargo and a rustc that run", f"rustup toolchain install {toolchain.name}")
    linkers = sorted(toolchain.glob("lib/rustlib/*/bin/rust-lld"))
    lld = versions.of(linkers[0], "-flavor", "gnu", "--version") if linkers else None
    if lld is None:
        return Rejected(
            name, "rust-lld", f"rustup toolchain install {toolchain.name} --profile minimal --force"
        )
    gnu = (str(lld.path), "-flavor", "gnu")
    # The wrapper picks its flavour by its own name, which rustc's linker option needs.
    wasm = (str(lld.path),)
    return _if_new_enough(Rust(name, cargo, rustc, sources, gnu, wasm, lld.version))


def _packaged(versions: Versions) -> Rust | Rejected:
    name = "packaged"
    remedy = "apt-get install -y rustc-web cargo-web rust-web-src lld-19"
    cargo, rustc = versions.of(Path("/usr/bin/cargo")), versions.of(Path("/usr/bin/rustc"))
    if cargo is None or rustc is None:
        return Rejected(name, "cargo and rustc under /usr/bin", remedy)
    sources = Path("/usr/lib/rustlib/src/rust/library")
    if not (sources / "core").is_dir():
        return Rejected(name, "the standard library's sources", remedy)
    for suffix in DEBIAN_LLD:
        lld = versions.of(Path(f"/usr/bin/ld.lld-{suffix}"))
        wasm = Path(f"/usr/bin/wasm-ld-{suffix}")
        if lld is not None and wasm.exists():
            break
    else:
        return Rejected(name, "lld", remedy)
    environment = {"RUSTC_BOOTSTRAP": "1"}
    return _if_new_enough(
        Rust(name, cargo, rustc, sources, (str(lld.path),), (str(wasm),), lld.version, environment)
    )


def _if_new_enough(rust: Rust) -> Rust | Rejected:
    number = re.search(r"\d+\.\d+\.\d+", rust.rustc.version)
    if number is None or Version(number.group()) < OLDEST:
        remedy = (
            "rustup update nightly"
            if rust.name.startswith("rustup")
            else "apt-get install -y rustc-web cargo-web rust-web-src"
        )
        return Rejected(rust.name, f"a rustc of {OLDEST} or later (it has {rust.rustc.version})", remedy)
    return rust
