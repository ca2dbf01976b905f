"""An experiment, and its plan."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.globs import EVERYTHING, NamePatterns
from wasmfit.model import Build, Cell, Checkout, Status, UserModule, Workload, builds
from wasmfit.requests import Experiment
from wasmfit.words import counted

from .select import BASELINE, select_boards, select_builds, with_checkouts, with_toggles


@dataclass(frozen=True)
class SkippedCell:
    """A cell that is not built, with its status."""

    cell: Cell
    status: Status
    reason: str


@dataclass(frozen=True)
class Plan:
    """The cells of an experiment, in the order in which they are shown.

    Attributes:
        cells: To be measured.
        baselines: The image without a runtime for every board, base and profile among the cells.
        skipped: Cells that are not built.
    """

    cells: tuple[Cell, ...]
    baselines: tuple[Cell, ...]
    skipped: tuple[SkippedCell, ...]

    @property
    def measured(self) -> tuple[Cell, ...]:
        """The cells that are built and run, baselines first."""
        return (*self.baselines, *self.cells)

    @property
    def all_cells(self) -> tuple[Cell, ...]:
        """Every cell that has a row, in the order of the rows."""
        return (*self.measured, *(skipped.cell for skipped in self.skipped))


def plan(
    catalog: Catalog,
    experiment: Experiment,
    *,
    checkouts: Sequence[Checkout] = (),
    module: UserModule | None = None,
    modules: Sequence[UserModule] = (),
) -> Plan:
    """The cells of an experiment.

    Args:
        catalog: The catalogue.
        experiment: What is measured.
        checkouts: Its source trees, inspected.
        module: Its module, read; instead of its workloads.
        modules: Modules that are measured next to its workloads.

    Raises:
        UsageError: A name is unknown, or no cell is left to measure.
    """
    released = [
        build for build in select_builds(catalog, experiment.runtimes) if build.runtime.name != BASELINE
    ]
    chosen = with_checkouts(
        catalog, with_toggles(catalog, released, experiment.toggles), checkouts, experiment.runtimes
    )
    guests = _guests(catalog, experiment, module, modules)
    cells = [
        cell
        for cell in _cells(catalog, experiment, guests, chosen)
        # Native code is there to compare workloads with, and there is none of several modules.
        if not (modules and isinstance(cell.workload, UserModule) and _is_native(cell.build))
    ]
    globs = NamePatterns(experiment.select or EVERYTHING)
    selected = [cell for cell in cells if globs.match(cell.id)]
    if cells and not selected:
        raise UsageError(
            f"No cell matches {' or '.join(experiment.select)}.",
            f"An id looks like {cells[0].id}; `wasmfit list cells` lists all.",
        )
    (baseline,) = builds(catalog.runtimes[BASELINE])
    # One cell of each setting: its baseline differs from it in the build alone.
    settings = {
        (cell.workload.name, cell.board.name, cell.base.name, cell.profile.name): cell
        for cell in selected or _cells(catalog, experiment, guests, [baseline])
    }
    baselines = {cell.id: cell for cell in (_baseline(cell, baseline) for cell in settings.values())}
    skipped = [
        *filter(None, map(_unsupported_base, baselines.values())),
        *filter(None, (_skipped(catalog, cell) for cell in selected)),
    ]
    skipped_ids = {skip.cell.id for skip in skipped}
    return Plan(
        cells=tuple(cell for cell in selected if cell.id not in skipped_ids),
        baselines=tuple(cell for cell in baselines.values() if cell.id not in skipped_ids),
        skipped=tuple(skipped),
    )


def _skipped(catalog: Catalog, cell: Cell) -> SkippedCell | None:
    """The cell, if its status is known without building anything."""
    missing = cell.build.unavailable
    if missing is not None:
        return SkippedCell(cell, Status.UNAVAILABLE, f"{missing.reason}. {missing.remedy}")
    if (unsupported := _unsupported_base(cell)) is not None:
        return unsupported
    if isinstance(cell.workload, UserModule):
        return _unsupported_module(catalog, cell, cell.workload)
    return None


def _unsupported_base(cell: Cell) -> SkippedCell | None:
    """The cell, if its base does not support its board, or is missing: this applies to its baseline too."""
    if cell.base.missing:
        return SkippedCell(cell, Status.UNAVAILABLE, cell.base.missing)
    obstacle = cell.base.obstacle_to(cell.build) or cell.base.obstacle(cell.board)
    return None if obstacle is None else SkippedCell(cell, Status.UNSUPPORTED, obstacle)


def _unsupported_module(catalog: Catalog, cell: Cell, module: UserModule) -> SkippedCell | None:
    """The cell, if its runtime cannot run the user's module."""
    runtime, ram = cell.build.runtime, cell.board.ram.size
    if module.obstacle is not None:
        return SkippedCell(cell, Status.UNSUPPORTED, f"the module {module.obstacle}")
    if runtime.guest == "crate":
        return SkippedCell(
            cell,
            Status.UNSUPPORTED,
            "native code is compiled from a workload's source, which a module does not have",
        )
    if not catalog.takes_any_module(runtime):
        return SkippedCell(
            cell,
            Status.UNSUPPORTED,
            f"the catalogue has no dynamic embedding of {runtime.name} (firmware/any.rs, or c.any)",
        )
    if module.clock is not None and module.clock.real and catalog.core(cell.board) is None:
        return SkippedCell(
            cell,
            Status.UNSUPPORTED,
            f"a clock that tells the real time goes by predicted cycles, and {cell.board.name} has no "
            "timing model: clock_ms, without real, goes by steps",
        )
    if module.memory_bytes > ram - runtime.stack:
        # What does not fit into all of it is so on any runtime.
        of_stack = (
            "" if module.memory_bytes > ram else f", of which {runtime.stack:,} are the firmware's stack"
        )
        return SkippedCell(
            cell,
            Status.DOES_NOT_FIT,
            f"the module declares {counted(module.memory_pages, 'page')} of memory "
            f"({module.memory_bytes:,} B); the board has {ram:,} B of RAM{of_stack}"
            + (f"; {module.memory_advice}" if module.memory_advice else ""),
        )
    return None


def _guests(
    catalog: Catalog, experiment: Experiment, module: UserModule | None, modules: Sequence[UserModule]
) -> list[Workload | UserModule]:
    """What is run.

    Raises:
        UsageError: Two of them have one name.
    """
    if module is not None:
        return [module]
    guests: list[Workload | UserModule] = [catalog.workload(name) for name in experiment.workloads]
    guests += modules
    named: dict[str, Workload | UserModule] = {}
    for guest in guests:
        other = named.setdefault(guest.name, guest)
        if other is not guest:
            raise UsageError(
                f"{_described(other)} and {_described(guest)} have one name, by which rows are known.",
                "Rename a file, or leave one of them out.",
            )
    return guests


def _described(guest: Workload | UserModule) -> str:
    return str(guest.path) if isinstance(guest, UserModule) else f"The workload {guest.name}"


def _cells(
    catalog: Catalog,
    experiment: Experiment,
    workloads: Sequence[Workload | UserModule],
    chosen: Sequence[Build],
) -> list[Cell]:
    boards = select_boards(catalog, experiment.boards)
    return [
        Cell(
            build=catalog.base(base).own_build(build),
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


def _is_native(build: Build) -> bool:
    return build.runtime.guest == "crate"


def _baseline(cell: Cell, build: Build) -> Cell:
    """The baseline of a cell. It contains the module and adds the arguments, whatever the module computes."""
    workload = cell.workload
    expected = workload if isinstance(workload, UserModule) else workload.added_up()
    return replace(cell, build=build, workload=expected)
