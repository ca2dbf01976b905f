"""Makes a module smaller by instruction, for as long as what it shows stays.

Works on WABT's text of the module, one instruction a line. Each round makes all candidates that leave
something out (a run of lines, the inside of a block, the rest of a block after ``unreachable``), drops those
that are not valid, asks about all others at once, and goes on with the smallest of those that still show it.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.wat import run

Shows = Callable[[Sequence[Path]], Sequence[bool]]
"""Says of each module whether it still shows what it is kept for."""

_OPENS = re.compile(r"\s*(block|loop|if)\b")
_CLOSES = re.compile(r"\s*end\b")
_ENDS_FUNCTION = re.compile(r"\)+$")
_AT_ONCE = 400
"""Candidates of a round, at most: the largest cuts first."""

_ROUNDS = 60


class NotShownError(Exception):
    """The module as it is does not show what it is to be made smaller for."""


def text_of(module: Path) -> list[str]:
    """A module's text: a form or an instruction a line."""
    return run("wasm2wat", str(module)).splitlines()


def shrunk(module: Path, shows: Shows, folder: Path) -> list[str]:
    """The text of the smallest module found.

    Args:
        module: The module.
        shows: What is to stay.
        folder: Where candidates go.

    Raises:
        NotShownError: It does not show it to begin with.
    """
    lines = text_of(module)
    first = _valid(folder, [lines])
    if not first or not all(shows([path for path, _ in first])):
        raise NotShownError(module)
    for _ in range(_ROUNDS):
        smaller = _smaller(lines, shows, folder)
        if smaller is None:
            break
        lines = smaller
    return lines


def _smaller(lines: Sequence[str], shows: Shows, folder: Path) -> list[str] | None:
    """The smallest candidate that still shows it; ``None`` where none does."""
    shorter = dict.fromkeys(tuple(one) for one in candidates_of(lines) if len(one) < len(lines))
    candidates = sorted(shorter, key=len)
    for begin in range(0, len(candidates), _AT_ONCE):
        valid = _valid(folder, candidates[begin : begin + _AT_ONCE])
        shown = shows([path for path, _ in valid])
        kept = [list(text) for (_, text), is_shown in zip(valid, shown, strict=True) if is_shown]
        if kept:
            return min(kept, key=len)
    return None


def _valid(folder: Path, texts: Sequence[Sequence[str]]) -> list[tuple[Path, Sequence[str]]]:
    """The texts that are modules, compiled."""

    def compiled(numbered: tuple[int, Sequence[str]]) -> tuple[Path, Sequence[str]] | None:
        number, lines = numbered
        source, module = folder / f"s{number:06}.wat", folder / f"s{number:06}.wasm"
        source.write_text("\n".join(lines))
        try:
            run("wat2wasm", str(source), "-o", str(module))
        except AssertionError:
            return None
        return module, lines

    with ThreadPoolExecutor() as pool:
        return [one for one in pool.map(compiled, enumerate(texts)) if one is not None]


def candidates_of(lines: Sequence[str]) -> Iterator[list[str]]:
    """Texts with something left out."""
    yield from _without_runs(lines)
    depths = list(_depths(lines))
    for at, line in enumerate(lines):
        if _OPENS.match(line):
            end = _end_of(depths, at)
            if end is not None and end > at + 1:
                # Its inside, or the block around its inside.
                yield [*lines[: at + 1], "unreachable", *lines[end:]]
                yield [*lines[:at], *lines[at + 1 : end], *lines[end + 1 :]]
                yield [*lines[:at], "unreachable", *lines[end + 1 :]]
    for at in range(1, len(lines)):
        rest = _rest_of_block(lines, depths, at)
        if rest is not None and rest > at + 1:
            yield [*lines[:at], "unreachable", *lines[rest:]]


def _without_runs(lines: Sequence[str]) -> Iterator[list[str]]:
    length = max(1, len(lines) // 2)
    while True:
        for at in range(1, len(lines) - length + 1, max(1, length // 2)):
            cut, rest = lines[at : at + length], lines[at + length :]
            # Parentheses that a function ends with stay, behind the line before.
            closing = ")" * sum(map(_excess, cut))
            yield [*lines[: at - 1], lines[at - 1] + closing, *rest]
        if length == 1:
            return
        length = (length + 1) // 2


def _excess(line: str) -> int:
    """How many parentheses a line closes more than it opens."""
    return line.count(")") - line.count("(")


def _depths(lines: Sequence[str]) -> Iterator[int]:
    """How deep in blocks each line is."""
    depth = 0
    for line in lines:
        if _CLOSES.match(line):
            depth -= 1
        yield depth
        if _OPENS.match(line):
            depth += 1


def _end_of(depths: Sequence[int], at: int) -> int | None:
    return next((end for end in range(at + 1, len(depths)) if depths[end] == depths[at]), None)


def _rest_of_block(lines: Sequence[str], depths: Sequence[int], at: int) -> int | None:
    """The line that ends the block that an instruction is in, or follows its function."""
    if lines[at].lstrip().startswith("("):
        return None
    for end in range(at, len(lines)):
        if depths[end] < depths[at] or lines[end].lstrip().startswith("(func"):
            return end
        if _ENDS_FUNCTION.search(lines[end]) and _excess(lines[end]) > 0:
            return None
    return None
