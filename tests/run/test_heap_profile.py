"""Blocks of the heap by purpose: which caller tells it, and that nothing is lost."""

from hypothesis import given
from hypothesis import strategies as st

from wasmfit.catalog import Catalog
from wasmfit.emulation import Block
from wasmfit.model import HeapClass
from wasmfit.run.heap_profile import UNKNOWN, HeapProfiled, HeapSite, sites_of

RULES: dict[str, HeapClass] = {
    "Parse*": "module",
    "New*": "translated-code",
    "ParseTable": "instance",
    "hash_new": "other",
}
CALLERS = ("<alloc::vec::Vec<u8>>::reserve", "malloc", "ParseTable", "NewRuntime", "main", None)


def block(size: int, *callers: str | None, phase: str = "load") -> Block:
    return Block(size, phase, callers)


def test_the_innermost_caller_that_is_known_tells_the_purpose() -> None:
    blocks = (
        block(10, "malloc", "ParseTable", "NewRuntime"),
        block(5, "malloc", "ParseTypes", "main"),
        block(7, "malloc", "ParseTypes", "other"),
        # A rule that says "other" keeps the callers behind it from telling.
        block(3, "hash_new", "ParseTypes"),
        block(20, "malloc", "NewRuntime", "ParseTypes", phase="call"),
    )
    assert sites_of(blocks, RULES) == (
        HeapSite("call", "translated-code", "NewRuntime", 20, 1),
        HeapSite("load", "module", "ParseTypes", 12, 2),
        # Of several patterns that match it, the first.
        HeapSite("load", "module", "ParseTable", 10, 1),
        HeapSite("load", "other", "hash_new", 3, 1),
    )


def test_a_rule_may_be_for_one_phase() -> None:
    rules: dict[str, HeapClass] = {"load: main": "module", "instantiate: m*": "instance"}
    blocks = [
        block(size, "main", phase=phase) for size, phase in ((3, "load"), (2, "instantiate"), (1, "call"))
    ]
    assert [site.purpose for site in sites_of(blocks, rules)] == ["module", "instance", "other"]


def test_without_a_rule_it_is_whose_container_it_is() -> None:
    ordinary = block(
        8, "<alloc::raw_vec::RawVec<u8>>::grow_one", None, "__rustc::__rust_alloc", "load_types", "main"
    )
    (site,) = sites_of([ordinary], {})
    assert (site.purpose, site.function) == ("other", "load_types")
    (site,) = sites_of([block(8, "malloc")], {})
    assert site.function == "malloc"
    (site,) = sites_of([block(8)], {}, "linear-memory")
    assert (site.purpose, site.function) == ("linear-memory", UNKNOWN)


@given(
    st.lists(
        st.builds(
            Block,
            st.integers(1, 100),
            st.sampled_from(["load", "call"]),
            st.lists(st.sampled_from(CALLERS), max_size=4).map(tuple),
        )
    )
)
def test_nothing_is_lost(blocks: list[Block]) -> None:
    sites = sites_of(blocks, RULES)
    peak = sum(one.size for one in blocks)
    assert (sum(site.size for site in sites), sum(site.blocks for site in sites)) == (peak, len(blocks))
    profiled = HeapProfiled("cell", peak, 0, sites, (), tuple(blocks))
    assert sum(profiled.by_purpose.values()) == peak
    assert sum(int(line.rpartition(" ")[2]) for line in profiled.folded().splitlines()) == peak


def test_every_table_of_the_catalogue_names_something() -> None:
    """A table with a purpose twice is fine; one that is never looked at, or for no code at all, is not."""
    named = {name for name, runtime in Catalog.load().runtimes.items() if runtime.heap_sites}
    assert {"wasm3", "wamr", "wasmi", "wasefire", "toywasm"} <= named
    assert not any(Catalog.load().runtimes[name].language == "none" for name in named)
