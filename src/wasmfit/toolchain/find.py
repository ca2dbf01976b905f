"""Finding every tool that a comparison needs, and saying what is missing and how to install it."""

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wasmfit.errors import MissingToolError
from wasmfit.model import CTarget, Emulator

from . import rust as rusts
from .rust import Rust
from .versions import Tool, Versions

_QEMU_PACKAGE = {"qemu-system-arm": "qemu-system-arm"}
"""Emulator → Debian package; every other one is in ``qemu-system-misc``."""


@dataclass(frozen=True)
class Check:
    """One line of ``wasmfit doctor``.

    Attributes:
        name: What is looked for.
        purpose: What it is needed for.
        found: Where it is and which version, or ``None``.
        lacks: What is missing, in words.
        remedy: Command that installs it.
    """

    name: str
    purpose: str
    found: str | None
    lacks: str = ""
    remedy: str = ""

    @property
    def ok(self) -> bool:
        """Whether it was found."""
        return self.found is not None


@dataclass(frozen=True)
class CCompiler:
    """A C cross-compiler with its target's settings."""

    tool: Tool
    target: CTarget


@dataclass(frozen=True)
class Toolchain:
    """The tools that a comparison uses, all of them found.

    Attributes:
        rust: The Rust toolchain and its linkers.
        host_cc: C compiler for this machine: links host programs, and the emulator's plugin.
        c: Target → its C compiler, for the targets asked for.
        emulators: QEMU program → the tool.
    """

    rust: Rust
    host_cc: Tool
    c: dict[str, CCompiler]
    emulators: dict[str, Tool]

    def versions(self) -> dict[str, str]:
        """Tool → version, for provenance."""
        return {
            **self.rust.identity,
            "cc": self.host_cc.version,
            **{compiler.target.compiler: compiler.tool.version for compiler in self.c.values()},
            **{name: tool.version for name, tool in self.emulators.items()},
        }


def checks(versions: Versions, c_targets: Iterable[CTarget], emulators: Iterable[Emulator]) -> list[Check]:
    """Looks for every tool; see :class:`Check`."""
    found = [_check_rust(versions), _check_host_cc(versions)]
    # Several targets have the same compiler.
    found += dict.fromkeys(_check_c(versions, target) for target in c_targets)
    found += [_check_qemu(versions, name) for name in sorted({emulator.qemu for emulator in emulators})]
    return found


def find(versions: Versions, c_targets: dict[str, CTarget], emulators: Iterable[Emulator]) -> Toolchain:
    """Finds the tools.

    Args:
        c_targets: Target → how C is compiled for it, for the targets whose C compiler is needed.
        emulators: The emulators needed.

    Raises:
        MissingToolError: One or more are missing; the message has the command that installs them all.
    """
    emulators = tuple(emulators)
    missing = [check for check in checks(versions, c_targets.values(), emulators) if not check.ok]
    if missing:
        raise MissingToolError(missing_sentence(missing), "`wasmfit doctor` lists everything.")
    rust, host_cc = rusts.find(versions), _on_path(versions, "cc")
    assert isinstance(rust, Rust)
    assert host_cc is not None
    compilers = {}
    for name, target in c_targets.items():
        tool = _on_path(versions, target.compiler)
        assert tool is not None
        compilers[name] = CCompiler(tool, target)
    qemus = {name: _on_path(versions, name) for name in {emulator.qemu for emulator in emulators}}
    return Toolchain(
        rust, host_cc, compilers, {name: tool for name, tool in qemus.items() if tool is not None}
    )


def missing_sentence(missing: Iterable[Check]) -> str:
    """What is missing and the commands that install it, as one sentence each."""
    return "\n".join(
        f"{check.name} is missing: {check.lacks}. Install it with: {check.remedy}" for check in missing
    )


def _on_path(versions: Versions, name: str) -> Tool | None:
    place = shutil.which(name)
    return versions.of(Path(place)) if place else None


def _check_rust(versions: Versions) -> Check:
    name, purpose = "Rust for bare metal", "builds modules and firmware; core and alloc from source"
    found = rusts.find(versions, os.environ)
    if isinstance(found, Rust):
        return Check(name, purpose, f"{found.name}: {found.rustc.version}; {found.linker_version}")
    lacks = "; ".join(f"{one.name} lacks {one.lacks} (`{one.remedy}`)" for one in found)
    return Check(name, purpose, None, lacks or "no Rust was found", found[0].remedy)


def _check_host_cc(versions: Versions) -> Check:
    name, purpose = "C compiler for this machine (cc)", "links host programs and the emulator's plugin"
    tool = _on_path(versions, "cc")
    if tool is not None:
        return Check(name, purpose, f"{tool.path}: {tool.version}")
    return Check(name, purpose, None, "there is no cc on PATH", "apt-get install -y gcc libc6-dev")


def _check_c(versions: Versions, target: CTarget) -> Check:
    name, purpose = f"{target.compiler} with picolibc", "compiles the runtimes that are written in C"
    remedy = f"apt-get install -y {' '.join(target.packages)}"
    tool = _on_path(versions, target.compiler)
    if tool is None:
        return Check(name, purpose, None, f"there is no {target.compiler} on PATH", remedy)
    if not (target.library / "include" / "stdio.h").is_file():
        return Check(name, purpose, None, f"there is no picolibc in {target.library}", remedy)
    return Check(name, purpose, f"{tool.path}: {tool.version}")


def _check_qemu(versions: Versions, program: str) -> Check:
    purpose = "runs the images"
    tool = _on_path(versions, program)
    if tool is not None:
        return Check(program, purpose, f"{tool.path}: {tool.version}")
    package = _QEMU_PACKAGE.get(program, "qemu-system-misc")
    return Check(program, purpose, None, f"there is no {program} on PATH", f"apt-get install -y {package}")
