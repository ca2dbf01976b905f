"""What could go: kinds of code and data that firmware often carries without need, with the usual remedies.

Kinds overlap (a panic formats its message, and formatting can panic), so their bytes must not be added up;
each says with which others it shares bytes.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from wasmfit.elf.names.crates import rust_crate
from wasmfit.elf.records import Elf
from wasmfit.footprint.attribution.kinds import UNWIND_SECTIONS
from wasmfit.footprint.graph import folding
from wasmfit.footprint.graph.fragments import Piece
from wasmfit.footprint.graph.reference_graph import Graph
from wasmfit.footprint.graph.retention import Bytes, Retention, Root
from wasmfit.footprint.graph.saving_kinds import KINDS, MESSAGE, SOURCE, SavingKind


@dataclass(frozen=True, slots=True)
class Saving:
    """Something that could go.

    Attributes:
        key: A short name that stays the same, such as ``debug``.
        title: What it is, in a few words.
        remedy: What is usually done about it.
        own: The bytes of the pieces themselves.
        retained: The bytes that would go if all of them went, with what only they keep. For what can only
            shrink, such as copies of a generic, the bytes to be saved at most.
        pieces: Numbers of the pieces, the one that keeps most first.
        overlaps: Keys of other savings that would save some of the same bytes.
    """

    key: str
    title: str
    remedy: str
    own: Bytes
    retained: Bytes
    pieces: tuple[int, ...]
    overlaps: tuple[str, ...] = ()


_SMALL_KEEPER = 512  # bytes
_MUCH_KEPT = 1024  # bytes
_KEEPERS = 20
# These merge into others, and keep what they need.
_SHRINK = frozenset({"identical", "copies", "copies-alike"})


def find_savings(
    retention: Retention,
    *,
    family: Callable[[str], str] | None = None,
    at_least: int = 1,
) -> tuple[Saving, ...]:
    """Find what could go.

    Args:
        retention: What keeps what in the file.
        family: From a symbol's name to that of the generic it is an instance of, see
            :func:`wasmfit.elf.names.demangle.family`; without it, copies of generics are not looked for.
        at_least: The fewest bytes worth telling.

    Returns:
        The savings, those of most bytes first.
    """
    graph = retention.graph
    found = [_saving(retention, kind, _of_kind(graph, kind)) for kind in KINDS]
    found += folding_savings(retention)
    if family is not None:
        found += _copies(retention, family)
    found += _crate_versions(retention)
    found += _keepers(retention)
    worth = [one for one in found if one.retained.flash + one.retained.ram >= at_least and one.pieces]
    worth.sort(key=lambda one: (-one.retained.flash, one.key))
    return tuple(_with_overlaps(retention, worth))


def _saving(retention: Retention, kind: SavingKind, pieces: Sequence[int]) -> Saving:
    return Saving(
        kind.key,
        kind.title,
        kind.remedy,
        own=_own(retention, pieces),
        retained=retention.without(pieces),
        pieces=_ordered(retention, pieces),
    )


def _own(retention: Retention, pieces: Iterable[int]) -> Bytes:
    own = [retention.own[number] for number in pieces]
    return Bytes(sum(one.flash for one in own), sum(one.ram for one in own))


def _ordered(retention: Retention, pieces: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(pieces, key=lambda n: (-sum(retention.retained[n]), n)))


def _of_kind(graph: Graph, kind: SavingKind) -> list[int]:
    elf = graph.ledger.elf
    found = [
        number
        for number, piece in enumerate(graph.pieces)
        if piece.symbol is not None and kind.pattern.match(_base(piece.symbol.name))
    ]
    if kind.key == "core-fmt":
        return [n for n in found if _crate(graph.pieces[n]) == "core" and not _is_formatting(graph.pieces[n])]
    if kind.key == "panic":
        found += _panic_data(elf, graph)
    if kind.key == "unwinder":
        found += [n for n, piece in enumerate(graph.pieces) if _is_unwind_table(piece)]
    return sorted(set(found))


def _base(name: str) -> str:
    """What a name is derived from: ``.Lswitch.table.f`` from ``f``."""
    at = max(name.find("._R"), name.find("._ZN"))
    return name[at + 1 :] if at >= 0 else name


def _crate(piece: Piece) -> str | None:
    crate = None if piece.symbol is None else rust_crate(_base(piece.symbol.name))
    return None if crate is None else crate.name


def _is_formatting(piece: Piece) -> bool:
    name = "" if piece.symbol is None else _base(piece.symbol.name)
    return any(kind.pattern.match(name) for kind in KINDS if kind.key in ("debug", "display", "float-fmt"))


def _is_unwind_table(piece: Piece) -> bool:
    return piece.section.name in UNWIND_SECTIONS or piece.section.name.startswith(".ARM.ex")


def _panic_data(elf: Elf, graph: Graph) -> Iterator[int]:
    """Places in source files, their paths, and the texts of usual messages."""
    word = elf.bits // 8
    paths = set()
    for number, piece in enumerate(graph.pieces):
        if piece.is_code or not piece.section.has_bytes or piece.size > 1024:
            continue
        data = piece.contents(elf)
        if SOURCE.fullmatch(data):
            paths.add(number)
        elif MESSAGE.search(data):
            yield number
    yield from paths
    for edge in graph.edges:
        # A place is a text (pointer and length), a line and a column.
        source = graph.pieces[edge.source]
        if edge.target in paths and not source.is_code and source.size == 2 * word + 8:
            yield edge.source


def folding_savings(retention: Retention) -> list[Saving]:
    """Functions of identical code."""
    groups = folding.identical_functions(retention.graph)
    pieces = [number for group in groups for number in group[1:]]
    safe = [n for group in folding.identical_functions(retention.graph, safe=True) for n in group[1:]]
    size, safe_size = _own(retention, pieces), _own(retention, safe)
    return [
        Saving(
            "identical",
            f"Functions identical to another one; {safe_size.flash:,} B of them whose address nobody takes",
            "let the linker fold them: --icf=all (lld, gold, mold), unless the program compares addresses of "
            "functions",
            size,
            size,
            tuple(
                n for group in sorted(groups, key=lambda g: -_own(retention, g[1:]).flash) for n in group[1:]
            ),
        )
    ]


def _copies(retention: Retention, family: Callable[[str], str]) -> list[Saving]:
    """Instances of one generic whose instructions are the same but for their operands."""
    graph = retention.graph
    shapes = folding.shapes(graph)
    families: dict[str, list[int]] = {}
    for number, piece in enumerate(graph.pieces):
        if piece.is_code and piece.symbol is not None and piece.symbol.name.startswith(("_R", "_Z")):
            families.setdefault(family(piece.symbol.name), []).append(number)
    alike: list[int] = []
    several: list[int] = []
    for members in families.values():
        if len(members) < 2:
            continue
        ordered = _ordered(retention, members)
        largest = max(members, key=lambda n: (graph.pieces[n].size, -n))
        several += [n for n in ordered if n != largest]
        first: set[bytes] = set()
        for number in ordered:
            if shapes[number] in first:
                alike.append(number)
            first.add(shapes[number])
    remedy = (
        "move the part that does not depend on the type into a function that is not generic; &dyn instead of "
        "impl Trait; fewer types"
    )
    return [
        Saving(
            "copies-alike",
            "Instances of one generic with the same instructions, but for their operands",
            remedy,
            _own(retention, alike),
            _own(retention, alike),
            tuple(alike),
        ),
        Saving(
            "copies",
            "Instances of one generic besides its largest one",
            remedy,
            _own(retention, several),
            _own(retention, several),
            tuple(sorted(several, key=lambda n: (-sum(retention.own[n]), n))),
        ),
    ]


def _crate_versions(retention: Retention) -> list[Saving]:
    """Crates that are there in several versions, or twice with other features."""
    crates: dict[str, dict[int, list[int]]] = {}
    for number, piece in enumerate(retention.graph.pieces):
        crate = None if piece.symbol is None else rust_crate(piece.symbol.name)
        if crate is not None and crate.disambiguator is not None:
            crates.setdefault(crate.name, {}).setdefault(crate.disambiguator, []).append(number)
    found = []
    for name, versions in sorted(crates.items()):
        if len(versions) < 2:
            continue
        by_size = sorted(versions.values(), key=lambda pieces: -sum(_own(retention, pieces)))
        rest = [number for pieces in by_size[1:] for number in pieces]
        found.append(
            Saving(
                f"versions-of-{name}",
                f"{len(versions)} versions of the crate {name}; all but the largest",
                "bring the dependencies to one version: cargo tree --duplicates",
                _own(retention, rest),
                retention.without(rest),
                _ordered(retention, rest),
            )
        )
    return found


def _keepers(retention: Retention) -> list[Saving]:
    """Small pieces that alone keep much."""
    total = sum(one.flash for one in retention.own)
    found = []
    for number, retained in enumerate(retention.retained):
        own, above = retention.own[number], retention.dominator[number]
        if retained.flash - own.flash < _MUCH_KEPT or own.flash > _SMALL_KEEPER:
            continue
        if retained.flash * 2 > total or retention.roots.get(number) in (Root.ENTRY, Root.VECTORS):
            continue
        # Of a chain of small ones the first is told.
        if above >= 0 and retention.own[above].flash <= _SMALL_KEEPER:
            kept = retention.retained[above].flash
            if kept * 2 <= total and kept < retained.flash * 1.5:
                continue
        found.append(number)
    found.sort(key=lambda n: (-retention.retained[n].flash, n))
    return [
        Saving(
            f"keeper-{retention.graph.pieces[number].start:#x}",
            "A small piece that alone keeps much",
            "see what it is needed for (--why), and whether that can be left out or done another way",
            retention.own[number],
            retention.retained[number],
            (number,),
        )
        for number in found[:_KEEPERS]
    ]


def _with_overlaps(retention: Retention, found: Sequence[Saving]) -> Iterator[Saving]:
    """The savings with the keys of those that would save some of the same bytes."""
    sets = [
        set(one.pieces) if one.key in _SHRINK else retention.goes_without(one.pieces).union(one.pieces)
        for one in found
    ]
    for number, one in enumerate(found):
        others = [
            other.key
            for place, other in enumerate(found)
            if place != number and not sets[number].isdisjoint(sets[place])
        ]
        yield replace(one, overlaps=tuple(others))
