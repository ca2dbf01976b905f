"""Why something is in a firmware, and what could go, in words and names instead of numbers of pieces."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wasmfit.elf.names.demangle import readable
from wasmfit.elf.names.stable import family
from wasmfit.elf.read import read_elf
from wasmfit.errors import UsageError
from wasmfit.footprint.attribution.any_firmware import of_any_firmware
from wasmfit.footprint.graph.reference import How
from wasmfit.footprint.graph.reference_graph import build_graph
from wasmfit.footprint.graph.retention import Bytes, Retention, Step, Why, describe, retention
from wasmfit.footprint.graph.savings import find_savings

_WORDS = {How.CALL: "calls", How.JUMP: "jumps to", How.ADDRESS: "takes the address of", How.DATA: "points to"}
_MOST_MEANT = 5
_MOST_SUGGESTED = 5


@dataclass(frozen=True, slots=True)
class Link:
    """Something that refers or is referred to.

    Attributes:
        name: Its name: a symbol's, a text, or a place.
        how: How it is referred to by what is before it, or refers, in words; None where a path begins.
    """

    name: str
    how: str | None


@dataclass(frozen=True, slots=True)
class Part:
    """Something with its bytes in flash and RAM."""

    name: str
    bytes: Bytes


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why something is in the file.

    Attributes:
        name: What it is.
        owner: Its owner.
        section: Its section.
        address: Its address.
        own: Its bytes.
        retained: The bytes that would go if it went, its own included.
        root: Why the first thing of ``path`` stays, in words.
        path: A shortest path of references to it.
        keepers: What alone keeps it: without any of these it would go.
        callers: What refers to it.
        callees: What it refers to.
        goes: What would go with it, the largest first.
    """

    name: str
    owner: str
    section: str
    address: int
    own: Bytes
    retained: Bytes
    root: str
    path: tuple[Link, ...]
    keepers: tuple[str, ...]
    callers: tuple[Link, ...]
    callees: tuple[Link, ...]
    goes: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Explained:
    """What a name may mean in a file, each explained.

    Attributes:
        file: The file's path.
        found: The largest things that the name may mean.
        others: Names of the others that it may mean.
        limits: In words, what could not be seen.
    """

    file: str
    found: tuple[Explanation, ...]
    others: tuple[str, ...]
    limits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """Something that could go or shrink.

    Attributes:
        key: A short name that stays the same.
        title: What it is.
        remedy: What is usually done about it.
        own: The bytes of the things themselves.
        retained: The bytes that would go if they went, with what only they keep; for what can only shrink,
            the most that can be saved.
        count: How many things.
        largest: The ones that keep most.
        overlaps: Keys of others that would save some of the same bytes.
    """

    key: str
    title: str
    remedy: str
    own: Bytes
    retained: Bytes
    count: int
    largest: tuple[Part, ...]
    overlaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Savings:
    """What could go of a file. The bytes of several must not be added up: they overlap.

    Attributes:
        file: The file's path.
        size: Bytes of all sections that take memory.
        candidates: Those of most bytes first.
        limits: In words, what could not be seen.
    """

    file: str
    size: int
    candidates: tuple[Candidate, ...]
    limits: tuple[str, ...]


def why(path: str | Path, text: str, link_map: Path | None = None) -> Explained:
    """Explain why something is in a firmware.

    Args:
        path: The ELF file.
        text: A symbol's name, mangled or readable, or a part of the readable one, or an address (``0x…``).
        link_map: The map that the linker wrote of the same link.

    Raises:
        UsageError: A file cannot be read, or nothing in it has that name.
    """
    found = _retention(path, link_map)
    meant = found.find(text, readable)
    if not meant:
        raise UsageError(f"Nothing in {path} is called {text!r}.", _suggestion(found, text))
    return Explained(
        file=str(path),
        found=tuple(_explanation(found, found.why(number)) for number in meant[:_MOST_MEANT]),
        others=tuple(_name(found, number) for number in meant[_MOST_MEANT:]),
        limits=tuple(found.graph.references.limits),
    )


def savings(
    path: str | Path, link_map: Path | None = None, *, at_least: int = 256, largest: int = 5
) -> Savings:
    """Find what could go of a firmware.

    Args:
        path: The ELF file.
        link_map: The map that the linker wrote of the same link.
        at_least: The fewest bytes worth telling.
        largest: How many of the largest things of each kind to name.

    Raises:
        UsageError: A file cannot be read.
    """
    found = _retention(path, link_map)
    return Savings(
        file=str(path),
        size=found.graph.ledger.size,
        candidates=tuple(
            Candidate(
                key=one.key,
                title=one.title,
                remedy=one.remedy,
                own=one.own,
                retained=one.retained,
                count=len(one.pieces),
                largest=_parts(found, one.pieces[:largest]),
                overlaps=one.overlaps,
            )
            for one in find_savings(found, family=family, at_least=at_least)
        ),
        limits=tuple(found.graph.references.limits),
    )


def _retention(path: str | Path, link_map: Path | None) -> Retention:
    return retention(build_graph(of_any_firmware(read_elf(path), link_map)))


def _explanation(found: Retention, one: Why) -> Explanation:
    piece = found.graph.pieces[one.piece]
    return Explanation(
        name=_name(found, one.piece),
        owner=piece.entry.owner,
        section=piece.section.name,
        address=piece.start,
        own=one.own,
        retained=one.retained,
        root=one.root.value,
        path=_links(found, one.path),
        keepers=tuple(_name(found, number) for number in one.keepers),
        callers=_links(found, one.callers),
        callees=_links(found, one.callees),
        goes=_parts(found, one.goes),
    )


def _links(found: Retention, steps: Iterable[Step]) -> tuple[Link, ...]:
    return tuple(
        Link(_name(found, step.piece), None if step.how is None else _WORDS[step.how]) for step in steps
    )


def _parts(found: Retention, numbers: Iterable[int]) -> tuple[Part, ...]:
    return tuple(Part(_name(found, number), found.own[number]) for number in numbers)


def _name(found: Retention, number: int) -> str:
    return describe(found.graph.ledger.elf, found.graph.pieces[number], readable)


def _suggestion(found: Retention, text: str) -> str:
    wanted = text.lower().rpartition("::")[2]
    names = {readable(piece.symbol.name) for piece in found.graph.pieces if piece.symbol is not None}
    close = sorted((name for name in names if wanted in name.lower()), key=lambda name: (len(name), name))
    if close and wanted:
        return f"Did you mean {' or '.join(close[:_MOST_SUGGESTED])}?"
    return "--by symbol --all lists all names."
