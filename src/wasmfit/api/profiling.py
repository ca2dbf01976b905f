"""Where the instructions of one firmware are spent."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from wasmfit.builder import Context
from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.home import Home
from wasmfit.plan import Experiment, c_targets, plan
from wasmfit.run import Profiled, profiled
from wasmfit.toolchain import Gateway, Versions, find

from .own import own_module


def profile(
    runtime: str,
    *,
    workload: str = "add-with-extra",
    module: Path | str | None = None,
    calls: Sequence[str] = (),
    imports: Mapping[str, str] | None = None,
    stub_all: bool = False,
    board: str = "nrf52840dk",
    profile: str = "reference",
    phases: Sequence[str] = ("call",),
    home: Path | None = None,
    catalogs: Sequence[Path] = (),
) -> Profiled:
    """Follows the calls of one firmware: where are its instructions spent?

    Args:
        runtime: A runtime, or ``NAME@VERSION``; it must be one.
        workload, board, profile: Names of the catalogue.
        module, calls, imports, stub_all: As for :func:`compare`; the module is in the workload's place.
        phases: Of ``load``, ``instantiate`` and ``call``: those to look at.
        home, catalogs: As for :func:`compare`.

    Raises:
        UsageError: A name is unknown, or names more than one runtime.
        MissingToolError: A tool is missing.
        ProfileError: It cannot be built, or does not run as it should.
    """
    catalog = Catalog.load(*catalogs)
    own = own_module(module, calls, (), (), imports, stub_all)
    planned = plan(catalog, Experiment([runtime], [workload], [board], profiles=[profile], module=own))
    cells = planned.cells
    if not cells and planned.left_out:
        one = planned.left_out[0]
        because = one.reason.rstrip(".")
        raise UsageError(f"{one.cell.id} is not measured: {because}.", "Name another runtime.")
    if len(cells) != 1:
        names = ", ".join(cell.build.label for cell in cells)
        raise UsageError(f"{runtime} is not one runtime but {names}.", "Name one.")
    folder = Home.find(home)
    gateway = Gateway()
    toolchain = find(Versions(folder.tools, gateway), c_targets(catalog, cells), [cells[0].board.emulator])
    return profiled(Context(catalog, folder, toolchain, gateway), cells[0], phases)
