"""A cell by names, to be sent to another machine with the same catalogue."""

from collections.abc import Iterable

from wasmfit.catalog import Catalog
from wasmfit.catalog.load import pick
from wasmfit.model import Build, Cell, Record, UserModule, builds

from .select import BASELINE


class CellName(Record):
    """What identifies a cell.

    Attributes:
        runtime: Name of the runtime, whose variants and versions ``build`` is one of.
        build: Label of the build: ``wasmi@2.0.0``.
        workload: Name of the workload, or the user's module with its calls.
    """

    runtime: str
    build: str
    workload: str | UserModule
    board: str
    base: str
    profile: str


class PartName(Record):
    """What identifies a part of the suite on a runtime; as :class:`CellName`."""

    runtime: str
    build: str
    part: str
    board: str
    base: str
    profile: str


def name_of(cell: Cell) -> CellName:
    """The name of a cell whose runtime is in the catalogue; a checkout has no name on other machines."""
    workload = cell.workload
    return CellName(
        runtime=cell.build.runtime.name,
        build=cell.build.label,
        workload=workload if isinstance(workload, UserModule) else workload.name,
        board=cell.board.name,
        base=cell.base.name,
        profile=cell.profile.name,
    )


def cell_of(catalog: Catalog, name: CellName) -> Cell:
    """The cell of that name.

    Raises:
        UsageError: The catalogue does not have what the name refers to.
    """
    build = build_of(catalog, name.runtime, name.build)
    workload = catalog.workload(name.workload) if isinstance(name.workload, str) else name.workload
    if build.runtime.name == BASELINE and not isinstance(workload, UserModule):
        workload = workload.added_up()
    return Cell(
        build=build,
        workload=workload,
        board=catalog.board(name.board),
        base=catalog.base(name.base),
        profile=catalog.profile(name.profile),
    )


def build_of(catalog: Catalog, runtime: str, label: str) -> Build:
    """The build of a runtime that has this label.

    Raises:
        UsageError: The catalogue does not have it.
    """
    known = pick("runtime", runtime, catalog.runtimes)
    return pick("build", label, {build.label: build for build in builds(known)})


def cell_by_id(catalog: Catalog, cell: str) -> Cell | None:
    """The cell with that id; ``None`` where the catalogue does not have what the id names."""
    return cells_by_id(catalog, (cell,)).get(cell)


def cells_by_id(catalog: Catalog, cells: Iterable[str]) -> dict[str, Cell]:
    """Id → cell, of those whose ids name what the catalogue has.

    A module of the user's is in no catalogue, and a cell with one is not found.
    """
    known = {build.label: build for runtime in catalog.runtimes.values() for build in builds(runtime)}
    summed = {name: workload.added_up() for name, workload in catalog.workloads.items()}
    found = {}
    for cell in cells:
        label, _, setting = cell.partition("/")
        build, names = known.get(label), setting.split("/")
        if build is None or len(names) != 4:
            continue
        workload, board, base, profile = names
        workloads = summed if build.runtime.name == BASELINE else catalog.workloads
        try:
            found[cell] = Cell(
                build=build,
                workload=workloads[workload],
                board=catalog.boards[board],
                base=catalog.bases[base],
                profile=catalog.profiles[profile],
            )
        except KeyError:
            continue
    return found
