"""A cell's profile as the tree of calls that a flame graph draws."""

from collections.abc import Iterable

from wasmfit.analysis.document import ByteNode, FlameGraph
from wasmfit.words import escape_unprintable

from .image_bytes import LONGEST_NAME
from .profile import Profiled

_DEEPEST = 100
"""Calls in calls that are told apart; what is deeper counts in the last."""


def flame(profiled: Profiled) -> FlameGraph:
    """A profile as the tree of calls that a flame graph draws."""
    return FlameGraph(profiled.cell, profiled.phases, calls(profiled.folded()))


def calls(folded: str) -> ByteNode:
    """Folded stacks (``caller;called NUMBER`` a line) as a tree."""
    root = _Calls()
    for line in folded.splitlines():
        stack, _, spent = line.rpartition(" ")
        if stack and spent.isdecimal():
            root.add(stack.split(";")[:_DEEPEST], int(spent))
    return root.node("all")


class _Calls:
    """A function in the making: what was spent under it, and whom it called."""

    def __init__(self) -> None:
        self._spent = 0
        self._called: dict[str, _Calls] = {}

    def add(self, stack: Iterable[str], spent: int) -> None:
        here = self
        here._spent += spent
        for function in stack:
            here = here._called.setdefault(function, _Calls())
            here._spent += spent

    def node(self, name: str) -> ByteNode:
        rows = sorted((called.node(function) for function, called in self._called.items()), key=_largest)
        return ByteNode(escape_unprintable(name, LONGEST_NAME), self._spent, tuple(rows))


def _largest(node: ByteNode) -> tuple[int, str]:
    return -node.bytes, node.name
