"""What would make a module's memory take less RAM, said next to a verdict."""

from collections.abc import Iterator, Sequence

from wasmfit.analysis.economy import GuestForm, least
from wasmfit.model import Build, Cell, UserModule, Workload
from wasmfit.module import ModuleError
from wasmfit.module.read import read
from wasmfit.module.shrinking import shrinking
from wasmfit.module.smaller_memory import marks_its_memory
from wasmfit.store import Store
from wasmfit.store.measurements import Reader
from wasmfit.words import listed

from .measured_experiment import MeasuredExperiment
from .shrunk_builds import SUFFIX

_BOTH = "`__heap_base` and `__data_end`"


def memory_notes(measured: MeasuredExperiment) -> tuple[str, ...]:
    """Sentences on runtimes that can give the module less memory than it declares; few, or none.

    A number is one that ``wasmfit economy`` has measured here, of a workload's module; it takes no other.
    """
    cells = [cell for cell in measured.plan.cells if _can_shrink(cell.build)]
    modules = {cell.workload.name: cell.workload for cell in cells}
    if len(modules) != 1:
        return ()
    (module,) = modules.values()
    if isinstance(module, UserModule):
        return tuple(_of_module(module, cells))
    with Store(measured.home.results).reading() as reader:
        return tuple(_of_workload(reader, module, cells))


def _can_shrink(build: Build) -> bool:
    return build.runtime.name in shrinking() and not build.variant.dependencies and build.unavailable is None


def _of_module(module: UserModule, cells: Sequence[Cell]) -> Iterator[str]:
    if not module.memory_bytes or module.obstacle is not None:
        return
    try:
        data = module.path.read_bytes() if module.wasm is None else module.wasm
        marked = marks_its_memory(read(data))
    except (OSError, ModuleError):
        return
    names = listed(dict.fromkeys(cell.build.name for cell in cells))
    condition = (
        f"the module exports {_BOTH}, so" if marked else f"if the module exported {_BOTH} (docs/economy.md),"
    )
    yield (
        f"{condition} {names} could give it less memory than the {module.memory_bytes:,} B that it declares, "
        "unless it has a heap of its own"
    )


def _of_workload(reader: Reader, workload: Workload, cells: Sequence[Cell]) -> Iterator[str]:
    saved: dict[int, list[str]] = {}
    for cell in cells:
        before, after = (
            _least_of(reader, cell, workload, form) for form in (GuestForm.PLAIN, GuestForm.HEAP_BASE)
        )
        if before is not None and after is not None and after < before:
            saved.setdefault(before - after, []).append(f"{cell.build.name} {cell.build.number}")
    for less, names in saved.items():
        yield (
            f"export {_BOTH}, and RAM falls by {less:,} B on {listed(names)} built to end memory there: "
            f"measured by `wasmfit economy -w {workload.name}`"
        )


def _least_of(reader: Reader, cell: Cell, workload: Workload, form: GuestForm) -> int | None:
    """The minimum RAM of a form on the cell's runtime, built to end memory early, as it was last measured."""
    build = f"{cell.build.name}{SUFFIX}@{cell.build.number}"
    known = reader.own(
        f"{build}/{workload.name}-{form}/{cell.board.name}/{cell.base.name}/{cell.profile.name}"
    )
    return None if known is None else least(known)
