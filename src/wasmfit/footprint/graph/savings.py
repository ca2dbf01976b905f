"""What could be saved: code and data that firmware often carries without need, with the usual remedies.

Kinds overlap (a panic formats its message, and formatting can panic), so their bytes must not be added up;
each says with which others it shares bytes.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from wasmfit.elf.names.crates import rust_crate
from wasmfit.elf.records import Elf
from wasmfit.footprint.attribution.kinds import UNWIND_SECTIONS
from wasmfit.footprint.graph import folding
from wasmfit.footprint.graph.fragments import Fragment
from wasmfit.footprint.graph.reference_graph import ReferenceGraph
from wasmfit.footprint.graph.retention import MemoryBytes, Retention, RootReason
from wasmfit.footprint.graph.saving_kinds import KINDS, MESSAGE, SOURCE, SavingKind


@dataclass(frozen=True, slots=True)
class Saving:
    """Something that could be saved.

    Attributes:
        key: A short name that stays the same, such as ``debug``.
        title: What it is, in a few words.
        remedy: What is usually done about it.
        own: The bytes of the fragments themselves.
        retained: The bytes that would be removed with all of them, what only they retain included. For what
            can only shrink, such as copies of a generic, the bytes to be saved at most.
        fragments: Numbers of the fragments, the one that retains most first.
        overlaps: Keys of other savings that would save some of the same bytes.
    """

    key: str
    title: str
    remedy: str
    own: MemoryBytes
    retained: MemoryBytes
    fragments: tuple[int, ...]
    overlaps: tuple[str, ...] = ()


_SMALL_DOMINATOR = 512  # bytes
_MUCH_RETAINED = 1024  # bytes
_MOST_DOMINATORS = 20
# These merge into others, and retain what they need.
_SHRINK = frozenset({"identical", "copies", "copies-alike"})


def find_savings(
    retention: Retention,
    *,
    family: Callable[[str], str] | None = None,
    at_least: int = 1,
) -> tuple[Saving, ...]:
    """Find what could be saved.

    Args:
        retention: What retains what in the file.
        family: From a symbol's name to that of the generic it is an instance of, see
            :func:`wasmfit.elf.names.demangle.family`; without it, copies of generics are not looked for.
        at_least: The fewest bytes worth reporting.

    Returns:
        The savings, those of most bytes first.
    """
    graph = retention.graph
    candidates = [_saving(retention, kind, _of_kind(graph, kind)) for kind in KINDS]
    candidates += folding_savings(retention)
    if family is not None:
        candidates += _copies(retention, family)
    candidates += _crate_versions(retention)
    candidates += _dominators(retention)
    savings = [saving for saving in candidates if sum(saving.retained) >= at_least and saving.fragments]
    savings.sort(key=lambda saving: (-saving.retained.flash, saving.key))
    return tuple(_with_overlaps(retention, savings))


def _saving(retention: Retention, kind: SavingKind, fragments: Sequence[int]) -> Saving:
    return Saving(
        kind.key,
        kind.title,
        kind.remedy,
        own=_own(retention, fragments),
        retained=retention.bytes_removed_with(fragments),
        fragments=_ordered(retention, fragments),
    )


def _own(retention: Retention, fragments: Iterable[int]) -> MemoryBytes:
    sizes = [retention.own[number] for number in fragments]
    return MemoryBytes(sum(size.flash for size in sizes), sum(size.ram for size in sizes))


def _ordered(retention: Retention, fragments: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted(fragments, key=lambda n: (-sum(retention.retained[n]), n)))


def _of_kind(graph: ReferenceGraph, kind: SavingKind) -> list[int]:
    elf = graph.byte_map.elf
    numbers = [
        number
        for number, fragment in enumerate(graph.fragments)
        if fragment.symbol is not None and kind.pattern.match(_base(fragment.symbol.name))
    ]
    if kind.key == "core-fmt":
        of_core = [n for n in numbers if _crate(graph.fragments[n]) == "core"]
        return [n for n in of_core if not _is_formatting(graph.fragments[n])]
    if kind.key == "panic":
        numbers += _panic_data(elf, graph)
    if kind.key == "unwinder":
        numbers += [n for n, fragment in enumerate(graph.fragments) if _is_unwind_table(fragment)]
    return sorted(set(numbers))


def _base(name: str) -> str:
    """What a name is derived from: ``.Lswitch.table.f`` from ``f``."""
    at = max(name.find("._R"), name.find("._ZN"))
    return name[at + 1 :] if at >= 0 else name


def _crate(fragment: Fragment) -> str | None:
    crate = None if fragment.symbol is None else rust_crate(_base(fragment.symbol.name))
    return None if crate is None else crate.name


def _is_formatting(fragment: Fragment) -> bool:
    name = "" if fragment.symbol is None else _base(fragment.symbol.name)
    return any(kind.pattern.match(name) for kind in KINDS if kind.key in ("debug", "display", "float-fmt"))


def _is_unwind_table(fragment: Fragment) -> bool:
    return fragment.section.name in UNWIND_SECTIONS or fragment.section.name.startswith(".ARM.ex")


def _panic_data(elf: Elf, graph: ReferenceGraph) -> Iterator[int]:
    """Locations in source files, their paths, and the texts of usual messages."""
    word = elf.bits // 8
    paths = set()
    for number, fragment in enumerate(graph.fragments):
        if fragment.is_code or not fragment.section.has_bytes or fragment.size > 1024:
            continue
        data = fragment.contents(elf)
        if SOURCE.fullmatch(data):
            paths.add(number)
        elif MESSAGE.search(data):
            yield number
    yield from paths
    for edge in graph.edges:
        # A location is a text (pointer and length), a line and a column.
        source = graph.fragments[edge.source]
        if edge.target in paths and not source.is_code and source.size == 2 * word + 8:
            yield edge.source


def folding_savings(retention: Retention) -> list[Saving]:
    """Functions of identical code."""
    groups = folding.identical_functions(retention.graph)
    fragments = [number for group in groups for number in group[1:]]
    safe = [n for group in folding.identical_functions(retention.graph, safe=True) for n in group[1:]]
    size, safe_size = _own(retention, fragments), _own(retention, safe)
    return [
        Saving(
            "identical",
            f"Functions identical to another one; {safe_size.flash:,} B of them whose address nothing takes",
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
    for number, fragment in enumerate(graph.fragments):
        if number not in shapes or fragment.symbol is None:
            continue
        if fragment.symbol.name.startswith(("_R", "_Z")):
            families.setdefault(family(fragment.symbol.name), []).append(number)
    alike: list[int] = []
    several: list[int] = []
    for members in families.values():
        if len(members) < 2:
            continue
        ordered = _ordered(retention, members)
        largest = max(members, key=lambda n: (graph.fragments[n].size, -n))
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
            "Instances of one generic except its largest one",
            remedy,
            _own(retention, several),
            _own(retention, several),
            tuple(sorted(several, key=lambda n: (-sum(retention.own[n]), n))),
        ),
    ]


def _crate_versions(retention: Retention) -> list[Saving]:
    """Crates that are there in several versions, or twice with other features."""
    crates: dict[str, dict[int, list[int]]] = {}
    for number, fragment in enumerate(retention.graph.fragments):
        crate = None if fragment.symbol is None else rust_crate(fragment.symbol.name)
        if crate is not None and crate.disambiguator is not None:
            crates.setdefault(crate.name, {}).setdefault(crate.disambiguator, []).append(number)
    savings = []
    for name, versions in sorted(crates.items()):
        if len(versions) < 2:
            continue
        by_size = sorted(versions.values(), key=lambda fragments: -sum(_own(retention, fragments)))
        rest = [number for fragments in by_size[1:] for number in fragments]
        savings.append(
            Saving(
                f"versions-of-{name}",
                f"{len(versions)} versions of the crate {name}; all but the largest",
                "bring the dependencies to one version: cargo tree --duplicates",
                _own(retention, rest),
                retention.bytes_removed_with(rest),
                _ordered(retention, rest),
            )
        )
    return savings


def _dominators(retention: Retention) -> list[Saving]:
    """Small fragments that alone retain much."""
    total = sum(own.flash for own in retention.own)
    numbers = []
    for number, retained in enumerate(retention.retained):
        own, above = retention.own[number], retention.dominator[number]
        if retained.flash - own.flash < _MUCH_RETAINED or own.flash > _SMALL_DOMINATOR:
            continue
        if retained.flash * 2 > total or retention.roots.get(number) in (
            RootReason.ENTRY,
            RootReason.VECTORS,
        ):
            continue
        # Of a chain of small ones the first is reported.
        if above >= 0 and retention.own[above].flash <= _SMALL_DOMINATOR:
            retained_above = retention.retained[above].flash
            if retained_above * 2 <= total and retained_above < retained.flash * 1.5:
                continue
        numbers.append(number)
    numbers.sort(key=lambda n: (-retention.retained[n].flash, n))
    return [
        Saving(
            f"keeper-{retention.graph.fragments[number].start:#x}",
            "A small fragment that alone retains much",
            "see what it is needed for (--why), and whether that can be left out or done another way",
            retention.own[number],
            retention.retained[number],
            (number,),
        )
        for number in numbers[:_MOST_DOMINATORS]
    ]


def _with_overlaps(retention: Retention, savings: Sequence[Saving]) -> Iterator[Saving]:
    """The savings with the keys of those that would save some of the same bytes."""
    saved = [
        set(saving.fragments)
        if saving.key in _SHRINK
        else retention.removed_with(saving.fragments).union(saving.fragments)
        for saving in savings
    ]
    for number, saving in enumerate(savings):
        others = [
            other.key
            for other_number, other in enumerate(savings)
            if other_number != number and not saved[number].isdisjoint(saved[other_number])
        ]
        yield replace(saving, overlaps=tuple(others))
