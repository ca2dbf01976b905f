"""An experiment → the plan that it becomes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.model import Build, Cell, Checkout, Status, UserModule, Workload, builds
from wasmfit.requests import Experiment

from .select import BASELINE, select_boards, select_builds, with_checkouts


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
        return (*self.measured, *(left_out.cell for left_out in self.left_out))


def plan(
    catalog: Catalog,
    experiment: Experiment,
    *,
    checkouts: Sequence[Checkout] = (),
    module: UserModule | None = None,
) -> Plan:
    """Turns an experiment into cells.

    Args:
        catalog: The catalogue.
        experiment: What is measured.
        checkouts: Its source trees, inspected.
        module: Its module, read; instead of its workloads.

    Raises:
        UsageError: A name is unknown, or nothing is left to measure.
    """
    released = [
        build for build in select_builds(catalog, experiment.runtimes) if build.runtime.name != BASELINE
    ]
    chosen = with_checkouts(catalog, released, checkouts, experiment.runtimes)
    cells = _cells(catalog, experiment, module, chosen)
    kept = [cell for cell in cells if _selected(cell, experiment.select)]
    if cells and not kept:
        raise UsageError(
            f"No cell matches {' or '.join(experiment.select)}.",
            f"An id looks like {cells[0].id}; `wasmfit list cells` lists all.",
        )
    (baseline,) = builds(catalog.runtimes[BASELINE])
    settings = kept or _cells(catalog, experiment, module, [baseline])
    # One cell for each baseline: it has all in common with it but the build.
    neighbours = {
        (cell.workload.name, cell.board.name, cell.base.name, cell.profile.name): cell for cell in settings
    }
    baselines = {cell.id: cell for cell in (_without_runtime(cell, baseline) for cell in neighbours.values())}
    unsupported = [one for one in map(_on_unsupported_base, baselines.values()) if one is not None]
    left_out = [*unsupported, *(one for cell in kept if (one := _left_out(catalog, cell)) is not None)]
    gone = {one.cell.id for one in left_out}
    return Plan(
        cells=tuple(cell for cell in kept if cell.id not in gone),
        baselines=tuple(cell for cell in baselines.values() if cell.id not in gone),
        left_out=tuple(left_out),
    )


def _left_out(catalog: Catalog, cell: Cell) -> LeftOut | None:
    """The cell, if it is known without building anything how it ends."""
    missing = cell.build.unavailable
    if missing is not None:
        return LeftOut(cell, Status.UNAVAILABLE, f"{missing.reason}. {missing.remedy}")
    if (unsupported := _on_unsupported_base(cell)) is not None:
        return unsupported
    if isinstance(cell.workload, UserModule):
        return _cannot_take(catalog, cell, cell.workload)
    return None


def _on_unsupported_base(cell: Cell) -> LeftOut | None:
    """The cell, if its base has nothing for its board, or is not there: then its baseline ends so too."""
    if cell.base.missing:
        return LeftOut(cell, Status.UNAVAILABLE, cell.base.missing)
    if cell.base.start == "laze" and cell.build.runtime.language == "c":
        return LeftOut(
            cell,
            Status.UNSUPPORTED,
            f"on {cell.base.name}, runtimes in Rust are built; its application has no C sources",
        )
    obstacle = cell.base.obstacle(cell.board)
    return None if obstacle is None else LeftOut(cell, Status.UNSUPPORTED, obstacle)


def _cannot_take(catalog: Catalog, cell: Cell, module: UserModule) -> LeftOut | None:
    """The same for a module of the user's."""
    runtime, ram = cell.build.runtime, cell.board.ram.size
    if module.obstacle is not None:
        return LeftOut(cell, Status.UNSUPPORTED, f"the module {module.obstacle}")
    if runtime.guest == "crate":
        return LeftOut(
            cell, Status.UNSUPPORTED, "native code is compiled from a workload's source; a module has none"
        )
    if not catalog.takes_any_module(runtime):
        return LeftOut(
            cell,
            Status.UNSUPPORTED,
            f"the catalogue has no glue of {runtime.name} that takes any module (firmware/any.rs, or c.any)",
        )
    if module.memory_bytes > ram - runtime.stack:
        return LeftOut(
            cell,
            Status.DOES_NOT_FIT,
            f"the module declares {module.memory_pages:,} pages of memory ({module.memory_bytes:,} B); "
            f"the board has {ram:,} B of RAM, of which {runtime.stack:,} are the firmware's stack",
        )
    return None


def _cells(
    catalog: Catalog, experiment: Experiment, module: UserModule | None, chosen: Sequence[Build]
) -> list[Cell]:
    workloads: list[Workload | UserModule] = (
        [catalog.workload(name) for name in experiment.workloads] if module is None else [module]
    )
    boards = select_boards(catalog, experiment.boards)
    return [
        Cell(
            build=build,
            workload=workload,
            board=board,
            base=catalog.base(base),
            profile=catalog.profile(profile),
        )
        for profile in experiment.profiles
        for board in boards
        for base in experiment.bases
        for workload in workloads
        for build in chosen
    ]


def _without_runtime(cell: Cell, baseline: Build) -> Cell:
    """The baseline of a cell. It carries the module and adds the arguments, whatever the module does."""
    workload = cell.workload
    held_to = workload if isinstance(workload, UserModule) else workload.added_up()
    return replace(cell, build=baseline, workload=held_to)


def _selected(cell: Cell, globs: Sequence[str]) -> bool:
    return not globs or any(fnmatchcase(cell.id, glob) for glob in globs)
