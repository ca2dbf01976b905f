"""LLVM's development files for this machine: what a runtime's own compiler is built on."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .versions import Tool, Versions

MAJORS = (19, 18, 17, 16, 20, 21, 22)
"""Major versions that compilers are known to build on or are taken to, the preferred one first: 16, 19 and 22
were seen to."""

_HEADER = Path("llvm-c", "Core.h")


@dataclass(frozen=True)
class Llvm:
    """LLVM with its headers, and a compiler for C++.

    Attributes:
        version: Its version.
        include: Folder of its headers.
        library: Its shared library.
        sha256: SHA-256 (hex) of that.
        cxx: The compiler for C++.
    """

    version: str
    include: Path
    library: Path
    sha256: str
    cxx: Tool

    @property
    def identity(self) -> dict[str, str]:
        """What decides how it compiles, for keys and provenance."""
        return {"llvm": self.version, "llvm sha256": self.sha256, "c++": self.cxx.version}


@dataclass(frozen=True)
class NoLlvm:
    """Why there is none that serves.

    Attributes:
        cause: What is missing, as a clause.
    """

    cause: str = "it was not looked for"

    @property
    def identity(self) -> dict[str, str]:
        """None."""
        return {}


def find_llvm(versions: Versions, environment: Mapping[str, str] = os.environ) -> Llvm | NoLlvm:
    """The first of :data:`MAJORS` that is there with its headers and its shared library."""
    path = environment.get("PATH")
    unfit: list[str] = []
    for name in (*(f"llvm-config-{major}" for major in MAJORS), "llvm-config"):
        program = shutil.which(name, path=path)
        found = None if program is None else _installed(versions, Path(program))
        if isinstance(found, str):
            unfit.append(found)
        elif found is not None:
            cxx = shutil.which("c++", path=path)
            tool = None if cxx is None else versions.of(Path(cxx))
            if tool is None:
                return NoLlvm("there is no compiler for C++ (c++) on PATH")
            version, include, library = found
            return Llvm(version, include, library, versions.sha256(library), tool)
    wanted = f"LLVM {min(MAJORS)} to {max(MAJORS)} with its headers"
    return NoLlvm("; ".join(unfit) or f"there is no {wanted} (llvm-config-{MAJORS[0]}) on PATH")


def _installed(versions: Versions, program: Path) -> tuple[str, Path, Path] | str | None:
    """Version, headers and library of the LLVM that the program tells of, or what it lacks."""
    answers = [versions.of(program, question) for question in ("--version", "--includedir", "--libdir")]
    said = [answer.version for answer in answers if answer is not None]
    if len(said) < len(answers):
        return f"{program.name} does not run"
    version, include, libraries = said[0], Path(said[1]), Path(said[2])
    major = version.partition(".")[0]
    if not major.isdecimal() or int(major) not in MAJORS:
        return f"{program.name} is of LLVM {version}"
    if not (include / _HEADER).is_file():
        return f"{program.name} has no headers ({include / _HEADER})"
    shared = [libraries / f"libLLVM{suffix}" for suffix in (".so", f"-{major}.so", ".dylib")]
    library = next((path for path in shared if path.is_file()), None)
    return f"{program.name} has no shared library" if library is None else (version, include, library)
