"""Finds the line of a field in TOML text, for messages only."""

import re

_TABLE = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")


def line_of(text: str, place: tuple[str | int, ...]) -> int:
    """The 1-based line where the field at ``place`` stands, or that of the nearest table around it.

    ``place`` is a path as pydantic gives it: keys, and indices into arrays of tables.
    """
    wanted = [str(part) for part in place]
    best, best_depth = 1, 0
    table: list[str] = []
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _TABLE.match(line):
            name = header.group(2)
            table = name.split(".")
            if header.group(1) == "[[":
                index = counts.get(name, 0)
                counts[name] = index + 1
                table = [*table, str(index)]
            here = table
        elif "=" in line and not line.lstrip().startswith("#"):
            here = [*table, *(part.strip().strip("\"'") for part in line.split("=", 1)[0].split("."))]
        else:
            continue
        depth = _common(here, wanted)
        if depth == len(here) and depth > best_depth:
            best, best_depth = number, depth
    return best


def _common(left: list[str], right: list[str]) -> int:
    depth = 0
    for one, other in zip(left, right, strict=False):
        if one != other:
            break
        depth += 1
    return depth
