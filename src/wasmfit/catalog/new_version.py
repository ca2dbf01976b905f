"""A version for a runtime of the catalogue, made from its newest: text of its file, comments and all."""

import re

from wasmfit.errors import UsageError

_TABLE = "[[versions]]"
_INNER = "[versions."
_PUBLISHED = "[versions.published]"
_STATED = re.compile(r'version\s*=\s*"([^"]*)"')


def with_version(text: str, old: str, new: str) -> str:
    """The text of a ``runtime.toml`` with a version before another that it is built like.

    What others published for the old one is left out, and so are variants that name their versions.

    Raises:
        UsageError: The file has no version of that name, written as the catalogue writes them.
    """
    lines = text.splitlines(keepends=True)
    starts = [at for at, line in enumerate(lines) if line.strip() == _TABLE]
    for start in starts:
        end = next((at for at in range(start + 1, len(lines)) if _is_behind(lines[at])), len(lines))
        stated = next(
            (found.group(1) for line in lines[start:end] if (found := _STATED.match(line.strip()))), None
        )
        if stated == old:
            block = "".join(_unpublished(lines[start:end])).rstrip("\n") + "\n\n"
            made = block.replace(f'"{old}"', f'"{new}"').replace(f'"={old}"', f'"={new}"')
            return "".join((*lines[:start], made, *lines[start:]))
    raise UsageError(
        f"The runtime's file has no {_TABLE} of version {old} to begin with.", "Add one by hand."
    )


def _is_behind(line: str) -> bool:
    """Whether a line begins a table that is not part of a version's."""
    return line.startswith("[") and not line.startswith(_INNER)


def _unpublished(lines: list[str]) -> list[str]:
    """The lines without the table of published figures."""
    start = next((at for at, line in enumerate(lines) if line.strip() == _PUBLISHED), None)
    if start is None:
        return lines
    end = next((at for at in range(start + 1, len(lines)) if lines[at].startswith("[")), len(lines))
    return [*lines[:start], *lines[end:]]
