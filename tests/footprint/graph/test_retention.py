"""Why things are in a file, and what would go with them."""

import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from wasmfit.elf import parse_elf
from wasmfit.footprint.attribution.byte_map import ledger
from wasmfit.footprint.graph.reference import How
from wasmfit.footprint.graph.reference_graph import Graph, build_graph
from wasmfit.footprint.graph.retention import Bytes, Retention, Root, describe, retention

from ...elf.elf_builder import CODE, DATA, ElfBuilder, Sec, Sym
from . import thumb

TEXT, RODATA, RAM = 0x0800_0000, 0x0801_0000, 0x2000_0000
LOCAL, OBJECT, NOTYPE = 0, 1, 0


def firmware(calls: dict[str, list[str]], sizes: dict[str, int] | None = None) -> ElfBuilder:
    """Functions that call each other, each padded to some size; ``reset`` is in the vector table."""
    names = list(calls)
    at, place = {}, TEXT + 8
    for name in names:
        at[name] = place
        place += max((sizes or {}).get(name, 0), 4 * len(calls[name]) + 4)
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


def kept(built: ElfBuilder) -> Retention:
    return retention(build_graph(ledger(parse_elf(built.build()))))


def number(found: Retention, name: str) -> int:
    (piece,) = found.find(name)
    return piece


def named(found: Retention, pieces: tuple[int, ...]) -> list[str]:
    graph = found.graph
    return [describe(graph.ledger.elf, graph.pieces[piece]) for piece in pieces]


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


def test_what_one_piece_alone_keeps_goes_with_it() -> None:
    found = kept(firmware(CALLS, {"deep": 40, "deeper": 100}))
    why = found.why(number(found, "rare"))
    assert (why.own, why.retained) == (Bytes(8, 0), Bytes(148, 0))
    assert named(found, why.goes) == ["deeper", "deep"]
    assert named(found, why.keepers)[-1] == "reset"
    main = found.why(number(found, "main"))
    assert set(named(found, main.goes)) == {"a", "b", "only", "shared"}
    assert found.why(number(found, "a")).goes == ()


def test_the_path_is_a_shortest_one_from_a_root() -> None:
    found = kept(firmware(CALLS))
    why = found.why(number(found, "shared"))
    assert named(found, tuple(step.piece for step in why.path))[1:] == ["reset", "main", "a", "shared"]
    assert [step.how for step in why.path] == [None, How.DATA, How.CALL, How.CALL, How.CALL]
    assert why.root is Root.VECTORS
    assert named(found, tuple(step.piece for step in why.callers)) == ["a", "b"]
    assert named(found, tuple(step.piece for step in found.why(number(found, "b")).callees)) == [
        "only",
        "shared",
    ]


def test_what_nothing_refers_to_is_a_root_of_its_own() -> None:
    found = kept(firmware({**CALLS, "exported": ["helper"], "helper": []}))
    why = found.why(number(found, "helper"))
    assert why.root is Root.KEPT
    assert named(found, tuple(step.piece for step in why.path)) == ["exported", "helper"]


def test_a_ring_that_nothing_refers_to_is_kept_as_well() -> None:
    found = kept(firmware({**CALLS, "one": ["two"], "two": ["one"]}))
    assert found.why(number(found, "two")).root is Root.KEPT
    assert found.why(number(found, "one")).retained == Bytes(16, 0)


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
    found = kept(built)
    assert found.why(number(found, "f")).retained == Bytes(28, 28)
    assert found.why(number(found, "buffer")).own == Bytes(0, 20)


def test_a_name_is_found_exactly_or_as_a_part() -> None:
    found = kept(firmware(CALLS))
    assert named(found, found.find("deep")) == ["deep"]
    assert named(found, found.find("ee")) == ["deep", "deeper"]
    assert named(found, found.find(hex(found.graph.pieces[number(found, "only")].start + 2))) == ["only"]
    assert found.find("missing") == ()
    assert found.find("0xqq") == ()
    assert found.find("0x7") == ()
    assert named(found, found.find("SHARED", str.upper)) == ["shared"]


def test_an_owner_that_goes_takes_what_only_it_keeps() -> None:
    found = kept(firmware(CALLS, {"deep": 40, "deeper": 100}))
    owners = {
        "reset": "os",
        "main": "app",
        "a": "app",
        "b": "app",
        "rare": "lib",
        "deep": "core",
        "shared": "core",
    }
    names = named(found, tuple(range(len(found.graph.pieces))))

    def without(owner: str) -> Bytes:
        return found.without([n for n, name in enumerate(names) if owners.get(name) == owner])

    assert without("lib") == Bytes(148, 0)
    assert without("core") == Bytes(8 + 140, 0) - Bytes(4, 0)


@st.composite
def programs(draw: st.DrawFn) -> dict[str, list[str]]:
    names = [f"f{n}" for n in range(draw(st.integers(1, 9)))]
    some = st.lists(st.sampled_from(names), max_size=4, unique=True)
    return {name: draw(some) for name in names}


@settings(max_examples=300, deadline=None)
@given(programs())
def test_retained_bytes_are_those_that_removal_takes_away(calls: dict[str, list[str]]) -> None:
    found = kept(firmware(calls))
    graph = found.graph
    everything = _reached(graph, found, -1)
    for piece in range(len(graph.pieces)):
        gone = everything - _reached(graph, found, piece)
        expected = Bytes(sum(found.own[n].flash for n in gone), sum(found.own[n].ram for n in gone))
        assert found.retained[piece] == expected == found.without([piece])
        assert set(found.kept_by(piece)) == gone - {piece}


def _reached(graph: Graph, found: Retention, without: int) -> set[int]:
    successors = graph.successors()
    seen = {root for root in found.roots if root != without}
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
    found = kept(built)
    shown = named(found, tuple(range(len(found.graph.pieces))))
    assert '"hello"' in shown or any("hello" in one for one in shown)
    assert any(one.endswith(f"of .vector_table at {TEXT:#x}") for one in shown)
