"""A cell of a comparison as a job: image, size, run, and on a board as well."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from wasmfit.builder import (
    BuildError,
    BuildStep,
    Context,
    FirmwareSpec,
    Image,
    StepContext,
    digest,
    image,
    steps,
)
from wasmfit.model import Cell, Measurement, Run, Size, Status
from wasmfit.plan import name_of
from wasmfit.probe import BoardError, BoardRunner

from . import image_bytes, measure, record
from .job import FAILURES, Artefact, Failed, end_of


@dataclass(frozen=True)
class CellJob:
    """A cell to measure; a :class:`~wasmfit.run.job.RemoteJob` of :class:`~wasmfit.model.Measurement`.

    Attributes:
        context: What it is built with.
        cell: The cell.
        image: The steps that build it, by the last one.
        fingerprint: Digest of all that decides what is measured.
        bench: The board that its image runs on as well, if there is one.
    """

    context: Context
    cell: Cell
    image: BuildStep
    fingerprint: str = ""
    bench: BoardRunner | None = None

    @property
    def id(self) -> str:
        """The cell's."""
        return self.cell.id

    @property
    def priority(self) -> int:
        """All alike: they are done in the order in which they are shown."""
        return 0

    @property
    def spec(self) -> FirmwareSpec:
        """The cell's firmware."""
        return FirmwareSpec.of(self.cell)

    @property
    def steps(self) -> Sequence[BuildStep]:
        """What is built once and used by every cell that needs it."""
        return tuple(self.image.tasks())

    def measure(self, step: StepContext, failed: Failed | None) -> Measurement:
        """Builds and measures the cell."""
        if failed is not None:
            return self._record(failed.status, failed.reason, failed.log)
        context, cell = self.context, self.cell
        built: Image | None = None
        size: Size | None = None
        run: Run | None = None
        try:
            built = image(context, step, self.spec, self.image)
            owned = measure.owned(context, cell, built.elf, built.link_map)
            size = measure.size(context, cell, owned, built.cargo_lock)
            image_bytes.keep(context, cell, owned, digest.file(built.elf))
            if not cell.base.runs_emulated(cell.board):
                return self._record(Status.OK, cell.base.unexecuted(cell.board), step.log, built, size)
            execution = measure.run(context, step, cell, built)
            run = execution.run
            if self.bench is not None and execution.status is Status.OK:
                step.progress("on the board", 0, 0)
                measured = self.bench.measure(built.elf, cell.board, run, step.log)
                run = run.model_copy(update={"measured": measured})
        except BoardError as error:
            return self._record(error.status, error.reason, step.log, built, size, run)
        except FAILURES as error:
            return self._record(*end_of(error), step.log, built, size, run)
        return self._record(execution.status, execution.reason, step.log, built, size, run)

    def _record(
        self,
        status: Status,
        reason: str | None,
        log: Path,
        built: Image | None = None,
        size: Size | None = None,
        run: Run | None = None,
    ) -> Measurement:
        return record.measured(
            self.context, self.cell, status, reason, image=built, size=size, run=run, log=log
        )

    # ---- on another machine ----

    @property
    def name(self) -> str:
        """The cell's name."""
        return name_of(self.cell).model_dump_json()

    @property
    def given(self) -> Sequence[BuildStep]:
        """The user's module."""
        wasm = self.image.needs["module"]
        return () if wasm.is_task else (wasm,)

    def artefacts(self, result: Measurement) -> Sequence[Artefact]:
        """The image, and what a report shows of it, which need not be found out again."""
        sha256 = result.provenance.elf_sha256
        if sha256 is None:
            return ()
        return ("images", self.image.key), ("bytes", image_bytes.key(self.cell, sha256))

    def dumped(self, result: Measurement, worker: str) -> str:
        """The measurement, and who has made it."""
        provenance = result.provenance.model_copy(update={"worker": worker})
        return result.model_copy(update={"provenance": provenance}).model_dump_json()

    def received(self, text: str, folders: Mapping[str, Path], log: Path) -> Measurement:
        """The measurement, with the image and logs at their places on this machine."""
        measurement = Measurement.model_validate_json(text)
        provenance = measurement.provenance
        moved: dict[str, object] = {
            # The cell's own, or that of a step which failed.
            "log": str(log if provenance.log is None else log.with_name(Path(provenance.log).name))
        }
        if provenance.elf is not None:
            elf = folders["images"] / Path(provenance.elf).name
            if digest.file(elf) != provenance.elf_sha256:
                raise BuildError(
                    f"worker {provenance.worker} has built another image than {elf} from the same"
                )
            moved["elf"] = str(elf)
            if provenance.twin is not None:
                relinked = folders["images"] / Path(provenance.twin.elf).name
                moved["twin"] = provenance.twin.model_copy(update={"elf": str(relinked)})
        return measurement.model_copy(update={"provenance": provenance.model_copy(update=moved)})

    def given_up(self, reason: str, log: Path) -> Measurement:
        """A build that failed."""
        return self._record(Status.BUILD_FAILED, reason, log)


def cell_jobs(context: Context, cells: Iterable[Cell], bench: BoardRunner | None = None) -> list[CellJob]:
    """The jobs of many cells: what their keys and fingerprints have in common is found out once."""
    shared = digest.Shared()
    images = [(cell, steps(context, FirmwareSpec.of(cell), shared)) for cell in cells]
    prints = measure.fingerprints(
        ((cell, last.key) for cell, last in images), context, measure.own_code(), bench
    )
    return [
        CellJob(context, cell, last, fingerprint, bench)
        for (cell, last), fingerprint in zip(images, prints, strict=True)
    ]
