"""Static libraries: the members of ``ar`` files, as GNU, BSD and LLVM write them, and of thin ones."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from wasmfit.elf.errors import ElfError
from wasmfit.elf.file_bytes import BytesInFile, FileBytes
from wasmfit.words import escape_unprintable

MAGIC, THIN_MAGIC = b"!<arch>\n", b"!<thin>\n"
"""How archives begin, and those whose members are other files."""

_HEADER_BYTES = 60
_SYMBOL_TABLES = frozenset(
    {"/", "/SYM64/", "__.SYMDEF", "__.SYMDEF SORTED", "__.SYMDEF_64", "__.SYMDEF_64 SORTED"}
    | {"/<ECSYMBOLS>/", "/<HYBRIDMAP>/"}
)
_NAMES = "//"
_LONG = re.compile(r"/([0-9]{1,15})(?::[0-9]{1,15})?")  # a name by its offset in the table of names
_IN_LIBRARY = re.compile(r"/([0-9]{1,15}):([0-9]{1,15})")  # of a thin library, and where in that file it is
_MOST = 1 << 20


class Member(NamedTuple):
    """A member of a static library.

    Attributes:
        name: Its name; of several of one name the second is called ``NAME#2``.
        image: Its bytes.
    """

    name: str
    image: bytes


class _Header(NamedTuple):
    name: str
    size: int
    at: int


def read_members(path: Path) -> Iterator[Member]:
    """The members of a static library, without its tables of symbols and names.

    Raises:
        ElfError: It cannot be read, is cut off or damaged, or a file of a thin one is missing.
    """
    for _, member in _placed_members(path, {}):
        yield member


_Inner = dict[Path, dict[int, Member]]
"""Libraries that a thin one has members of → their members by where they stand."""


def _placed_members(path: Path, inner: _Inner | None) -> Iterator[tuple[int, Member]]:
    """The members of a library, and where the header of each stands.

    Args:
        path: The library.
        inner: The libraries that have been read already; None where there may be none, as within such a one.
    """
    file = BytesInFile(path)
    thin = bytes(file.part(0, min(file.size, len(MAGIC)))) == THIN_MAGIC
    names = b""
    seen: dict[str, int] = {}
    for header in _headers(file, path, thin=thin):
        if header.name == _NAMES:
            names = bytes(file.part(header.at, header.size))
        if header.name == _NAMES or header.name in _SYMBOL_TABLES:
            continue
        name, skipped = _name(file, header, names, path)
        if name in _SYMBOL_TABLES:
            continue
        seen[name] = seen.get(name, 0) + 1
        shown = name if seen[name] == 1 else f"{name}#{seen[name]}"
        place = header.at - _HEADER_BYTES
        if not thin:
            yield place, Member(shown, bytes(file.part(header.at + skipped, header.size - skipped)))
        elif (nested := _IN_LIBRARY.fullmatch(header.name)) is None:
            yield place, Member(shown, _elsewhere(path.parent / name, path))
        elif inner is None:
            raise _damaged(path)
        else:
            library = path.parent / name
            member = _in_library(library, int(nested[2]), path, inner)
            yield place, Member(f"{name}({member.name})", member.image)


def _headers(file: FileBytes, path: Path, *, thin: bool) -> Iterator[_Header]:
    at = len(MAGIC)
    for _ in range(_MOST):
        if at >= file.size:
            return
        if at + _HEADER_BYTES > file.size:
            raise _damaged(path)
        row = bytes(file.part(at, _HEADER_BYTES))
        size = row[48:58].strip()
        if row[58:] != b"`\n" or not size.isdigit():
            raise _damaged(path)
        name = row[:16].decode("utf-8", "backslashreplace").rstrip()
        at += _HEADER_BYTES
        # A thin library has its tables in itself, and of all else only what it is called.
        there = int(size) if not thin or name in (_NAMES, "/", "/SYM64/") else 0
        if at + there > file.size:
            raise _damaged(path)
        yield _Header(name, int(size), at)
        at += there + there % 2
    raise _damaged(path)


def _name(file: FileBytes, header: _Header, names: bytes, path: Path) -> tuple[str, int]:
    """A member's name, and how many of its first bytes are the name (BSD)."""
    name = header.name
    if name.startswith("#1/") and name[3:].isdigit():
        length = int(name[3:])
        if length > header.size:
            raise _damaged(path)
        return bytes(file.part(header.at, length)).rstrip(b"\0").decode("utf-8", "backslashreplace"), length
    if (long := _LONG.fullmatch(name)) is not None:
        start = int(long[1])
        end = names.find(b"\n", start)
        if not 0 <= start < len(names) or end < 0:
            raise _damaged(path)
        return names[start:end].rstrip(b"/").decode("utf-8", "backslashreplace"), 0
    return name.rstrip("/"), 0


def _in_library(library: Path, at: int, path: Path, inner: _Inner) -> Member:
    """The member of a library that a thin one has it from."""
    if library not in inner:
        try:
            inner[library] = dict(_placed_members(library, None))
        except ElfError as error:
            raise _of_others(path, error) from None
    if at not in inner[library]:
        raise ElfError(
            f"{path} is a static library whose members are other files, and {library} has changed since.",
            "Make it again.",
        )
    return inner[library][at]


def _of_others(path: Path, error: ElfError) -> ElfError:
    return ElfError(
        f"{path} is a static library whose members are other files. {escape_unprintable(error.message)}",
        error.remedy,
    )


def _elsewhere(member: Path, path: Path) -> bytes:
    try:
        file = BytesInFile(member)
    except ElfError as error:
        raise _of_others(path, error) from None
    return bytes(file.part(0, file.size))


def _damaged(path: Path) -> ElfError:
    return ElfError(f"{path} is a damaged static library.", "Build or copy it again.")
