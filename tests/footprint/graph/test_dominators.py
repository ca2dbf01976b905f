"""Dominators against their definition."""

from hypothesis import given, settings
from hypothesis import strategies as st

from wasmfit.footprint.graph.dominators import NONE, immediate_dominators, subtree_sums, tree_order


def reachable(successors: list[list[int]], root: int, without: int = -1) -> set[int]:
    seen = {root} - {without}
    waiting = list(seen)
    while waiting:
        for target in successors[waiting.pop()]:
            if target not in seen and target != without:
                seen.add(target)
                waiting.append(target)
    return seen


@st.composite
def graphs(draw: st.DrawFn) -> list[list[int]]:
    count = draw(st.integers(1, 12))
    edges = draw(
        st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=3 * count)
    )
    successors: list[list[int]] = [[] for _ in range(count)]
    for source, target in edges:
        successors[source].append(target)
    return successors


@settings(max_examples=1000, deadline=None)
@given(graphs())
def test_a_dominator_is_what_all_paths_need(successors: list[list[int]]) -> None:
    dominator = immediate_dominators(successors, 0)
    count = len(successors)
    all_ = reachable(successors, 0)
    # A node strictly dominates those that cannot be reached without it.
    dominated = {
        node: all_ - reachable(successors, 0, without=node) - {node} if node in all_ else set()
        for node in range(count)
    }
    for node in range(count):
        strict = {above for above in range(count) if node in dominated[above]}
        if not strict:
            assert dominator[node] == NONE
            continue
        chain = set()
        above = dominator[node]
        while above != NONE:
            chain.add(above)
            above = dominator[above]
        assert chain == strict


@settings(max_examples=500, deadline=None)
@given(graphs(), st.data())
def test_sums_are_what_removal_takes_away(successors: list[list[int]], data: st.DataObject) -> None:
    count = len(successors)
    sizes = data.draw(st.lists(st.integers(0, 100), min_size=count, max_size=count))
    dominator = immediate_dominators(successors, 0)
    sums = subtree_sums(dominator, sizes, tree_order(dominator))
    all_ = reachable(successors, 0)
    for node in all_:
        lost = all_ - reachable(successors, 0, without=node)
        assert sums[node] == sum(sizes[gone] for gone in lost)


def test_a_diamond_is_dominated_by_its_top() -> None:
    assert immediate_dominators([[1, 2], [3], [3], [4], []], 0) == [NONE, 0, 0, 0, 3]


def test_what_cannot_be_reached_has_no_dominator() -> None:
    assert immediate_dominators([[1], [], [1]], 0) == [NONE, 0, NONE]


def test_a_long_chain_needs_no_deep_recursion() -> None:
    count = 50_000
    chain = [[node + 1] if node + 1 < count else [0] for node in range(count)]
    dominator = immediate_dominators(chain, 0)
    assert dominator == [NONE, *range(count - 1)]
    assert subtree_sums(dominator, [1] * count, tree_order(dominator))[0] == count
