"""Which rows of two files are about the same thing in the source, though compilers and folders differ."""

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from wasmfit.elf.names.stable import stable_name

# GCC's clones, and what LLVM appends to what it renames: f.constprop.0, f.isra.0.cold, f.llvm.123.
_CLONE = re.compile(
    r"(?:\.(?:constprop|isra|part|cold|lto_priv|localalias|llvm|clone|resolver|warm|hot|unlikely|__uniq"
    r"|specialized|outlined|_omp_fn|cfi|cfi_jt)(?:\.\d+)*)+$"
)
# Static variables of a function f: GCC's v.1234, LLVM's f.v and f.v.1.
_NUMBERED = re.compile(r"(?:\.\d+)+$")
_OF_FUNCTION = re.compile(r"[A-Za-z_]\w*\.([A-Za-z_]\w*)")
_PREDEFINED = re.compile(r"(__(?:func|FUNCTION|PRETTY_FUNCTION)__)(?:\.|$)")
_FOLDER_SIGNS = ("/", "\\")


def source_name(name: str) -> str:
    """What a symbol is called in the source: readable, without what a compiler made of it.

    Two things of one file can have the same; their bytes are then added up.
    """
    stable = stable_name(name)
    if stable != name or not name[:1].isidentifier():
        return stable
    if predefined := _PREDEFINED.match(name):
        return predefined[1]
    plain = _NUMBERED.sub("", _CLONE.sub("", name)) or name
    variable = _OF_FUNCTION.fullmatch(plain)
    return variable[1] if variable else plain


def matched_paths(old: Iterable[str], new: Iterable[str]) -> dict[str, str]:
    """Paths of one build that are those of another: the more of their ends is the same, the sooner.

    Args:
        old: Paths of the one.
        new: Paths of the other.

    Returns:
        Old path → new path, of those that differ. An end that several paths have matches none of them.
    """
    before, after = set(old), set(new)
    left = {path: _parts(path) for path in before - after if _is_path(path)}
    right = {path: _parts(path) for path in after - before if _is_path(path)}
    matched: dict[str, str] = {}
    longest = max((len(parts) for parts in (*left.values(), *right.values())), default=0)
    for length in range(min(longest, 32), 0, -1):
        was, now = _by_end(left, length), _by_end(right, length)
        for end in was.keys() & now.keys():
            if len(was[end]) == len(now[end]) == 1:
                (old_path,), (new_path,) = was[end], now[end]
                matched[old_path] = new_path
                del left[old_path], right[new_path]
    return matched


def _is_path(name: str) -> bool:
    return not name.startswith("[")


def _parts(path: str) -> tuple[str, ...]:
    for sign in _FOLDER_SIGNS[1:]:
        path = path.replace(sign, "/")
    return PurePosixPath(path).parts


def _by_end(paths: dict[str, tuple[str, ...]], length: int) -> dict[tuple[str, ...], list[str]]:
    ends: dict[tuple[str, ...], list[str]] = {}
    for path, parts in paths.items():
        if len(parts) >= length:
            ends.setdefault(parts[-length:], []).append(path)
    return ends
