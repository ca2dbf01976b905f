"""Owners by what debug information calls compile units: libraries by their folders, crates, source files."""

import re
from collections.abc import Iterable

from wasmfit.elf.names.crates import codegen_unit_crate

# Folders of sources → what the library is called. The first that matches counts.
_LIBRARIES = tuple(
    (re.compile(rf"(?:^|/){folders}(?:-[\d.]+)?/"), name)
    for folders, name in (
        (r"(?:picolibc|libc/(?:tinystdio|picolib)|libm/picolib)", "picolibc"),
        (r"(?:newlib|libgloss)/(?:libc|libm|libnosys|\w+)", "newlib"),
        (r"(?:src/)?musl", "musl"),
        (r"(?:glibc|sysdeps/(?:x86_64|aarch64|unix|ieee754|generic))", "glibc"),
        (r"(?:libgcc|libgcc/config/[\w-]+)", "libgcc"),
        (r"compiler-rt/lib/[\w-]+", "compiler-rt"),
        (r"(?:libstdc\+\+-v3)/[\w+-]+", "libstdc++"),
        (r"(?:libcxx|libcxxabi)/src", "libc++"),
        (r"avr-libc", "avr-libc"),
    )
)
_OF_PICOLIBC, _OF_NEWLIB = "picolibc", "newlib"
_COMPILERS = re.compile(r"<[\w -]+>|")  # what is not a file, such as <artificial> and <built-in>


def unit_owners(units: Iterable[tuple[str, str]]) -> list[str | None]:
    """The owner of what each compile unit of a file defines.

    Args:
        units: Name and folder of each, as the compiler recorded them.

    Returns:
        For each a crate, a library, or a source file: its name and as many folders as tell it from others.
        None where the compiler did not name a file.
    """
    paths = [_path(name, folder) for name, folder in units]
    libraries = [_library(path) for path in paths]
    if _OF_PICOLIBC in libraries:
        # It grew out of newlib, and has its folders.
        libraries = [_OF_PICOLIBC if library == _OF_NEWLIB else library for library in libraries]
    crates = [codegen_unit_crate(path) for path in paths]
    known = [crate or library for crate, library in zip(crates, libraries, strict=True)]
    shown = distinct_names(path for path, owner in zip(paths, known, strict=True) if owner is None and path)
    return [owner or shown.get(path) for path, owner in zip(paths, known, strict=True)]


def _path(name: str, folder: str) -> str:
    if _COMPILERS.fullmatch(name):
        return ""
    path = name.replace("\\", "/")
    return path if path.startswith("/") or not folder else f"{folder}/{path}".replace("\\", "/")


def _library(path: str) -> str | None:
    return next((name for folders, name in _LIBRARIES if folders.search(path)), None)


def distinct_names(paths: Iterable[str]) -> dict[str, str]:
    """A name for each path: that of the file, with as many folders before it as tell it from the others."""
    parts = {path: _parts(path) for path in paths}
    names: dict[str, str] = {}
    length, left = 1, list(parts)
    while left:
        ends: dict[tuple[str, ...], list[str]] = {}
        for path in left:
            ends.setdefault(parts[path][-length:], []).append(path)
        left = []
        for end, same in ends.items():
            if len(same) == 1 or all(len(parts[path]) <= length for path in same):
                names.update(dict.fromkeys(same, "/".join(end)))
            else:
                left += same
        length += 1
    return names


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part for part in path.split("/") if part not in ("", ".", ".."))
