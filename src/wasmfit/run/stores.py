"""A cell whose every store is looked at: its image, linked to memory that can be shared, run once more."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from wasmfit.builder import (
    BuildStep,
    Context,
    FirmwareSpec,
    Image,
    StepContext,
    digest,
    image,
    linked_elsewhere,
    steps,
)
from wasmfit.emulation import STORES, check_stores, place, worst
from wasmfit.model import Cell, Measurement, MemoryMap, StoreCheck, UserModule
from wasmfit.plan import BASELINE

from . import measure
from .fresh import image_for
from .job import FAILURES, log_of, reason_of
from .subject import subject_of

_SLOWER = 4
"""So many times what a measured run is given, of the wall clock: no store is passed over."""


def with_store_check(context: Context, cell: Cell, measurement: Measurement) -> Measurement:
    """The measurement with what came of looking at every store of a run, whatever the measured run's end was.

    The status stays that of the run that was measured. A check is kept, and done once.

    Args:
        context: What it is built with.
        cell: The cell.
        measurement: What was measured of it.
    """
    if measurement.run is None or cell.build.runtime.name == BASELINE:
        return measurement
    run = measurement.run.model_copy(update={"stores": store_check(context, cell)})
    return measurement.model_copy(update={"run": run})


def store_check(context: Context, cell: Cell) -> StoreCheck:
    """What comes of looking at every store of a cell's image, which is built if it is not.

    Args:
        context: What it is built with.
        cell: The cell.
    """
    where = place(cell.board)
    if isinstance(where, str):
        return StoreCheck(reason=where)
    if cell.base.system is not None:
        return StoreCheck(reason=f"{cell.base.name} has a heap of its own, whose blocks are not known")
    step = StepContext(log_of(context.home, f"stores of {cell.id}"))
    try:
        last = steps(context, FirmwareSpec.of(cell))
        key = digest.of("stores", measure.decided_by(context, cell, last.key))
        job = _Job(context, cell, last, where, step)
        kept = context.cache.get("stores", key, job.make)
        return StoreCheck.model_validate_json((kept / _FILE).read_bytes())
    except FAILURES as error:
        return StoreCheck(reason=reason_of(error))


_FILE = "stores.json"


@dataclass(frozen=True)
class _Job:
    """A check that is not in the cache.

    Attributes:
        context: What is built with.
        cell: The cell.
        last: The steps of its image, by the last one.
        where: Where the image is linked to.
        step: Its log.
    """

    context: Context
    cell: Cell
    last: BuildStep
    where: MemoryMap
    step: StepContext

    def make(self, folder: Path) -> None:
        """Links and runs the image, and keeps what came of it."""
        with TemporaryDirectory(prefix="wasmfit-") as name:
            checks = [self._run(elf) for elf in self._images(Path(name))]
        (folder / _FILE).write_text(worst(checks).model_dump_json(), encoding="utf-8")

    def _images(self, folder: Path) -> list[Path]:
        """The image; of a module whose calls each find a fresh instance, one for each."""
        context, cell, spec = self.context, self.cell, FirmwareSpec.of(self.cell)
        built: Image = image(context, self.step, spec, self.last)
        elf = built.ran
        if self.where != cell.board.emulated:
            elf = linked_elsewhere(context, self.step, spec, self.last, self.where, folder)
        module = cell.workload
        if isinstance(module, UserModule) and module.fresh:
            return [image_for(elf, folder, module, number) for number in range(len(module.calls))]
        return [elf]

    def _run(self, elf: Path) -> StoreCheck:
        context, cell = self.context, self.cell
        runner = measure.runner_of(context, self.step, cell, STORES)
        limits = measure.limits(subject_of(cell))
        patient = limits.model_copy(update={"seconds": _SLOWER * limits.seconds})
        return check_stores(elf, runner, patient, static=cell.build.runtime.c is not None)
