"""Which versions of which crates a firmware is made from, as far as its bytes show."""

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass

from wasmfit.elf.names.crates import rust_crate
from wasmfit.elf.records import Elf, Section, SectionFlag, SectionType

# The folder of a crate's sources, in the paths that panic messages and debug information carry. Nothing need
# stand between a path that begins with it and the constant before: "…is emptywasmi-2.0.0/src/store.rs".
_FOLDER = rb"(/|)([A-Za-z][A-Za-z0-9_-]{0,63})-(\d{1,9}\.\d{1,9}\.\d{1,9}[0-9A-Za-z.+-]{0,40})/src/"
_LONGEST_FOLDER = 1 + 64 + 1 + 3 * 9 + 2 + 40  # bytes before "/src/"
_DEBUG_STRINGS = (".debug_str", ".debug_line_str", ".debug_line")
_COMPRESSED = 0x800


@dataclass(frozen=True, slots=True)
class CrateVersions:
    """The crates of a firmware.

    Attributes:
        versions: Crate → versions that paths name; certain where there is one.
        identities: Crate → the numbers that v0 names tell crates of one name apart by. They change with the
            version, but also with features, flags and the compiler.
    """

    versions: dict[str, frozenset[str]]
    identities: dict[str, frozenset[int]]


@dataclass(frozen=True, slots=True)
class CrateChange:
    """A crate that is not the same in two firmwares.

    Attributes:
        crate: Its name.
        before: Its version in the old one; None where it is unknown.
        after: Its version in the new one; None where it is unknown.
    """

    crate: str
    before: str | None
    after: str | None

    @property
    def label(self) -> str:
        """The crate, with its version if that is the same and known."""
        same = self.before is not None and self.before == self.after
        return f"{self.crate} {self.before}" if same else self.crate

    @property
    def what(self) -> str:
        """What is known of the change, in words."""
        if self.before and self.after and self.before != self.after:
            return f"{self.before} became {self.after}"
        if self.before and self.before == self.after:
            return "other features or flags, or another compiler"
        return "another version, features, flags or compiler; no path in the files says which"


def crates(*files: Elf) -> CrateVersions:
    """The crates that the symbols and paths of files name together."""
    identities: dict[str, set[int]] = {}
    for symbol in (symbol for elf in files for symbol in elf.symbols):
        crate = rust_crate(symbol.name) if symbol.name.startswith("_R") else None
        if crate is not None and crate.disambiguator is not None:
            identities.setdefault(crate.name, set()).add(crate.disambiguator)
    versions: dict[str, set[str]] = {}
    for contents in (elf.contents(section) for elf in files for section in _with_paths(elf)):
        for slash, folder, version in _folders(contents):
            name: str | None = folder.decode("ascii").replace("-", "_")
            if not slash:
                name = _known_end(name or "", identities)
            if name is not None:
                versions.setdefault(name, set()).add(version.decode("ascii"))
    return CrateVersions(
        {name: frozenset(numbers) for name, numbers in versions.items()},
        {name: frozenset(numbers) for name, numbers in identities.items()},
    )


def _folders(data: memoryview) -> Iterator[tuple[bytes, bytes, bytes]]:
    """Slash, crate and version of each folder of sources in some bytes.

    Only what stands before each "/src/" is looked at: a search for crates' names from every letter of the
    strings of debug information takes eighty times as long.
    """
    # Compiled here: an analysis without a base does without.
    folder = re.compile(_FOLDER)
    at = 0
    for sources in re.finditer(rb"/src/", data):
        match = folder.search(data, max(at, sources.start() - _LONGEST_FOLDER), sources.end())
        if match is not None:
            yield match[1], match[2], match[3]
            at = match.end()


def _known_end(text: str, known: Container[str]) -> str | None:
    """The longest crate that symbols name and that a text ends with."""
    return next((text[at:] for at in range(len(text)) if text[at:] in known), None)


def crate_changes(before: CrateVersions, after: CrateVersions) -> list[CrateChange]:
    """The crates that both firmwares have and that are not the same, by name."""
    changes = []
    both = (before.identities.keys() & after.identities.keys()) | (
        before.versions.keys() & after.versions.keys()
    )
    for name in sorted(both):
        old, new = before.versions.get(name), after.versions.get(name)
        other_version = bool(old and new and old != new)
        other_identity = before.identities.get(name) != after.identities.get(name)
        if other_version or other_identity:
            changes.append(CrateChange(name, _joined(old), _joined(new)))
    return changes


def sentences(changes: Iterable[CrateChange]) -> list[str]:
    """The changes in words, the certain ones first; crates of which the same is known in one sentence."""
    alike: dict[str, list[str]] = {}
    for change in sorted(changes, key=lambda change: " became " not in change.what):
        alike.setdefault(change.what, []).append(change.label)
    return [f"{', '.join(labels)}: {what}" for what, labels in alike.items()]


def _joined(versions: frozenset[str] | None) -> str | None:
    return " and ".join(sorted(versions)) if versions else None


def _with_paths(elf: Elf) -> Iterator[Section]:
    for section in elf.sections:
        if section.type != SectionType.PROGBITS or section.flags & _COMPRESSED:
            continue
        constant = section.allocated and not section.flags & SectionFlag.EXECINSTR
        if constant or section.name in _DEBUG_STRINGS:
            yield section
