"""Boards as the user's firmware sets them up: what ``--clock`` and ``--assume`` say."""

from collections.abc import Sequence
from dataclasses import replace

from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.frequency import parse_frequency
from wasmfit.plan import select_boards
from wasmfit.timing import set_up
from wasmfit.words import escape_unprintable


def with_setup(catalog: Catalog, boards: Sequence[str], clock: str | None, assume: Sequence[str]) -> Catalog:
    """The catalogue, with boards as their firmware sets them up. What is measured of them stays the same.

    Args:
        catalog: The catalogue.
        boards: Names or patterns of boards; those without a timing model stay as they are.
        clock: Clock of the core, such as ``48MHz``.
        assume: ``NAME=VALUE``, of the boards' timing models.

    Raises:
        UsageError: A clock, a name or a value is not understood, no board has a timing model, or one that has
            does not know what is assumed.
    """
    if clock is None and not assume:
        return catalog
    clock_hz = None if clock is None else parse_frequency(clock)
    assumed = dict(map(_split, assume))
    chosen = [board for board in select_boards(catalog, boards) if board.timing is not None]
    if not chosen:
        known = ", ".join(name for name, board in sorted(catalog.boards.items()) if board.timing is not None)
        raise UsageError(
            "No time is predicted on these boards, so that nothing is assumed of them.",
            f"Boards with a timing model are {known}.",
        )
    known_boards = {board.name: set_up(board, clock_hz, assumed) for board in chosen}
    return replace(catalog, boards={**catalog.boards, **known_boards})


def _split(text: str) -> tuple[str, str]:
    name, separator, value = (part.strip() for part in text.partition("="))
    if not (name and separator and value):
        raise UsageError(
            f"--assume takes NAME=VALUE, and {escape_unprintable(text)!r} is not that.",
            "For example: --assume icache=off; `wasmfit show board NAME` lists what a board's model knows.",
        )
    return name, value
