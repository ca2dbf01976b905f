"""The C compiler of a target, with the C library that it has."""

import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wasmfit.errors import UsageError
from wasmfit.model import CTarget
from wasmfit.words import escape_unprintable

from .c_library import InstalledLibrary, KnownLibrary, installed, known_libraries
from .proofs import first_error
from .versions import Tool, Versions

CHOICE = "WASMFIT_LIBC"
"""The variable that names the one C library to take."""

_SECONDS = 30


@dataclass(frozen=True)
class CCompiler:
    """A C cross-compiler for a target.

    Attributes:
        tool: The program.
        target: How C is compiled for the target.
        library: The C library.
        archives: What to link with: the C library, and GCC's own where the target wants it.
        is_here: Whether it is on this machine, and not only known from images that were made with it.
    """

    tool: Tool
    target: CTarget
    library: InstalledLibrary
    archives: tuple[Path, ...]
    is_here: bool = True


@dataclass(frozen=True)
class NoCCompiler:
    """Why there is no C compiler that serves for a target.

    Attributes:
        target: How C is compiled for it.
        cause: What is missing, as a clause: of the compiler, where there is one.
        path: A compiler that is there and does not serve; ``None`` where there is none.
        version: What it says of itself.
        remedy: What would mend it, where that is not a package.
    """

    target: CTarget
    cause: str
    path: Path | None = None
    version: str = ""
    remedy: str = ""


def c_compiler(
    versions: Versions, target: CTarget, environment: Mapping[str, str] = os.environ
) -> CCompiler | NoCCompiler:
    """The first of a target's compilers that is on PATH and has a C library, with the one it is to take.

    ``WASMFIT_LIBC`` names the one library to take, in the place of the preferred one that is there.

    Raises:
        UsageError: ``WASMFIT_LIBC`` names no C library that is known.
    """
    libraries = _wanted(environment)
    unfit: list[NoCCompiler] = []
    for program in target.compilers:
        path = shutil.which(program, path=environment.get("PATH"))
        if path is None:
            continue
        tool = versions.of(Path(path))
        if tool is None:
            unfit.append(NoCCompiler(target, "it does not say which version it is", Path(path)))
            continue
        for known in libraries:
            library = installed(versions, tool.path, target.flags, known)
            if library is not None:
                archives = (*library.archives, *_libgcc(versions, tool, target))
                return CCompiler(tool, target, library, archives)
        unfit.append(_without_library(versions, target, tool, libraries))
    return unfit[0] if unfit else NoCCompiler(target, f"there is no {_any(target.compilers)} on PATH")


def _without_library(
    versions: Versions, target: CTarget, tool: Tool, libraries: Sequence[KnownLibrary]
) -> NoCCompiler:
    flags = " ".join(target.flags)
    # A compiler that cannot compile at all has no library either.
    command = [str(tool.path), *target.flags, "-E", "-x", "c", "/dev/null"]
    reading = versions.runner.run(command, timeout=_SECONDS)
    if reading.code != 0:
        said = first_error(reading.output)
        return NoCCompiler(target, f"it does not compile for {flags}: {said}", tool.path, tool.version)
    cause = f"it has no {_any([library.name for library in libraries])} for {flags}"
    if len(libraries) > 1:
        return NoCCompiler(target, cause, tool.path, tool.version)
    remedy = f"Leave {CHOICE} unset to take the C library that is there, or install {libraries[0].name}."
    return NoCCompiler(target, f"{cause}, which {CHOICE} asks for", tool.path, tool.version, remedy)


def _any(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _wanted(environment: Mapping[str, str]) -> Sequence[KnownLibrary]:
    known = known_libraries()
    choice = environment.get(CHOICE, "")
    if not choice:
        return known
    chosen = [library for library in known if library.name == choice]
    if not chosen:
        raise UsageError(
            f"{CHOICE} is {escape_unprintable(choice)}, and wasmfit knows no such C library.",
            f"Set it to {_any([library.name for library in known])}, or leave it unset.",
        )
    return chosen


def _libgcc(versions: Versions, tool: Tool, target: CTarget) -> tuple[Path, ...]:
    if not target.libgcc:
        return ()
    command = [str(tool.path), *target.flags, "-print-libgcc-file-name"]
    return (Path(versions.runner.run(command, timeout=_SECONDS).output.strip()),)
