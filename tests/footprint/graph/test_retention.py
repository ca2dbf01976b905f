"""Why things are in a file, and what would go with them."""

import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from wasmfit.elf import parse_elf
from wasmfit.footprint.attribution.byte_map import attribute_bytes
from wasmfit.footprint.graph.reference import ReferenceKind
from wasmfit.footprint.graph.reference_graph import ReferenceGraph, build_graph
from wasmfit.footprint.graph.retention import MemoryBytes, Retention, RootReason, describe, retention

from ...elf.elf_builder import CODE, DATA, ElfBuilder, Sec, Sym
from . import thumb

TEXT, RODATA, RAM = 0x0800_0000, 0x0801_0000, 0x2000_0000
LOCAL, OBJECT, NOTYPE = 0, 1, 0


def firmware(calls: dict[str, list[str]], sizes: dict[str, int] | None = None) -> ElfBuilder:
    """Functions that call each other, each padded to some size; ``reset`` is in the vector table."""
    names = list(calls)
    at, address = {}, TEXT + 8
    for name in names:
        at[name] = address
        address += max((sizes or {}).get(name, 0), 4 * len(calls[name]) + 4)
    code = b""
    for name in names:
        body = b"".join(thumb.branch(at[name] + 4 * n, at[callee]) for n, callee in enumerate(calls[name]))
        body += thumb.BX_LR
        size = max((sizes or {}).get(name, 0), 4 * len(calls[name]) + 4)
        code += body + thumb.NOP * ((size - len(body)) // 2)
    symbols = [Sym("$t", TEXT + 8, type=NOTYPE, binding=LOCAL)]
    symbols += [
        Sym(name, at[name] | 1, max((sizes or {}).get(name, 0), 4 * len(calls[name]) + 4)) for name in names
    ]
    return ElfBuilder(
        sections=[
            Sec(".vector_table", TEXT, struct.pack("<II", RAM + 0x1000, at[names[0]] | 1)),
            Sec(".text", TEXT + 8, code, flags=CODE),
        ],
        symbols=symbols,
    )


def retention_of(built: ElfBuilder) -> Retention:
    return retention(build_graph(attribute_bytes(parse_elf(built.build()))))


def number(retained: Retention, name: str) -> int:
    (fragment,) = retained.find(name)
    return fragment


def named(retained: Retention, fragments: tuple[int, ...]) -> list[str]:
    graph = retained.graph
    return [describe(graph.byte_map.elf, graph.fragments[fragment]) for fragment in fragments]


CALLS = {
    "reset": ["main", "rare"],
    "main": ["a", "b"],
    "a": ["shared"],
    "b": ["shared", "only"],
    "only": [],
    "shared": [],
    "rare": ["deep"],
    "deep": ["deeper"],
    "deeper": [],
}


def test_what_a_fragment_dominates_is_removed_with_it() -> None:
    retained = retention_of(firmware(CALLS, {"deep": 40, "deeper": 100}))
    why = retained.why(number(retained, "rare"))
    assert (why.own, why.retained) == (MemoryBytes(8, 0), MemoryBytes(148, 0))
    assert named(retained, why.dominated) == ["deeper", "deep"]
    assert named(retained, why.dominators)[-1] == "reset"
    main = retained.why(number(retained, "main"))
    assert set(named(retained, main.dominated)) == {"a", "b", "only", "shared"}
    assert retained.why(number(retained, "a")).dominated == ()


def test_the_path_is_a_shortest_one_from_a_root() -> None:
    retained = retention_of(firmware(CALLS))
    why = retained.why(number(retained, "shared"))
    assert named(retained, tuple(step.fragment for step in why.path))[1:] == ["reset", "main", "a", "shared"]
    assert [step.kind for step in why.path] == [
        None,
        ReferenceKind.DATA,
        ReferenceKind.CALL,
        ReferenceKind.CALL,
        ReferenceKind.CALL,
    ]
    assert why.root is RootReason.VECTORS
    assert named(retained, tuple(step.fragment for step in why.callers)) == ["a", "b"]
    assert named(retained, tuple(step.fragment for step in retained.why(number(retained, "b")).callees)) == [
        "only",
        "shared",
    ]


def test_what_nothing_refers_to_is_a_root_of_its_own() -> None:
    retained = retention_of(firmware({**CALLS, "exported": ["helper"], "helper": []}))
    why = retained.why(number(retained, "helper"))
    assert why.root is RootReason.UNREFERENCED
    assert named(retained, tuple(step.fragment for step in why.path)) == ["exported", "helper"]


def test_a_ring_that_nothing_refers_to_is_kept_as_well() -> None:
    retained = retention_of(firmware({**CALLS, "one": ["two"], "two": ["one"]}))
    assert retained.why(number(retained, "two")).root is RootReason.UNREFERENCED
    assert retained.why(number(retained, "one")).retained == MemoryBytes(16, 0)


def test_data_counts_in_the_memories_that_it_takes() -> None:
    built = ElfBuilder(
        sections=[
            Sec(
                ".text", TEXT, thumb.address(0, RAM) + thumb.address(1, RAM + 8) + thumb.BX_LR * 2, flags=CODE
            ),
            Sec(".data", RAM, bytes(8), flags=DATA),
            Sec(".bss", RAM + 8, None, size=20, flags=DATA, type=8),
        ],
        symbols=[
            Sym("$t", TEXT, type=NOTYPE, binding=LOCAL),
            Sym("f", TEXT | 1, 20),
            Sym("counter", RAM, 8, ".data", OBJECT),
            Sym("buffer", RAM + 8, 20, ".bss", OBJECT),
        ],
    )
    retained = retention_of(built)
    assert retained.why(number(retained, "f")).retained == MemoryBytes(28, 28)
    assert retained.why(number(retained, "buffer")).own == MemoryBytes(0, 20)


def test_a_name_is_found_exactly_or_as_a_part() -> None:
    retained = retention_of(firmware(CALLS))
    assert named(retained, retained.find("deep")) == ["deep"]
    assert named(retained, retained.find("ee")) == ["deep", "deeper"]
    assert named(
        retained, retained.find(hex(retained.graph.fragments[number(retained, "only")].start + 2))
    ) == ["only"]
    assert retained.find("missing") == ()
    assert retained.find("0xqq") == ()
    assert retained.find("0x7") == ()
    assert named(retained, retained.find("SHARED", str.upper)) == ["shared"]


def test_an_owner_that_goes_takes_what_only_it_keeps() -> None:
    retained = retention_of(firmware(CALLS, {"deep": 40, "deeper": 100}))
    owners = {
        "reset": "os",
        "main": "app",
        "a": "app",
        "b": "app",
        "rare": "lib",
        "deep": "core",
        "shared": "core",
    }
    names = named(retained, tuple(range(len(retained.graph.fragments))))

    def without(owner: str) -> MemoryBytes:
        return retained.bytes_removed_with([n for n, name in enumerate(names) if owners.get(name) == owner])

    assert without("lib") == MemoryBytes(148, 0)
    assert without("core") == MemoryBytes(8 + 140, 0) - MemoryBytes(4, 0)


@st.composite
def programs(draw: st.DrawFn) -> dict[str, list[str]]:
    names = [f"f{n}" for n in range(draw(st.integers(1, 9)))]
    some = st.lists(st.sampled_from(names), max_size=4, unique=True)
    return {name: draw(some) for name in names}


@settings(max_examples=300, deadline=None)
@given(programs())
def test_retained_bytes_are_those_that_removal_takes_away(calls: dict[str, list[str]]) -> None:
    retained = retention_of(firmware(calls))
    graph = retained.graph
    everything = _reached(graph, retained, -1)
    for fragment in range(len(graph.fragments)):
        gone = everything - _reached(graph, retained, fragment)
        expected = MemoryBytes(
            sum(retained.own[n].flash for n in gone), sum(retained.own[n].ram for n in gone)
        )
        assert retained.retained[fragment] == expected == retained.bytes_removed_with([fragment])
        assert set(retained.dominated_by(fragment)) == gone - {fragment}


def _reached(graph: ReferenceGraph, retained: Retention, without: int) -> set[int]:
    successors = graph.successors()
    seen = {root for root in retained.roots if root != without}
    waiting = list(seen)
    while waiting:
        for target in successors[waiting.pop()]:
            if target not in seen and target != without:
                seen.add(target)
                waiting.append(target)
    return seen


def test_text_and_nameless_bytes_have_a_description() -> None:
    built = firmware({"reset": []})
    built.sections.append(Sec(".rodata", RODATA, b"hello\0" + bytes(range(1, 9)) + b"x" * 90))
    retained = retention_of(built)
    shown = named(retained, tuple(range(len(retained.graph.fragments))))
    assert '"hello"' in shown or any("hello" in name for name in shown)
    assert any(name.endswith(f"of .vector_table at {TEXT:#x}") for name in shown)
