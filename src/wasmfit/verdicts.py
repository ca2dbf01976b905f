"""The library's verdicts: what changed, whether budgets hold, what moved a figure, which runtime fits.

Apart from :mod:`wasmfit.api`, which loads all that builds and runs firmware.
"""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from .catalog import Catalog
from .errors import UsageError, WasmfitError
from .footprint.survey import Options, survey
from .footprint.views import By
from .home import Home
from .model import Measurement
from .results import Store
from .results.changes import CellChange, Changes, SymbolChange, changes, largest
from .results.snapshot import Complete, resolve
from .timing import with_time

_CELLS_WITH_SYMBOLS = 3
"""Cells whose images are compared symbol by symbol: each takes a part of a second."""

_SYMBOLS = 8


def diff(
    before: str = "latest~1",
    after: str = "latest",
    *,
    select: Sequence[str] = (),
    everything: bool = False,
    symbols: bool = True,
    home: Path | None = None,
    catalogs: Sequence[Path] = (),
) -> Changes:
    """Says what changed between two runs, branches, commits, versions, profiles or JSON files.

    Args:
        before, after: What to compare: see :func:`wasmfit.results.snapshot.resolve`.
        select: Globs over names of cells.
        everything: With ``run.activity``, which explains other figures.
        symbols: Whether to look into the images of the cells that changed most, where they still exist.
        home, catalogs: As for :func:`wasmfit.compare`.

    Raises:
        UsageError: A side is unknown, or the two cannot be held against each other.
    """
    complete = completing(Catalog.load(*catalogs))
    with store(home).reading() as reader:
        found = changes(
            resolve(str(before), reader, complete),
            resolve(str(after), reader, complete),
            select,
            everything=everything,
        )    if not symbols:
        return found
    moved = largest(found.cells, "size.flash")[:_CELLS_WITH_SYMBOLS]
    return replace(found, symbols={cell.name: grown for cell in moved if (grown := _symbols(cell))})


def store(home: Path | None) -> Store:
    """The store of a home."""
    return Store((Home.find() if home is None else Home.at(home)).results)


def completing(catalog: Catalog) -> Complete:
    """What adds predictions to measurements: by today's prices, so that both sides of a comparison have the
    same, and what changed is the firmware.
    """

    def complete(one: Measurement) -> Measurement:
        board = catalog.boards.get(one.board)
        if board is None or one.run is None:
            return one
        return one.model_copy(update={"run": with_time(one, board, catalog.core(board))})

    return complete


def _symbols(cell: CellChange) -> tuple[SymbolChange, ...]:
    """The symbols of a cell that changed most; none where an image is gone or is another by now."""
    if cell.elves is None or not all(_is(Path(path), digest) for path, digest in cell.elves):
        return ()
    (old, _), (new, _) = cell.elves
    try:
        found = survey(new, Options(by=(By.SYMBOL,), top=(4 * _SYMBOLS,)), old).difference
    except (UsageError, WasmfitError):
        return ()
    if found is None:
        return ()
    rows = [row for row in found.view.rows if row.count == 1 and row.bytes]
    return tuple(SymbolChange(row.name, row.before, row.after) for row in rows[:_SYMBOLS])


def _is(path: Path, digest: str) -> bool:
    try:
        return sha256(path.read_bytes()).hexdigest() == digest
    except OSError:
        return False
