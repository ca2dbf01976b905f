"""Why something is in a firmware, and what could be saved, with names instead of fragments' numbers."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wasmfit.elf.names.demangle import demangle
from wasmfit.elf.names.stable import family
from wasmfit.elf.read import read_elf
from wasmfit.errors import UsageError
from wasmfit.footprint.attribution.any_firmware import attribute_any_firmware
from wasmfit.footprint.graph.budget import ReferenceBudget
from wasmfit.footprint.graph.reference import ReferenceKind
from wasmfit.footprint.graph.reference_graph import build_graph
from wasmfit.footprint.graph.retention import (
    MemoryBytes,
    PathStep,
    Retention,
    RetentionReason,
    describe,
    retention,
)
from wasmfit.footprint.graph.savings import find_savings

_WORDS = {
    ReferenceKind.CALL: "calls",
    ReferenceKind.JUMP: "jumps to",
    ReferenceKind.ADDRESS: "takes the address of",
    ReferenceKind.DATA: "points to",
}
_MOST_MATCHES = 5
_MOST_SUGGESTED = 5


@dataclass(frozen=True, slots=True)
class NamedReference:
    """Something that refers or is referred to.

    Attributes:
        name: Its name: a symbol's, a text, or an address.
        how: How it is referred to by what is before it, or refers, in words; None where a path begins.
    """

    name: str
    how: str | None


@dataclass(frozen=True, slots=True)
class NamedBytes:
    """Something with its bytes in flash and RAM."""

    name: str
    bytes: MemoryBytes


@dataclass(frozen=True, slots=True)
class SymbolExplanation:
    """Why something is in the file.

    Attributes:
        name: What it is.
        owner: Its owner.
        section: Its section.
        address: Its address.
        own: Its bytes.
        retained: The bytes that would be removed with it, its own included.
        root: Why the first thing of ``path`` stays, in words.
        path: A shortest path of references to it.
        dominators: What each path to it goes through: without any of these it would be removed.
        callers: What refers to it.
        callees: What it refers to.
        dominated: What would be removed with it, the largest first.
    """

    name: str
    owner: str
    section: str
    address: int
    own: MemoryBytes
    retained: MemoryBytes
    root: str
    path: tuple[NamedReference, ...]
    dominators: tuple[str, ...]
    callers: tuple[NamedReference, ...]
    callees: tuple[NamedReference, ...]
    dominated: tuple[NamedBytes, ...]


@dataclass(frozen=True, slots=True)
class Explanations:
    """What a name may mean in a file, each explained.

    Attributes:
        file: The file's path.
        matches: The largest things that the name may mean.
        others: Names of the others that it may mean.
        limits: In words, what could not be seen.
    """

    file: str
    matches: tuple[SymbolExplanation, ...]
    others: tuple[str, ...]
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SavingCandidate:
    """Something that could be removed or made smaller.

    Attributes:
        key: A short name that stays the same.
        title: What it is.
        remedy: What is usually done about it.
        own: The bytes of the things themselves.
        retained: The bytes that would be removed with them, what only they retain included; for what can only
            shrink, the most that can be saved.
        count: How many things.
        largest: The ones that retain most.
        overlaps: Keys of others that would save some of the same bytes.
    """

    key: str
    title: str
    remedy: str
    own: MemoryBytes
    retained: MemoryBytes
    count: int
    largest: tuple[NamedBytes, ...]
    overlaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SavingsReport:
    """What could be saved in a file. The bytes of several must not be added up: they overlap.

    Attributes:
        file: The file's path.
        size: Bytes of all sections that take memory.
        candidates: Those of most bytes first.
        limits: In words, what could not be seen.
    """

    file: str
    size: int
    candidates: tuple[SavingCandidate, ...]
    limits: tuple[str, ...]


def why(
    path: str | Path, text: str, link_map: Path | None = None, budget: ReferenceBudget | None = None
) -> Explanations:
    """Explain why something is in a firmware.

    Args:
        path: The ELF file.
        text: A symbol's name, mangled or readable, or a part of the readable one, or an address (``0x…``).
        link_map: The map that the linker wrote of the same link.
        budget: What it may take.

    Raises:
        UsageError: A file cannot be read, or nothing in it has that name.
    """
    retained = _retention(path, link_map, budget)
    numbers = retained.find(text, demangle)
    if not numbers:
        raise UsageError(f"Nothing in {path} is called {text!r}.", _suggestion(retained, text))
    return Explanations(
        file=str(path),
        matches=tuple(_explanation(retained, retained.why(number)) for number in numbers[:_MOST_MATCHES]),
        others=tuple(_name(retained, number) for number in numbers[_MOST_MATCHES:]),
        limits=tuple(retained.graph.references.limits),
    )


def savings(
    path: str | Path,
    link_map: Path | None = None,
    *,
    at_least: int = 256,
    largest: int = 5,
    budget: ReferenceBudget | None = None,
) -> SavingsReport:
    """Find what could be saved in a firmware.

    Args:
        path: The ELF file.
        link_map: The map that the linker wrote of the same link.
        at_least: The fewest bytes worth reporting.
        largest: How many of the largest things of each kind to name.
        budget: What it may take.

    Raises:
        UsageError: A file cannot be read.
    """
    retained = _retention(path, link_map, budget)
    return SavingsReport(
        file=str(path),
        size=retained.graph.byte_map.size,
        candidates=tuple(
            SavingCandidate(
                key=saving.key,
                title=saving.title,
                remedy=saving.remedy,
                own=saving.own,
                retained=saving.retained,
                count=len(saving.fragments),
                largest=_parts(retained, saving.fragments[:largest]),
                overlaps=saving.overlaps,
            )
            for saving in find_savings(retained, family=family, at_least=at_least)
        ),
        limits=tuple(retained.graph.references.limits),
    )


def _retention(path: str | Path, link_map: Path | None, budget: ReferenceBudget | None) -> Retention:
    return retention(build_graph(attribute_any_firmware(read_elf(path), link_map), budget))


def _explanation(retained: Retention, reason: RetentionReason) -> SymbolExplanation:
    fragment = retained.graph.fragments[reason.fragment]
    return SymbolExplanation(
        name=_name(retained, reason.fragment),
        owner=fragment.byte_range.owner,
        section=fragment.section.name,
        address=fragment.start,
        own=reason.own,
        retained=reason.retained,
        root=reason.root.value,
        path=_links(retained, reason.path),
        dominators=tuple(_name(retained, number) for number in reason.dominators),
        callers=_links(retained, reason.callers),
        callees=_links(retained, reason.callees),
        dominated=_parts(retained, reason.dominated),
    )


def _links(retained: Retention, steps: Iterable[PathStep]) -> tuple[NamedReference, ...]:
    return tuple(
        NamedReference(_name(retained, step.fragment), None if step.kind is None else _WORDS[step.kind])
        for step in steps
    )


def _parts(retained: Retention, numbers: Iterable[int]) -> tuple[NamedBytes, ...]:
    return tuple(NamedBytes(_name(retained, number), retained.own[number]) for number in numbers)


def _name(retained: Retention, number: int) -> str:
    return describe(retained.graph.byte_map.elf, retained.graph.fragments[number], demangle)


def _suggestion(retained: Retention, text: str) -> str:
    wanted = text.lower().rpartition("::")[2]
    symbols = (fragment.symbol for fragment in retained.graph.fragments if fragment.symbol is not None)
    names = {demangle(symbol.name) for symbol in symbols}
    close = sorted((name for name in names if wanted in name.lower()), key=lambda name: (len(name), name))
    if close and wanted:
        return f"Did you mean {' or '.join(close[:_MOST_SUGGESTED])}?"
    return "--by symbol --all lists all names."
