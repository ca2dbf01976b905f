"""Trees of bytes and of calls, packed: each name once, numbers in the order of a walk, deflated.

A report may hold hundreds of images with thousands of symbols each, and stays small: what is a smaller part
of its image than a threshold becomes one row with the number of things that it stands for, and the threshold
is raised until everything fits.
"""

from collections.abc import Mapping, Sequence

from wasmfit.analysis.document import ByteNode
from wasmfit.json_text import encoded

from .safe import deflated

FIRST_SHARE = 1 / 64_000
"""Parts of an image below this share of it are folded, to begin with."""

BUDGET = 1_200_000
"""Most characters that the packed trees of a report may take."""


def packed(trees: Mapping[str, ByteNode], budget: int = BUDGET) -> tuple[str, float]:
    """The trees as base64 of deflated JSON, and the share of an image below which rows were folded."""
    share = FIRST_SHARE
    while True:
        text = _deflated(trees, share)
        if len(text) <= budget or share >= 1:
            return text, share
        share *= 2


def folded(rows: Sequence[ByteNode], least: float) -> Sequence[ByteNode]:
    """A node's parts, with all of them that have fewer bytes than ``least`` as one; nothing is lost."""
    large = [row for row in rows if row.bytes >= least and row.count == 1]
    if len(large) == len(rows):
        return rows
    small = [row for row in rows if row.bytes < least or row.count > 1]
    if len(small) == 1:
        return [*large, *small]
    count = sum(row.count for row in small)
    return [*large, ByteNode("", sum(row.bytes for row in small), count=count)]


def _deflated(trees: Mapping[str, ByteNode], share: float) -> str:
    names: dict[str, int] = {}
    walks: dict[str, list[int]] = {}
    for key, tree in trees.items():
        walk: list[int] = []
        _walk(tree, tree.bytes * share, names, walk)
        walks[key] = walk
    return deflated(encoded({"names": list(names), "trees": walks}))


def _walk(tree: ByteNode, least: float, names: dict[str, int], walk: list[int]) -> None:
    """Four numbers a node, parents first: its name's, its bytes, what it stands for, how many rows it has."""
    pending = [tree]
    while pending:
        node = pending.pop()
        rows = folded(node.rows, least)
        walk += (names.setdefault(node.name, len(names)), node.bytes, node.count, len(rows))
        pending += reversed(rows)
