"""Finding a Rust that can build for bare metal: a toolchain of rustup's, or what the system packages.

Each needs the standard library's sources, since it is built from source with
the profile's own settings. A stable compiler takes nightly options when
``RUSTC_BOOTSTRAP=1`` is set; no other setting differs.
"""

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from packaging.version import Version

from wasmfit.errors import UsageError

from . import rustup
from .versions import Tool, Versions

OLDEST = Version("1.95")
"""What all runtimes but the newest wasmtime are content with: 49 wants 1.96, and its cells say so."""

OLDEST_LLD = 18
"""No older one was ever tried."""

PREFERRED_LLD = 19
"""The one that ``make setup`` installs; figures do not change where others are installed next to it."""

SYSTEM = tuple(map(Path, ("/usr/bin", "/opt/homebrew/bin", "/usr/local/bin")))
"""Where systems put the Rust and the LLD that they package."""

_PACKAGED = "packaged"


@dataclass(frozen=True)
class Rust:
    """A Rust toolchain with its linkers.

    Attributes:
        name: ``rustup`` with the toolchain's name, or ``packaged``.
        cargo, rustc: The programs.
        sources: The standard library's sources.
        elf_linker: Command that links ELF images, GNU style.
        wasm_linker: Linker for wasm modules.
        linker_version: What the linker says it is.
        environment: Variables that cargo must run with.
        is_here: Whether it is on this machine, and not only known from images that were made with it.
    """

    name: str
    cargo: Tool
    rustc: Tool
    sources: Path
    elf_linker: tuple[str, ...]
    wasm_linker: tuple[str, ...]
    linker_version: str
    environment: Mapping[str, str] = field(default_factory=dict)
    is_here: bool = True

    @property
    def identity(self) -> dict[str, str]:
        """What decides what it compiles to: versions, by tool."""
        return {"rustc": self.rustc.version, "cargo": self.cargo.version, "linker": self.linker_version}


@dataclass(frozen=True)
class RejectedRust:
    """A toolchain that will not do.

    Attributes:
        name: What it is called, as in :class:`Rust`.
        lacks: What it lacks, in words.
        remedy: Command of rustup's that mends it; empty for packages, which have a table of their own.
    """

    name: str
    lacks: str
    remedy: str = ""


@dataclass(frozen=True)
class _Candidate:
    """A toolchain to look at.

    Attributes:
        name: What it is called.
        programs: Folder of cargo and rustc.
        sysroot: Folder that has ``lib/rustlib``.
        sources: What its sources are called where they are missing.
        repair, add_sources, update: Commands that mend it, as in :class:`RejectedRust`.
    """

    name: str
    programs: Path
    sysroot: Path
    sources: str
    repair: str = ""
    add_sources: str = ""
    update: str = ""


@dataclass(frozen=True)
class _Linkers:
    elf: tuple[str, ...]
    wasm: tuple[str, ...]
    version: str


def find(
    versions: Versions, environment: Mapping[str, str] = os.environ, system: Sequence[Path] = SYSTEM
) -> Rust | list[RejectedRust]:
    """The first Rust that will do, or why none does, the easiest to mend first.

    A nightly of rustup's comes first, then the packages, then rustup's other toolchains.
    ``WASMFIT_RUST`` narrows the choice: ``rustup``, ``packaged``, or the name of a rustup toolchain, with or
    without its host.

    Args:
        system: Folders in which packaged programs are.

    Raises:
        UsageError: ``WASMFIT_RUST`` names a toolchain that is not there.
    """
    wanted = environment.get("WASMFIT_RUST", "")
    rejected = []
    for name, examine in _all(versions, environment, system):
        if wanted and not _is_called(name, wanted):
            continue
        examined = examine()
        if isinstance(examined, Rust):
            return examined
        rejected.append(examined)
    if wanted and not rejected:
        raise UsageError(
            f"WASMFIT_RUST is {wanted!r}, and no such Rust is installed.",
            "Set it to rustup, packaged or the name of a rustup toolchain, or leave it unset.",
        )
    # A toolchain of rustup's mostly lacks one component, and nobody has to be root to add it.
    return sorted(rejected, key=lambda rejection: rejection.name == _PACKAGED)


def _is_called(name: str, wanted: str) -> bool:
    kind, _, toolchain = name.partition(" ")
    return wanted in (name, kind, toolchain) or toolchain.startswith(f"{wanted}-")


def _all(
    versions: Versions, environment: Mapping[str, str], system: Sequence[Path]
) -> Iterator[tuple[str, Callable[[], Rust | RejectedRust]]]:
    """Names with what examines them, in the order of preference."""
    nightlies, others = rustup.installed(environment)
    for toolchain in nightlies:
        yield f"rustup {toolchain.name}", partial(_rustup, versions, toolchain, system)
    yield _PACKAGED, partial(_packaged, versions, system)
    for toolchain in others:
        yield f"rustup {toolchain.name}", partial(_rustup, versions, toolchain, system)


def _rustup(versions: Versions, toolchain: rustup.Installed, system: Sequence[Path]) -> Rust | RejectedRust:
    custom = toolchain.channel == "custom"
    candidate = _Candidate(
        name=f"rustup {toolchain.name}",
        programs=toolchain.folder / "bin",
        sysroot=toolchain.folder,
        sources="the standard library's sources" if custom else "the component rust-src",
        repair=toolchain.repair(),
        add_sources=toolchain.add_sources(),
        update=toolchain.update(),
    )
    return _examine(
        versions, candidate, lambda: _own_lld(versions, toolchain.folder) or _system_lld(versions, system)
    )


def _packaged(versions: Versions, system: Sequence[Path]) -> Rust | RejectedRust:
    for folder in system:
        sysroot = _sysroot(versions, folder / "rustc")
        if sysroot is not None:
            break
    else:
        return RejectedRust(_PACKAGED, f"a rustc in {system[0]}")
    candidate = _Candidate(
        name=_PACKAGED,
        programs=folder,
        sysroot=sysroot,
        sources=f"the standard library's sources in {sysroot / 'lib/rustlib/src'}",
    )
    return _examine(versions, candidate, lambda: _system_lld(versions, system) or _own_lld(versions, sysroot))


def _sysroot(versions: Versions, rustc: Path) -> Path | None:
    """Where a packaged compiler has its libraries; ``None`` where there is none or it is rustup's."""
    # Some systems package rustup as /usr/bin/rustc, which would choose, and may install, a toolchain.
    if rustc.resolve().name.startswith("rustup"):
        return None
    said = versions.of(rustc, "--print", "sysroot")
    sysroot = Path(said.version) if said else None
    return None if sysroot is None or sysroot.parent.name == "toolchains" else sysroot


def _examine(
    versions: Versions, candidate: _Candidate, linkers: Callable[[], _Linkers | None]
) -> Rust | RejectedRust:
    cargo, rustc = (versions.of(candidate.programs / program) for program in ("cargo", "rustc"))
    if cargo is None or rustc is None:
        lacks = f"a {'rustc' if rustc is None else 'cargo'} that runs in {candidate.programs}"
        return RejectedRust(candidate.name, lacks, candidate.repair)
    number = re.search(r"\d+\.\d+\.\d+", rustc.version)
    if number is None or Version(number.group()) < OLDEST:
        lacks = f"a rustc of {OLDEST} or later (it has {rustc.version})"
        return RejectedRust(candidate.name, lacks, candidate.update)
    sources = candidate.sysroot / "lib/rustlib/src/rust/library"
    if not (sources / "core").is_dir():
        return RejectedRust(candidate.name, candidate.sources, candidate.add_sources)
    chosen = linkers()
    if chosen is None:
        return RejectedRust(candidate.name, f"LLD of {OLDEST_LLD} or later", candidate.repair)
    takes_options = "-nightly" in rustc.version or "-dev" in rustc.version
    environment = {} if takes_options else {"RUSTC_BOOTSTRAP": "1"}
    return Rust(candidate.name, cargo, rustc, sources, chosen.elf, chosen.wasm, chosen.version, environment)


def _own_lld(versions: Versions, sysroot: Path) -> _Linkers | None:
    """The LLD that came with a toolchain."""
    for program in sorted(sysroot.glob("lib/rustlib/*/bin/rust-lld")):
        # The host's folder has one that runs.
        lld = versions.of(program, "-flavor", "gnu", "--version")
        if lld is not None:
            # rustc tells it its flavour, by its name.
            return _Linkers((str(program), "-flavor", "gnu"), (str(program),), lld.version)
    return None


def _system_lld(versions: Versions, system: Sequence[Path]) -> _Linkers | None:
    """The system's LLD, for ELF and for wasm, of one version."""
    for folder in system:
        for elf in sorted(folder.glob("ld.lld*"), key=_lld_order):
            wasm = folder / elf.name.replace("ld.lld", "wasm-ld")
            lld = versions.of(elf) if wasm.exists() else None
            number = re.search(r"LLD (\d+)", lld.version) if lld else None
            if lld is not None and number is not None and int(number.group(1)) >= OLDEST_LLD:
                return _Linkers((str(elf),), (str(wasm),), lld.version)
    return None


def _lld_order(program: Path) -> tuple[int, int]:
    """The preferred version and newer ones, then older ones, then the one without a number in its name."""
    suffix = program.name.removeprefix("ld.lld-")
    if not suffix.isdigit():
        return 2, 0
    number = int(suffix)
    return (0, number) if number >= PREFERRED_LLD else (1, -number)
