"""What the distribution ``wasmfit-images`` brings: artefacts that need not be built, and plugins.

It is the package ``wasmfit_images``: ``manifest.json`` (:class:`Manifest`), archives of artefacts, each named
by its kind and key, and plugins for the emulator. A key is a digest of all that an artefact is made from, its
tools among it, so what is taken is what would be built.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import lzma
import os
import platform
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import Field

from . import input_file
from .errors import UsageError
from .model import CLibrary, Record, Status
from .words import escape_unprintable

PACKAGE = "wasmfit_images"
CHOICE = "WASMFIT_IMAGES"
"""The variable that names a folder in the package's place, or ``none``."""

FORMAT = 1


class RecordedC(Record):
    """A C compiler that images were made with.

    Attributes:
        program: Its name.
        version: What it says of itself.
        library: The C library that it was used with.
        archives: Names of all static libraries that were linked.
        of_library: Those that are the C library's.
        harness: Sources in ``harness/libc`` that the library was given.
    """

    program: str
    version: str
    library: CLibrary
    archives: tuple[str, ...]
    of_library: tuple[str, ...]
    harness: tuple[str, ...]


class RecordedRust(Record):
    """The Rust toolchain that images were made with: what each program says of itself."""

    rustc: str
    cargo: str
    linker: str


class RecordedTools(Record):
    """The tools that images were made with.

    Attributes:
        system: The system that they are of.
        rust: Versions of rustc, cargo and the linker.
        c: Target → its C compiler.
    """

    system: str
    rust: RecordedRust
    c: dict[str, RecordedC]


class ImageArchive(Record):
    """An archive of artefacts that have much in common.

    Attributes:
        sha256: SHA-256 of the archive.
        artefacts: ``KIND/KEY`` of each.
    """

    sha256: str
    artefacts: tuple[str, ...]


class LeftOut(Record):
    """Why an artefact is not in the distribution: how building it ended.

    Attributes:
        status: How a cell ends that needs it.
        reason: Why, in words.
    """

    status: Status
    reason: str

    @property
    def is_final(self) -> bool:
        """Whether a cell ends so whoever builds it: what needs a linker for each module does not."""
        return self.status in (Status.UNSUPPORTED, Status.DOES_NOT_FIT)


class PluginSet(Record):
    """Plugins for one kind of machine, under Linux.

    Attributes:
        sources: Digest of what they were compiled from.
        glibc: The oldest C library that has what they use.
        files: Name → SHA-256.
    """

    sources: str
    glibc: tuple[int, int]
    files: dict[str, str]


class Manifest(Record):
    """What the distribution has.

    Attributes:
        format: Version of this record.
        wasmfit: The version of wasmfit that made it.
        tools: What it was made with.
        groups: File name → what is in it.
        plugins: Machine, as ``uname -m`` has it → its plugins.
        left_out: ``KIND/KEY`` → why it is not there.
    """

    format: int
    wasmfit: str
    tools: RecordedTools
    groups: dict[str, ImageArchive]
    plugins: dict[str, PluginSet]
    left_out: dict[str, LeftOut] = Field(default_factory=dict)


@dataclass(frozen=True)
class ProvidedImages:
    """The distribution, where it is installed.

    Attributes:
        root: Its folder.
        manifest: What it has.
    """

    root: Path
    manifest: Manifest

    @staticmethod
    def find(environment: Mapping[str, str] = os.environ) -> ProvidedImages | None:
        """The distribution that is installed, or the folder that ``WASMFIT_IMAGES`` names.

        Raises:
            UsageError: The folder has none, or it is broken, or of another format.
        """
        named = environment.get(CHOICE, "")
        if named == "none":
            return None
        root = Path(named) if named else _installed()
        return None if root is None else ProvidedImages.at(root)

    @staticmethod
    def at(root: Path) -> ProvidedImages:
        """The distribution in a folder.

        Raises:
            UsageError: As for :meth:`find`.
        """
        remedy = f"Install wasmfit-images again, or set {CHOICE}=none to do without."
        try:
            text = input_file.text(root / "manifest.json")
            read = json.loads(text)
            if isinstance(read, dict) and read.get("format", FORMAT) != FORMAT:
                raise UsageError(f"The images in {root} are of another version of wasmfit.", remedy)
            return ProvidedImages(root, Manifest.model_validate_json(text))
        except (OSError, ValueError, RecursionError) as error:
            raise UsageError(f"The images in {root} cannot be read.", remedy) from error

    def has(self, kind: str, key: str) -> bool:
        """Whether an artefact is among them."""
        return artefact_name(kind, key) in self._groups

    def left_out(self, kind: str, key: str) -> LeftOut | None:
        """Why an artefact is not among them, where that is known."""
        return self.manifest.left_out.get(artefact_name(kind, key))

    def put(self, kind: str, key: str, place: Path) -> None:
        """Writes an artefact's files into a folder.

        Raises:
            UsageError: Its archive is not what the manifest says.
            KeyError: It is not among them.
        """
        name = artefact_name(kind, key)
        archive = self._groups[name]
        data = self._checked(archive, self.manifest.groups[archive].sha256)
        files: dict[str, bytes] = {}
        try:
            with tarfile.open(fileobj=io.BytesIO(data), mode="r:xz") as members:
                for member in members:
                    folder, _, file = member.name.rpartition("/")
                    content = members.extractfile(member) if folder == name and member.isfile() else None
                    if content is not None:
                        files[file] = content.read()
        except (tarfile.TarError, lzma.LZMAError, EOFError, ValueError) as error:
            raise self._damaged(archive, "it cannot be unpacked") from error
        if not files:
            raise self._damaged(archive, f"it lacks {name}")
        for file, whole in files.items():
            (place / file).write_bytes(whole)

    def plugin(self, name: str, sources: str) -> Path | None:
        """A plugin for this machine, from these sources; ``None`` where there is none that it can load.

        Raises:
            UsageError: It is not what the manifest says.
        """
        made = self.manifest.plugins.get(platform.machine())
        library, version = platform.libc_ver()
        if (
            made is None
            or made.sources != sources
            or library != "glibc"
            or not _is_enough(version, made.glibc)
        ):
            return None
        if name not in made.files:
            return None
        file = f"plugins/{platform.machine()}/{name}"
        self._checked(file, made.files[name])
        return self.root / file

    def _checked(self, file: str, sha256: str) -> bytes:
        """What a file has, if it is what the manifest says."""
        try:
            content = input_file.contents(self.root / file)
        except (OSError, ValueError) as error:
            raise self._damaged(file, "it cannot be read") from error
        if hashlib.sha256(content).hexdigest() != sha256:
            raise self._damaged(file, "its SHA-256 is another")
        return content

    def _damaged(self, file: str, why: str) -> UsageError:
        return UsageError(
            f"{escape_unprintable(str(self.root / file))} is damaged: {why}.",
            f"Install wasmfit-images again, or set {CHOICE}=none to do without.",
        )

    @cached_property
    def _groups(self) -> dict[str, str]:
        """Artefact → the archive that it is in."""
        return {one: name for name, group in self.manifest.groups.items() for one in group.artefacts}


_KEY = 32
"""Characters of a key that name an artefact."""


def artefact_name(kind: str, key: str) -> str:
    """What an artefact is called in archives and in the manifest."""
    return f"{kind}/{key[:_KEY]}"


def _installed() -> Path | None:
    spec = importlib.util.find_spec(PACKAGE)
    folders = [] if spec is None else list(spec.submodule_search_locations or ())
    return Path(folders[0]) if folders else None


def _is_enough(version: str, oldest: tuple[int, int]) -> bool:
    numbers = [int(part) for part in version.split(".")[:2] if part.isdigit()]
    return len(numbers) == len(oldest) and tuple(numbers) >= oldest
