"""Folded stacks as trees: every instruction counts once, and no depth is too much."""

from hypothesis import given
from hypothesis import strategies as st

from wasmfit.analysis.document import ByteNode
from wasmfit.run.flames import calls


def test_stacks_share_their_callers() -> None:
    root = calls("main;a 3\nmain;b 4\nmain 1\n")
    assert root == ByteNode("all", 8, (ByteNode("main", 8, (ByteNode("b", 4), ByteNode("a", 3))),))


def test_spaces_belong_to_names_and_lines_that_are_none_are_left_out() -> None:
    root = calls("<A as B>::c 5\n\nnothing\nhalf -1\n")
    assert [(row.name, row.bytes) for row in root.rows] == [("<A as B>::c", 5)]


def test_what_recurses_without_end_has_an_end_here() -> None:
    root, depth = calls(f"{';'.join(['f'] * 8_000)} 7\n"), 0
    while root.rows:
        (root,), depth = root.rows, depth + 1
    assert (depth, root.bytes) == (100, 7)


@given(st.lists(st.tuples(st.lists(st.sampled_from("abc"), min_size=1), st.integers(0, 99))))
def test_it_adds_up(stacks: list[tuple[list[str], int]]) -> None:
    root = calls("".join(f"{';'.join(stack)} {spent}\n" for stack, spent in stacks))
    assert root.bytes == sum(spent for _, spent in stacks)
    pending = [root]
    while pending:
        node = pending.pop()
        assert sum(row.bytes for row in node.rows) <= node.bytes
        pending += node.rows
