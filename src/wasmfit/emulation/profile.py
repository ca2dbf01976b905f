"""The plugin's profile: which functions, called from where, the instructions were spent in.

Calls are followed as the program makes them: an instruction that leaves a return
address is a call, a jump to that address the return. A jump to another function
is a call in its caller's place. What recurses deeper than the plugin's memory
(8,192 calls) counts where it was then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .counts import WITHIN_CALL
from .symbols import PHASES, Function

_PHASE_IDS = {"start": 0} | {phase: number for number, phase in enumerate(PHASES, 1)}
_FIELDS = 4 + 8
UNKNOWN = "[unknown]"


@dataclass(frozen=True)
class Node:
    """A function as called from one place in the tree of calls.

    Attributes:
        parent: The caller's place in the list of nodes, which is before its own; -1 for the root.
        function: The function's symbol; ``None`` where no symbol covers it, and for the root.
        spent: Instructions in it alone, by the phase's number.
    """

    parent: int
    function: str | None
    spent: tuple[int, ...]


@dataclass(frozen=True)
class Row:
    """A function's part.

    Attributes:
        function: Its name.
        alone: Instructions in it.
        inclusive: Instructions in it and in what it called.
    """

    function: str
    alone: int
    inclusive: int


@dataclass(frozen=True)
class CallProfile:
    """The tree of calls of a run."""

    nodes: tuple[Node, ...]

    def total(self, phases: Sequence[str] = PHASES) -> int:
        """Instructions in the phases."""
        return sum(_spent(node, phases) for node in self.nodes)

    def rows(self, phases: Sequence[str] = PHASES, name: Callable[[str], str] = str) -> list[Row]:
        """The functions that the phases' instructions were spent in or under, most first."""
        alone: dict[str, int] = {}
        under: dict[str, int] = {}
        for path, spent in self._paths(phases, name):
            alone[path[-1]] = alone.get(path[-1], 0) + spent
            # A function that calls itself has spent them once.
            for function in set(path):
                under[function] = under.get(function, 0) + spent
        rows = (Row(function, alone.get(function, 0), inclusive) for function, inclusive in under.items())
        return sorted(rows, key=lambda row: (-row.alone, -row.inclusive, row.function))

    def folded(self, phases: Sequence[str] = PHASES, name: Callable[[str], str] = str) -> str:
        """Stacks in one line each, as flame graphs are drawn from: ``caller;called NUMBER``."""
        lines: dict[str, int] = {}
        for path, spent in self._paths(phases, name):
            stack = ";".join(function.replace(";", ",") for function in path)
            lines[stack] = lines.get(stack, 0) + spent
        return "".join(f"{stack} {spent}\n" for stack, spent in sorted(lines.items()))

    def _paths(
        self, phases: Sequence[str], name: Callable[[str], str]
    ) -> Iterator[tuple[tuple[str, ...], int]]:
        """Every place in the tree with instructions of its own: the functions that lead to it, and they."""
        paths: list[tuple[str, ...]] = []
        for node in self.nodes:
            above = paths[node.parent] if 0 <= node.parent < len(paths) else ()
            here = above if node.parent < 0 else (*above, name(node.function) if node.function else UNKNOWN)
            paths.append(here)
            spent = _spent(node, phases)
            if spent:
                yield here or (UNKNOWN,), spent


def _spent(node: Node, phases: Sequence[str]) -> int:
    """Instructions in the phases; a call's are also those in its region of interest and after that."""
    wanted = dict.fromkeys([*phases, *(WITHIN_CALL if "call" in phases else ())])
    return sum(node.spent[_PHASE_IDS[phase]] for phase in wanted)


def parse(text: str, functions: Sequence[Function]) -> CallProfile:
    """Reads the plugin's profile; lines that are none are left out, as is what hangs on them.

    Args:
        functions: The functions by whose place in the list it names them.
    """
    nodes: list[Node] = []
    for line in text.splitlines():
        match line.split():
            case ["node", *words] if len(words) == _FIELDS - 1:
                try:
                    number, parent, function, *spent = map(int, words)
                except ValueError:
                    break
                if number != len(nodes) or parent >= number:
                    break
                name = functions[function].name if 0 <= function < len(functions) else None
                nodes.append(Node(parent, name, tuple(spent)))
            case _:
                break
    return CallProfile(tuple(nodes))
