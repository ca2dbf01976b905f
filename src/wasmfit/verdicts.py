"""The library's verdicts: what changed, whether budgets hold, what moved a figure, which runtime fits.

Most are on what is stored. What measures, and what looks into images, is loaded where it is needed: it takes
longer to load than ten cells take to compare.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from .catalog import Catalog
from .errors import UsageError, WasmfitError
from .events import Listener, nobody
from .home import Home
from .model import Measurement
from .results import Store
from .results.budget import read_budget
from .results.changes import CellChange, Changes, SymbolChange, changes, largest
from .results.check import Checked
from .results.check import check as hold
from .results.evidence import Source, declared, features_of, suite
from .results.fit import Fit
from .results.history import History
from .results.history import history as follow
from .results.rank import fit as rank
from .results.runs import RecordedRun
from .results.snapshot import Complete, newest, resolve
from .results.wanted import Wanted
from .timing import predictor, with_time

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
        old, new = resolve(str(before), reader, complete), resolve(str(after), reader, complete)
        if old.run is not None and old.run == new.run:
            raise UsageError(f"Both sides are {old.title}.", "Name two: `wasmfit history --runs` lists them.")
        found = changes(old, new, select, everything=everything)
    if not symbols:
        return found
    moved = largest(found.cells, "size.flash")[:_CELLS_WITH_SYMBOLS]
    return replace(found, symbols={cell.name: grown for cell in moved if (grown := _symbols(cell))})


def check(
    budget: str | Path,
    *,
    of: str | None = None,
    baseline: str | None = None,
    run: bool = False,
    rerun: bool = False,
    label: str | None = None,
    command: str = "wasmfit.check()",
    home: Path | None = None,
    catalogs: Sequence[Path] = (),
    listener: Listener = nobody,
    echo: Callable[[str], None] | None = None,
) -> Checked:
    """Holds figures against a budget.

    Args:
        budget: The file of limits.
        of: What to check, as for :func:`diff`; the newest measurement of every cell if it is not given.
        baseline: What relative limits are held against, in the place of what the file names.
        run: Measure the cells that the limits name first. What is in the store is reused.
        rerun, label, command, home, catalogs, listener, echo: As for :func:`wasmfit.compare`.

    Raises:
        UsageError: The budget is broken, a limit holds for no cell, or a side is unknown.
        MissingToolError: As for :func:`wasmfit.compare`.
    """
    limits = read_budget(Path(budget), baseline)
    catalog = Catalog.load(*catalogs)
    complete = completing(catalog)
    with store(home).reading() as reader:
        # Looked up before long work, and as it was before it: `latest` is the run before this one.
        pinned = {name: resolve(name, reader, complete).pinned or name for name in limits.baselines}
    if (run or rerun) and of is not None:
        raise UsageError("--run checks what it measures, and --of names something else.", "Leave one out.")
    if run or rerun:
        from .api import compare

        measured = compare(
            runtimes=("all",),
            workloads=tuple(catalog.workloads),
            boards=tuple(catalog.boards),
            profiles=tuple(catalog.profiles),
            select=limits.globs,
            rerun=rerun,
            label=label,
            command=command,
            home=home,
            catalogs=catalogs,
            listener=listener,
            echo=echo,
        )
        of = f"run:{measured.run}"
    with store(home).reading() as reader:
        side = newest(reader, complete) if of is None else resolve(of, reader, complete)
        baselines = {name: resolve(pin, reader, complete) for name, pin in pinned.items()}
        return hold(limits, side, baselines)


def history(
    figure: str,
    *,
    select: Sequence[str] = (),
    by_version: bool = False,
    home: Path | None = None,
    catalogs: Sequence[Path] = (),
) -> History:
    """Follows a figure over time or over versions.

    Args:
        figure: Its name, such as ``size.flash``.
        select: Globs over cells' ids.
        by_version: Over versions of the runtimes, the newest measurement of each.
        home, catalogs: As for :func:`wasmfit.compare`.

    Raises:
        UsageError: There is no such figure or cell.
    """
    complete = completing(Catalog.load(*catalogs))
    with store(home).reading() as reader:
        return follow(reader, complete, figure, select, versions=by_version)


def runs(*, home: Path | None = None) -> list[RecordedRun]:
    """The runs in the store, the newest first."""
    with store(home).reading() as reader:
        return reader.runs()


def fit(
    module: Path | str | None = None,
    *,
    workload: str = "add-with-extra",
    flash: str | int | None = None,
    ram: str | int | None = None,
    needs: str | Sequence[str] = (),
    weights: str | None = None,
    runtimes: Sequence[str] = (),
    board: str = "nrf52840dk",
    profile: str = "reference",
    calls: Sequence[str] = (),
    expect: str | Sequence[str] = (),
    imports: Mapping[str, str] | None = None,
    stub_all: bool = False,
    rerun: bool = False,
    label: str | None = None,
    command: str = "wasmfit.fit()",
    home: Path | None = None,
    catalogs: Sequence[Path] = (),
    listener: Listener = nobody,
    echo: Callable[[str], None] | None = None,
) -> Fit:
    """Ranks the runtimes that fit a board, and says what the others would take. What is missing is measured.

    Args:
        module: A module of the user's, in the place of a workload.
        workload: A workload of the catalogue.
        flash, ram: What there is room for: bytes, or ``512K`` (K = 1024). The board's, if not given; an image
            is linked for the board, so more than it has makes no difference.
        needs: Features that are needed, of :data:`wasmfit.results.evidence.NEEDS`.
        weights: As ``flash=1,ram=1,speed=2``.
        board, profile: Names of the catalogue.
        calls, expect, imports, stub_all: Of the module, as for :func:`wasmfit.compare`.
        runtimes, rerun, label, command, home, catalogs, listener, echo: As for :func:`wasmfit.compare`.

    Raises:
        UsageError: A name or amount is not understood.
        MissingToolError: As for :func:`wasmfit.compare`.
    """
    from .api import compare, features_beside

    catalog = Catalog.load(*catalogs)
    on = catalog.board(board)
    wanted = Wanted.of(flash, ram, needs, weights)
    limits = wanted.on(on)
    comparison = compare(
        runtimes=runtimes,
        workloads=(workload,),
        module=module,
        calls=calls,
        expect=expect,
        imports=imports,
        stub_all=stub_all,
        boards=(board,),
        profiles=(profile,),
        rerun=rerun,
        label=label,
        command=command,
        home=home,
        catalogs=catalogs,
        listener=listener,
        echo=echo,
    )
    sources: tuple[Source, ...] = (declared,)
    if suites := features_of(limits.needs, {one.name for one in catalog.features.features}):
        found = features_beside(
            comparison.measurements,
            suites,
            catalog.bounds,
            rerun=rerun,
            home=home,
            catalogs=catalogs,
            listener=listener,
            echo=echo,
        )
        sources = (suite(list(found)), declared)
    return rank(
        comparison.measurements,
        limits,
        board_title=on.title,
        sources=sources,
        bounds=catalog.bounds,
        run=comparison.run,
        notes=wanted.notes(on),
    )


def store(home: Path | None) -> Store:
    """The store of a home."""
    return Store(Home.find(home).results)


def completing(catalog: Catalog) -> Complete:
    """What adds predictions to measurements: by today's prices, so that both sides of a comparison have the
    same, and what changed is the firmware.
    """

    prices = {name: predictor(board, catalog.core(board)) for name, board in catalog.boards.items()}

    def complete(one: Measurement) -> Measurement:
        if one.board not in prices or one.run is None:
            return one
        return one.model_copy(update={"run": with_time(one, prices[one.board])})

    return complete


def _symbols(cell: CellChange) -> tuple[SymbolChange, ...]:
    """The symbols of a cell that changed most; none where an image is gone or is another by now."""
    if cell.elves is None or not all(_is(Path(path), digest) for path, digest in cell.elves):
        return ()
    from .footprint.analysis import SizeOptions, analyse
    from .footprint.views.tree import GroupBy

    (old, _), (new, _) = cell.elves
    try:
        found = analyse(new, SizeOptions(by=(GroupBy.SYMBOL,), top=(4 * _SYMBOLS,)), old).difference
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
