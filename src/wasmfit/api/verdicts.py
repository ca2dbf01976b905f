"""Verdicts on what is stored: what changed, whether budgets hold, what changed a metric.

What measures, and what looks into images, is loaded where it is needed: it takes longer to load than ten
cells take to compare.
"""

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Unpack

from wasmfit.analysis.basis import basis_notes, outdated_cells
from wasmfit.analysis.budget import read_budget
from wasmfit.analysis.certain_changes import CostModels
from wasmfit.analysis.changes import CellChange, Changes, SymbolChange, compare_snapshots, largest
from wasmfit.analysis.check import BudgetCheck, check_budget
from wasmfit.analysis.history import History, followed_cells
from wasmfit.analysis.history import history as follow
from wasmfit.analysis.snapshot import AddPredictions, measured_here, newest, resolve
from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError, WasmfitError
from wasmfit.home import Home
from wasmfit.input_file import contents
from wasmfit.model import Measurement
from wasmfit.requests import Experiment, RunOptions
from wasmfit.requests.keywords import Keywords, OptionKeywords
from wasmfit.store import MeasuredSet, RecordedRun, Store
from wasmfit.timing import cost_model, with_predictions
from wasmfit.words import counted

from .found_cells import origins_of_answer

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
        before, after: What to compare: see :func:`wasmfit.analysis.snapshot.resolve`.
        select: Globs over names of cells.
        everything: With ``run.activity``, which explains other metrics.
        symbols: Whether to look into the images of the cells that changed most, where they still exist.
        home, catalogs: As for :func:`wasmfit.compare`.

    Raises:
        UsageError: A side is unknown, or the two cannot be compared.

    Versions and profiles that were never measured here are those of the measured set. Without a selection,
    cells that neither side has from here are left out, unless there are no others.
    """
    catalog, measured_set = Catalog.load(*catalogs), MeasuredSet()
    models = cost_models(catalog)
    complete = completing(models)
    with store(home).reading(measured_set) as reader:
        old, new = resolve(str(before), reader, complete), resolve(str(after), reader, complete)
        left_out: tuple[str, ...] = ()
        if not select:
            everywhere = {*old.entries, *new.entries}
            old, new = measured_here(old, new)
            left_out = _left_out("compared", len(everywhere - {*old.entries, *new.entries}))
        if old.run is not None and old.run == new.run:
            raise UsageError(f"Both sides are {old.title}.", "Name two: `wasmfit history --runs` lists them.")
        changed = compare_snapshots(old, new, select, everything=everything, models=models)
        sides = [side.selected(select) for side in (old, new)]
        elsewhere = {cell for side in sides for cell in side.of_set()}
        here = {cell for side in sides for cell in side.stored_here()}
        origins = origins_of_answer(catalog, measured_set, reader, sorted(elsewhere), sorted(here))
    changed = replace(
        changed, notes=(*left_out, *changed.notes, *basis_notes(origins)), outdated=outdated_cells(origins)
    )
    if not symbols:
        return changed
    most_changed = largest(changed.cells, "size.flash")[:_CELLS_WITH_SYMBOLS]
    return replace(changed, symbols={cell.name: grown for cell in most_changed if (grown := _symbols(cell))})


def _left_out(what_is: str, count: int) -> tuple[str, ...]:
    """That cells of the measured set were left out, where nobody has selected any."""
    if not count:
        return ()
    return (
        f"{what_is}: what was measured here; {counted(count, 'cell')} more of the measured set: --select '*'",
    )


def check(
    budget: str | Path,
    *,
    of: str | None = None,
    baseline: str | None = None,
    run: bool = False,
    options: RunOptions | None = None,
    **fields: Unpack[OptionKeywords],
) -> BudgetCheck:
    """Compares metrics with the limits of a budget.

    Args:
        budget: The file of limits.
        of: What to check, as for :func:`diff`; the newest measurement of every cell if it is not given.
        baseline: What relative limits are relative to, instead of what the file names.
        run: Measure the cells that the limits name first. What is in the store is reused, unless the options
            say ``rerun``.
        options: How cells are measured. With ``measured``, none is, and those that were never measured here
            are the measured set's.
        fields: The fields of the options, as for :func:`wasmfit.compare`.

    Raises:
        UsageError: The budget is broken, a limit holds for no cell, or a side is unknown.
        MissingToolError: As for :func:`wasmfit.compare`.
    """
    keywords = Keywords("check", fields)
    options = keywords.record(RunOptions, options).recorded_as("wasmfit.check()")
    keywords.end()
    limits = read_budget(Path(budget), baseline)
    measures = run or options.rerun
    if options.measured:
        _refuse_measuring(options, run=run)
    catalog, measured_set = Catalog.load(*options.catalogs), MeasuredSet() if options.measured else None
    complete = completing(cost_models(catalog))
    with store(options.home).reading(measured_set) as reader:
        # Looked up before long work, and as it was before it: `latest` is the run before this one.
        pinned = {name: resolve(name, reader, complete).pinned or name for name in limits.baselines}
    if measures and of is not None:
        raise UsageError("--run checks what it measures, and --of names something else.", "Leave one out.")
    if measures:
        from .comparison import measure
        from .recorded import telling_of_the_set

        cells = Experiment(
            runtimes=("all",),
            workloads=tuple(catalog.workloads),
            boards=tuple(catalog.boards),
            profiles=tuple(catalog.profiles),
            select=limits.globs,
        )
        measured = telling_of_the_set(lambda: measure(catalog, cells, options))
        of = f"run:{measured.comparison.run}"
    with store(options.home).reading(measured_set) as reader:
        side = newest(reader, complete) if of is None else resolve(of, reader, complete)
        baselines = {name: resolve(pin, reader, complete) for name, pin in pinned.items()}
        checked = check_budget(limits, side, baselines)
        if measured_set is None:
            return checked
        names = {result.cell for result in checked.results}
        sides = (side, *baselines.values())
        elsewhere = {cell for one in sides for cell in one.of_set(names)}
        here = {cell for one in sides for cell in one.stored_here(names)}
        origins = origins_of_answer(catalog, measured_set, reader, sorted(elsewhere), sorted(here))
    return replace(checked, notes=basis_notes(origins))


def _refuse_measuring(options: RunOptions, *, run: bool) -> None:
    """Refuses what measures where nothing is to be measured."""
    from .recorded import refuse_measuring

    refuse_measuring(options)
    if run:
        raise UsageError("--run measures, and --measured measures nothing.", "Leave out one of them.")


def history(
    metric: str,
    *,
    select: Sequence[str] = (),
    by_version: bool = False,
    home: Path | None = None,
    catalogs: Sequence[Path] = (),
) -> History:
    """Follows a metric over time or over versions, of cells measured here or of the measured set.

    Args:
        metric: Its name, such as ``size.flash``.
        select: Globs over cells' ids. Without any, cells measured here are followed, or those of the set in
            the default setting where there are none.
        by_version: Over versions of the runtimes, the newest measurement of each.
        home, catalogs: As for :func:`wasmfit.compare`.

    Raises:
        UsageError: There is no such metric or cell.
    """
    catalog, measured_set = Catalog.load(*catalogs), MeasuredSet()
    models = cost_models(catalog)
    with store(home).reading(measured_set) as reader:
        followed = follow(reader, completing(models), metric, select, versions=by_version, models=models)
        of_set = reader.of_set()
        cells = followed_cells(reader, select, versions=by_version)
        elsewhere = [cell for cell in cells if cell in of_set]
        is_of_here = not select and len(elsewhere) < len(cells)
        left_out = _left_out("followed", len(of_set) - len(elsewhere)) if is_of_here else ()
        here = (cell for cell in cells if cell not in of_set)
        origins = origins_of_answer(catalog, measured_set, reader, elsewhere, here)
    return replace(followed, notes=(*left_out, *basis_notes(origins)), outdated=outdated_cells(origins))


def runs(*, home: Path | None = None) -> list[RecordedRun]:
    """The runs in the store, the newest first."""
    with store(home).reading() as reader:
        return reader.runs()


def store(home: Path | None) -> Store:
    """The store of a home."""
    return Store(Home.to_read(home).results)


def cost_models(catalog: Catalog) -> CostModels:
    """The cost model of every board that has one."""
    return {name: cost_model(board, catalog.core(board)) for name, board in catalog.boards.items()}


def completing(models: CostModels) -> AddPredictions:
    """What adds predictions to measurements: by today's cycle costs, so that both sides of a comparison have
    the same, and what changed is the firmware.
    """

    def complete(measurement: Measurement) -> Measurement:
        if measurement.board not in models or measurement.run is None:
            return measurement
        return measurement.model_copy(
            update={"run": with_predictions(measurement, models[measurement.board])}
        )

    return complete


def _symbols(cell: CellChange) -> tuple[SymbolChange, ...]:
    """The symbols of a cell that changed most; none where an image is gone or is another by now."""
    if cell.elves is None or not all(_is(Path(path), digest) for path, digest in cell.elves):
        return ()
    from wasmfit.footprint.analysis import analyse
    from wasmfit.footprint.size_options import SizeOptions
    from wasmfit.footprint.views.tree import GroupBy

    (old, _), (new, _) = cell.elves
    try:
        difference = analyse(new, SizeOptions(by=(GroupBy.SYMBOL,), top=(4 * _SYMBOLS,)), old).difference
    except (UsageError, WasmfitError):
        return ()
    if difference is None:
        return ()
    rows = [row for row in difference.view.rows if row.count == 1 and row.bytes]
    return tuple(SymbolChange(row.name, row.before, row.after) for row in rows[:_SYMBOLS])


def _is(path: Path, digest: str) -> bool:
    try:
        return sha256(contents(path)).hexdigest() == digest
    except OSError:
        return False
