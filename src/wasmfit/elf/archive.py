"""Static libraries: the members of ``ar`` files, as GNU, BSD and LLVM write them, and of thin ones."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from wasmfit.elf.errors import ElfError
from wasmfit.elf.file_bytes import BytesInFile, FileBytes

MAGIC, THIN_MAGIC = b"!<arch>\n", b"!<thin>\n"
"""How archives begin, and those whose members are other files."""

_HEADER_BYTES = 60
_SYMBOL_TABLES = frozenset({"/", "/SYM64/", "__.SYMDEF", "__.SYMDEF SORTED", "__.SYMDEF_64"})
_NAMES = "//"
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
        if thin:
            yield Member(shown, _elsewhere(path.parent / name, path))
        else:
            yield Member(shown, bytes(file.part(header.at + skipped, header.size - skipped)))


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
    if name.startswith("/") and name[1:].isdigit():
        start = int(name[1:])
        end = names.find(b"\n", start)
        if not 0 <= start < len(names) or end < 0:
            raise _damaged(path)
        return names[start:end].rstrip(b"/").decode("utf-8", "backslashreplace"), 0
    return name.rstrip("/"), 0


def _elsewhere(member: Path, path: Path) -> bytes:
    try:
        file = BytesInFile(member)
    except ElfError as error:
        raise ElfError(
            f"{path} is a static library whose members are other files. {error.message}", error.remedy
        ) from None
    return bytes(file.part(0, file.size))


def _damaged(path: Path) -> ElfError:
    return ElfError(f"{path} is a damaged static library.", "Build or copy it again.")
