"""An experiment, and the plan that it becomes."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from wasmfit.catalog import Catalog
from wasmfit.catalog.load import unknown
from wasmfit.errors import UsageError
from wasmfit.model import Build, Cell, Checkout, Status, builds

from .select import BASELINE, select_builds, with_checkouts

BASES = ("bare",)


@dataclass(frozen=True)
class Experiment:
    """What a user wants compared.

    Attributes:
        runtimes: ``--runtime`` arguments; none chooses the newest version of each runtime.
        workloads, boards, profiles: Names.
        select: Globs over cell ids; a cell is kept if it matches one, and all are if there are none.
        checkouts: Working trees of runtimes that are measured beside the releases.
    """

    runtimes: Sequence[str] = ()
    workloads: Sequence[str] = ("add-with-extra",)
    boards: Sequence[str] = ("nrf52840dk",)
    bases: Sequence[str] = ("bare",)
    profiles: Sequence[str] = ("reference",)
    select: Sequence[str] = field(default=())
    checkouts: Sequence[Checkout] = field(default=())


@dataclass(frozen=True)
class LeftOut:
    """A cell that is not built, with the end that it has all the same."""

    cell: Cell
    status: Status
    reason: str


@dataclass(frozen=True)
class Plan:
    """The cells of an experiment, in the order in which they are shown.

    Attributes:
        cells: To be measured.
        baselines: The image without a runtime for every board, base and profile among the cells.
        left_out: Cells with an end and no measurement.
    """

    cells: tuple[Cell, ...]
    baselines: tuple[Cell, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def measured(self) -> tuple[Cell, ...]:
        """The cells that are built and run, baselines first."""
        return (*self.baselines, *self.cells)

    @property
    def all_cells(self) -> tuple[Cell, ...]:
        """Every cell that has a row, in the order of the rows."""
        return (*self.measured, *(one.cell for one in self.left_out))


def plan(catalog: Catalog, experiment: Experiment) -> Plan:
    """Turns an experiment into cells.

    Raises:
        UsageError: A name is unknown, or nothing is left to measure.
    """
    for base in experiment.bases:
        if base not in BASES:
            raise unknown("base", base, BASES)
    released = [
        build for build in select_builds(catalog, experiment.runtimes) if build.runtime.name != BASELINE
    ]
    chosen = with_checkouts(catalog, released, experiment.checkouts, experiment.runtimes)
    cells = _cells(catalog, experiment, chosen)
    kept = [cell for cell in cells if _selected(cell, experiment.select)]
    if cells and not kept:
        raise UsageError(
            f"No cell matches {' or '.join(experiment.select)}.",
            f"An id looks like {cells[0].id}; `wasmfit list cells` lists all.",
        )
    (baseline,) = builds(catalog.runtimes[BASELINE])
    settings = kept or _cells(catalog, experiment, [baseline])
    baselines = {cell.id: cell for cell in (_without_runtime(setting, baseline) for setting in settings)}
    left_out = [
        LeftOut(cell, Status.UNAVAILABLE, f"{missing.reason}. {missing.remedy}")
        for cell in kept
        if (missing := cell.build.unavailable) is not None
    ]
    return Plan(
        cells=tuple(cell for cell in kept if cell.build.unavailable is None),
        baselines=tuple(baselines.values()),
        left_out=tuple(left_out),
    )


def _cells(catalog: Catalog, experiment: Experiment, chosen: Sequence[Build]) -> list[Cell]:
    return [
        Cell(
            build=build,
            workload=catalog.workload(workload),
            board=catalog.board(board),
            base=base,
            profile=catalog.profile(profile),
        )
        for profile in experiment.profiles
        for board in experiment.boards
        for base in experiment.bases
        for workload in experiment.workloads
        for build in chosen
    ]


def _without_runtime(cell: Cell, baseline: Build) -> Cell:
    """The baseline beside a cell. It carries the module and adds the arguments, whatever the module does."""
    return cell.model_copy(update={"build": baseline, "workload": cell.workload.added_up()})


def _selected(cell: Cell, globs: Sequence[str]) -> bool:
    return not globs or any(fnmatchcase(cell.id, glob) for glob in globs)
