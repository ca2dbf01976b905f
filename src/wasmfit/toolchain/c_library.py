"""The C libraries that GCC has for a target: it is asked, since every distribution puts them elsewhere."""

import hashlib
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO

from wasmfit.model import CLibrary, Record

from .process import ChildTimeoutError, ProcessRunner
from .versions import Versions

_FILE = Path(__file__).with_name("c_libraries.toml")
_SECONDS = 30


class KnownLibrary(Record):
    """A C library that a compiler may have, as ``c_libraries.toml`` describes it.

    Attributes:
        name: Its name.
        header: A header that it has and that says its version.
        version: The macro in that header: a string.
        specs: GCC's specs that choose it, the first of them that GCC has; ``{machine}`` is what its
            program is called after. None for the library that is there without any.
        archives_in: The folder of its archives, from that of the header; ``{multilib}`` is GCC's name of the
            variant for the target. ``None`` where GCC itself finds them.
        archives: The archives to link with.
        harness: Sources in ``harness/libc`` that give it what it needs of a system.
    """

    name: str
    header: str
    version: str
    specs: tuple[str, ...] = ()
    archives_in: str | None = None
    archives: tuple[str, ...]
    harness: tuple[str, ...] = ()


@dataclass(frozen=True)
class InstalledLibrary:
    """A C library that a compiler has for a target.

    Attributes:
        identity: Which it is.
        flags: Flags to compile with, so that its headers are taken.
        archives: The archives to link with.
        harness: Sources in ``harness/libc`` that give it what it needs of a system.
    """

    identity: CLibrary
    flags: tuple[str, ...]
    archives: tuple[Path, ...]
    harness: tuple[str, ...]


@cache
def known_libraries() -> tuple[KnownLibrary, ...]:
    """The C libraries that are looked for, the preferred one first."""
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))["libraries"]
    return tuple(KnownLibrary.model_validate(table) for table in tables)


def installed(
    versions: Versions, compiler: Path, flags: Sequence[str], library: KnownLibrary
) -> InstalledLibrary | None:
    """The library, if the compiler has it for the core that the flags choose.

    Args:
        versions: Runs the compiler; remembers digests of archives.
        compiler: A GCC.
        flags: Flags that choose the core.
        library: Which library.
    """
    machine = compiler.name.removesuffix("-gcc")
    for specs in library.specs or (None,):
        chosen = () if specs is None else (f"--specs={specs.format(machine=machine)}",)
        installed = _installed(versions, _Gcc(versions.runner, compiler, tuple(flags)), library, chosen)
        if installed is not None:
            return installed
    return None


def _installed(
    versions: Versions, gcc: "_Gcc", library: KnownLibrary, specs: tuple[str, ...]
) -> InstalledLibrary | None:
    header = gcc.header(library, specs)
    if header is None:
        return None
    archives = _archives(gcc, library, header.path)
    # GCC names its default variant where it has none for the core, such as that for 64 bits.
    if archives is None or not all(_is_for_32_bits(archive) for archive in archives):
        return None
    own = library.archives_in is not None
    digests = "".join(versions.sha256(archive) for archive in archives)
    return InstalledLibrary(
        CLibrary(
            name=library.name,
            version=header.version,
            sha256=hashlib.sha256(digests.encode()).hexdigest(),
        ),
        ("-isystem", str(header.path.parent)) if own else specs,
        archives,
        library.harness,
    )


@dataclass(frozen=True)
class _Header:
    """A library's header: where it is, and the version that it says."""

    path: Path
    version: str


@dataclass(frozen=True)
class _Gcc:
    """A GCC with the flags that choose a core."""

    runner: ProcessRunner
    path: Path
    flags: tuple[str, ...]

    def header(self, library: KnownLibrary, specs: tuple[str, ...]) -> _Header | None:
        """The header that GCC includes under these specs; ``None`` where it is not that library's."""
        question = ("-E", "-dD", "-x", "c", "-include", library.header, "/dev/null")
        text = self._ask(*specs, *question)
        if text is None:
            return None
        path = re.search(rf'^# 1 "(.+/{re.escape(library.header)})"', text, re.MULTILINE)
        version = re.search(rf'^#define {library.version} "([^"\n]+)"', text, re.MULTILINE)
        return _Header(Path(path[1]), version[1]) if path and version else None

    def multilib(self) -> str | None:
        """The variant of libraries for the core, as a folder's name."""
        return self._ask("-print-multi-directory")

    def file(self, name: str) -> Path | None:
        """A library's archive for the core, where GCC finds one."""
        answer = self._ask(f"-print-file-name={name}")
        # What it does not find, it prints as it was asked.
        return None if answer is None or answer == name else Path(answer)

    def _ask(self, *question: str) -> str | None:
        try:
            finished = self.runner.run([str(self.path), *self.flags, *question], timeout=_SECONDS)
        except ChildTimeoutError:
            return None
        return finished.output.strip() if finished.code == 0 else None


def _archives(gcc: _Gcc, library: KnownLibrary, header: Path) -> tuple[Path, ...] | None:
    """All archives of the library, or none."""
    if library.archives_in is None:
        paths = [gcc.file(name) for name in library.archives]
    else:
        folder = header.parent / library.archives_in.format(multilib=gcc.multilib() or ".")
        paths = [folder / name for name in library.archives]
    archives = tuple(path.resolve() for path in paths if path is not None and path.is_file())
    return archives if len(archives) == len(library.archives) else None


_ARCHIVE = b"!<arch>\n"
_MEMBER_BYTES = 60
_SIZE = slice(48, 58)
_ELF = b"\x7fELF"
_CLASS_32 = b"\x01"


def _is_for_32_bits(archive: Path) -> bool:
    """Whether the first object in a static library is an ELF file for 32 bits."""
    with archive.open("rb") as stream:
        beginning = _first_object(stream) if stream.read(len(_ARCHIVE)) == _ARCHIVE else b""
    return beginning[len(_ELF) :] == _CLASS_32


def _first_object(stream: BinaryIO) -> bytes:
    """The first bytes of an archive's first ELF member; none where there is no such member."""
    while len(header := stream.read(_MEMBER_BYTES)) == _MEMBER_BYTES:
        start = stream.tell()
        beginning = stream.read(len(_ELF) + 1)
        if beginning.startswith(_ELF):
            return beginning
        size = header[_SIZE].strip()
        if not size.isdigit():
            break
        # Members begin at even offsets.
        stream.seek(start + int(size) + int(size) % 2)
    return b""
