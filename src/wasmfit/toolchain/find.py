"""Finding every tool that a comparison needs, and saying what is missing and how to install it."""

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from wasmfit.errors import MissingToolError, UsageError
from wasmfit.model import Board, CTarget, Emulator
from wasmfit.provided import ProvidedImages

from . import recorded
from . import rust as rusts
from .c_compiler import CCompiler, NoCCompiler, c_compiler
from .check import Check, State
from .llvm import Llvm, NoLlvm, find_llvm
from .packages import Remedy
from .remedies import remedy
from .rust import Rust
from .versions import Tool, Versions


@dataclass(frozen=True)
class Toolchain:
    """The tools that a comparison uses, all of them found.

    Attributes:
        rust: The Rust toolchain and its linkers.
        host_cc: C compiler for this machine: links host programs, and the emulator's plugin; ``None`` where
            images were made elsewhere and there is none.
        c: Target → its C compiler, for the targets asked for.
        emulators: QEMU program → the tool.
        images: What need not be built, where wasmfit-images is installed.
        llvm: LLVM for this machine, which only some host steps need.
        lacking: What this machine lacks to build anything, where the compilers of images take its place.
    """

    rust: Rust
    host_cc: Tool | None
    c: dict[str, CCompiler]
    emulators: dict[str, Tool]
    images: ProvidedImages | None = None
    llvm: Llvm | NoLlvm = field(default_factory=NoLlvm)
    lacking: tuple[Check, ...] = ()

    def of_board(self, board: Board) -> "Toolchain":
        """What has a part in a cell on a board, of all that a run with more boards has."""
        return replace(
            self,
            c={target: one for target, one in self.c.items() if target == board.target},
            emulators={name: one for name, one in self.emulators.items() if name == board.emulator.qemu},
        )

    def versions(self) -> dict[str, str]:
        """Tool → version, for provenance."""
        return {
            **self.rust.identity,
            **({} if self.host_cc is None else {"cc": self.host_cc.version}),
            **{compiler.tool.path.name: compiler.tool.version for compiler in self.c.values()},
            **{name: tool.version for name, tool in self.emulators.items()},
        }


def checks(
    versions: Versions, compilers: Iterable[CCompiler | NoCCompiler], emulators: Iterable[Emulator]
) -> list[Check]:
    """Looks for every tool, and tries none; see :class:`Check`.

    Args:
        compilers: What there is for the targets whose C compiler is needed.
        emulators: The emulators needed.
    """
    listed = [_check_rust(versions), _check_host_cc(versions)]
    listed += _told_once(map(_check_c, compilers))
    return [*listed, *_check_qemus(versions, emulators)]


def find(
    versions: Versions,
    c_targets: dict[str, CTarget],
    emulators: Iterable[Emulator],
    environment: Mapping[str, str] = os.environ,
) -> Toolchain:
    """Finds the tools.

    Where wasmfit-images is installed, the compilers that its images were made with take the place of those
    that are not here; ``WASMFIT_RUST=images`` has them take it everywhere.

    Args:
        c_targets: Target → how C is compiled for it, for the targets whose C compiler is needed.
        emulators: The emulators needed.
        environment: Environment variables.

    Raises:
        MissingToolError: One or more are missing; the message has the command that installs them all.
        UsageError: ``WASMFIT_RUST`` asks for images, and there are none.
    """
    emulators, images = tuple(emulators), ProvidedImages.find(environment)
    wanted = environment.get("WASMFIT_RUST") == recorded.NAME
    if wanted and images is None:
        raise UsageError(
            "WASMFIT_RUST is images, and wasmfit-images is not installed.",
            "Install it next to wasmfit, or leave WASMFIT_RUST unset.",
        )
    tools = None if images is None else images.manifest.tools
    host_cc = _on_path(versions, "cc")
    rust = None if wanted else rusts.find(versions)
    # Rust builds nothing without the computer's own C compiler, which links build scripts.
    if tools is not None and (host_cc is None or not isinstance(rust, Rust)):
        rust = recorded.recorded_rust(tools)
    is_here = isinstance(rust, Rust) and rust.is_here
    compilers: dict[str, CCompiler | NoCCompiler] = {}
    for name, target in c_targets.items():
        # Without a linker, no compiler of another version than the images' is of use.
        compiler = c_compiler(versions, target) if tools is None or is_here else None
        if tools is not None and name in tools.c and not isinstance(compiler, CCompiler):
            compiler = recorded.recorded_c(tools.c[name], target)
        compilers[name] = c_compiler(versions, target) if compiler is None else compiler
    basic = () if wanted else (_check_rust(versions), _check_host_cc(versions))
    missing = [
        check
        for check in (
            *(basic if tools is None or is_here else ()),
            *_told_once(map(_check_c, compilers.values())),
            *_check_qemus(versions, emulators),
        )
        if not check.ok
    ]
    if missing:
        raise MissingToolError(
            "\n".join(check.complaint for check in missing), "`wasmfit doctor` lists everything."
        )
    assert isinstance(rust, Rust)
    qemus = {name: _on_path(versions, name) for name in {emulator.qemu for emulator in emulators}}
    return Toolchain(
        rust,
        host_cc,
        {name: compiler for name, compiler in compilers.items() if isinstance(compiler, CCompiler)},
        {name: tool for name, tool in qemus.items() if tool is not None},
        images,
        find_llvm(versions),
        tuple(check for check in basic if not check.ok),
    )


def check_llvm(versions: Versions) -> Check:
    """Looks for LLVM, without which all else works."""
    name, purpose = "LLVM with its headers", "compiles modules ahead for wamr-aot; all else works without it"
    found = find_llvm(versions)
    if isinstance(found, Llvm):
        version = f"{found.version}; {found.cxx.version}"
        return Check(name, "llvm", purpose, path=found.library, version=version, needed=False)
    mending = remedy("llvm")
    return Check(
        name,
        "llvm",
        purpose,
        State.MISSING,
        cause=found.cause,
        remedy=mending.text,
        commands=mending.commands,
        needed=False,
    )


def check_git_dependencies(versions: Versions) -> Check | None:
    """Looks for a cargo that may get crates by Git; ``None`` where there is no Rust: that is told of Rust."""
    examined = rusts.find(versions, os.environ)
    if not isinstance(examined, Rust) or not examined.is_here:
        return None
    name = "crates by Git"
    purpose = "operating systems with forks of crates, such as Ariel OS; all else works without it"
    path = shutil.which("git")
    check = Check(
        name, "crates-by-git", purpose, path=examined.cargo.path, version=examined.cargo.version, needed=False
    )
    return check if path is not None else unusable(check, "there is no git on PATH")


def _check_qemus(versions: Versions, emulators: Iterable[Emulator]) -> list[Check]:
    return [_check_qemu(versions, name) for name in sorted({emulator.qemu for emulator in emulators})]


def _on_path(versions: Versions, name: str) -> Tool | None:
    path = shutil.which(name)
    return versions.of(Path(path)) if path else None


def unusable(check: Check, cause: str, debian: tuple[str, ...] = ()) -> Check:
    """The check of a tool that is there and does not work.

    Args:
        cause: Why not.
        debian: Debian's packages that bring it, where the table of packages does not have it.
    """
    mending = remedy(check.need, debian)
    text, others = mending.text, _others(check)
    if others:
        text = f"There is another one, {others[0]}: put its folder first on PATH. {text}"
    elif mending.commands and not mending.installed and check.on_path:
        text = f"It must come before {check.path} on PATH. {text}"
    return replace(
        check, state=State.UNUSABLE, cause=cause, remedy=text, commands=mending.commands, proof=None
    )


def _others(check: Check) -> list[Path]:
    """Programs of the same name on PATH, after the one that is found first."""
    if check.path is None or not check.on_path:
        return []
    folders = dict.fromkeys(os.environ.get("PATH", os.defpath).split(os.pathsep))
    paths = [shutil.which(check.path.name, path=folder) for folder in folders]
    real = check.path.resolve()
    return [Path(path) for path in paths if path and Path(path).resolve() != real]


def _check_rust(versions: Versions) -> Check:
    name, purpose = "Rust for bare metal", "builds modules and firmware; core and alloc from source"
    examined = rusts.find(versions, os.environ)
    if isinstance(examined, Rust):
        version = f"{examined.name}: {examined.rustc.version}; {examined.linker_version}"
        return Check(name, "rust", purpose, path=examined.rustc.path, version=version)
    # A toolchain of rustup's is mended by rustup; otherwise packages bring one.
    by_rustup = next((rejected.remedy for rejected in examined if rejected.remedy), None)
    mending = Remedy(f"Run: {by_rustup}", (by_rustup,)) if by_rustup else remedy("rust")
    return Check(
        name,
        "rust",
        purpose,
        State.UNUSABLE if by_rustup or shutil.which("rustc") else State.MISSING,
        cause="; ".join(f"{rejected.name} lacks {rejected.lacks}" for rejected in examined),
        remedy=mending.text,
        commands=mending.commands,
    )


def _check_host_cc(versions: Versions) -> Check:
    name, purpose = (
        "C compiler for this machine (cc)",
        "links Rust's build scripts, host programs and the emulator's plugin",
    )
    return _check_program(versions, "cc", name, purpose)


def _told_once(checks: Iterable[Check]) -> Iterator[Check]:
    """Several targets have the same compiler: what it lacks for one it lacks for others as a rule."""
    complained: set[str] = set()
    for check in dict.fromkeys(checks):
        if check.need not in complained:
            yield check
        if not check.ok:
            complained.add(check.need)


def _check_c(compiler: CCompiler | NoCCompiler) -> Check:
    """The table of packages has a compiler under the first of its names."""
    need, packages = compiler.target.compilers[0], compiler.target.packages
    purpose = "compiles the runtimes that are written in C"
    if isinstance(compiler, CCompiler):
        tool, library = compiler.tool, compiler.library.identity
        version = f"{tool.version}; {library.label}"
        return Check(
            _with_library(tool.path.name), need, purpose, path=tool.path, on_path=True, version=version
        )
    if compiler.path is None:
        mending = remedy(need, packages)
        return Check(
            _with_library(need),
            need,
            purpose,
            State.MISSING,
            cause=compiler.cause,
            remedy=mending.text,
            commands=mending.commands,
        )
    name, path = _with_library(compiler.path.name), compiler.path
    check = Check(name, need, purpose, path=path, on_path=True, version=compiler.version)
    if compiler.remedy:
        return replace(check, state=State.UNUSABLE, cause=compiler.cause, remedy=compiler.remedy)
    return unusable(check, compiler.cause, packages)


def _with_library(program: str) -> str:
    return f"{program} with a C library"


def _check_qemu(versions: Versions, program: str) -> Check:
    return _check_program(versions, program, program, "runs the images")


def _check_program(
    versions: Versions, program: str, name: str, purpose: str, debian: tuple[str, ...] = ()
) -> Check:
    """Looks for a program on PATH, which the table of packages has under its own name."""
    path, need = shutil.which(program), Path(program).name
    if path is None:
        mending = remedy(need, debian)
        return Check(
            name,
            need,
            purpose,
            State.MISSING,
            cause=f"there is no {program} on PATH",
            remedy=mending.text,
            commands=mending.commands,
        )
    check = Check(name, need, purpose, path=Path(path), on_path=need == program)
    tool = versions.of(Path(path))
    if tool is None:
        return unusable(check, "it does not say which version it is", debian)
    return replace(check, version=tool.version)
