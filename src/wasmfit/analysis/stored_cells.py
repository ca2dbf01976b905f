"""Cells of the store by what a user writes of their ids."""

from collections.abc import Sequence

from wasmfit.defaults import BASE, BOARD, PROFILE, WORKLOAD
from wasmfit.errors import UsageError
from wasmfit.globs import matches
from wasmfit.store.measurements import Reader, StoredCell
from wasmfit.words import closest, escape_unprintable

from .cell_versions import version_of, without_version

_NAMED = 5
"""Cells that an error names."""


def find_stored(reader: Reader, text: str) -> StoredCell:
    """The newest measurement of the one cell that is meant: of those measured here, if any is.

    What the text leaves open is as it is wherever nothing is named: the default board, profile and so on,
    as long as a cell is left, and of several versions the newest.

    Args:
        reader: The store.
        text: The cell's id, its beginning, a part of it, or a pattern.

    Raises:
        UsageError: There is no such cell, or there are several.
    """
    cells = {stored.cell: stored for stored in reader.newest()}
    here = [name for name, stored in cells.items() if not stored.is_of_set]
    chosen = [text] if text in cells else _meant(here, text) or _meant(list(cells), text)
    chosen = _in_default_setting(chosen)
    if len(chosen) == 1:
        return cells[chosen[0]]
    if chosen:
        more = f" and {len(chosen) - _NAMED:,} more" if len(chosen) > _NAMED else ""
        raise UsageError(
            f"{escape_unprintable(text)!r} is {len(chosen):,} cells: {', '.join(chosen[:_NAMED])}{more}.",
            "Name one of them; a part of the id that no other has is enough.",
        )
    near = closest(text, cells, 0.4)
    hint = f"Did you mean {near}? " if near else ""
    raise UsageError(
        f"No cell {escape_unprintable(text)!r} was measured.",
        f"{hint}`wasmfit compare` measures; `wasmfit list cells` lists all ids that there can be.",
    )


def _meant(ids: Sequence[str], text: str) -> list[str]:
    """The ids that a text may mean, by the first rule that any of them follows."""
    rules = (
        lambda cell: cell.startswith((f"{text}/", f"{text}@")),
        lambda cell: matches(cell, text),
        lambda cell: cell.startswith(text),
        lambda cell: text in cell,
    )
    for rule in rules:
        if chosen := [cell for cell in ids if rule(cell)]:
            return chosen
    return []


def _in_default_setting(ids: list[str]) -> list[str]:
    """Those in the default setting, part by part, as long as any is left; the newest of several versions."""
    for place, default in enumerate((WORKLOAD, BOARD, BASE, PROFILE), start=1):
        ids = [cell for cell in ids if cell.split("/")[place : place + 1] == [default]] or ids
    is_one = len({without_version(cell) for cell in ids}) == 1
    return [max(ids, key=version_of)] if is_one else ids
