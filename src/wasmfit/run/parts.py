"""A part of the W3C suite on a runtime as a job."""

from __future__ import annotations

import shlex
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from wasmfit import __version__, conformance
from wasmfit.builder import (
    BuildError,
    BuildStep,
    Context,
    FirmwareSpec,
    StepContext,
    digest,
    image,
    steps,
    suite,
)
from wasmfit.conformance import Part, PartCell, prepare
from wasmfit.model import PartOutcomes
from wasmfit.plan import PartName

from .fence import fence_around
from .job import FAILURES, Artefact, Failed, reason_of

_PACKAGE = Path(__file__).parents[1]
_MEASURING = ("builder", "conformance", "elf", "emulation")

_LONGEST_PARTS = ("simd", "v2", "v1")
"""Parts that take longest are begun first, so that no processor idles at the end."""


@dataclass
class Scripts:
    """The suite's scripts, each part read once: that takes a second.

    Attributes:
        context: What they are made with.
        step: What makes them.
    """

    context: Context
    step: BuildStep
    _parts: dict[str, Part] = field(default_factory=dict)
    _reading: threading.Lock = field(default_factory=threading.Lock)

    def part(self, name: str, step: StepContext) -> Part:
        """A part.

        Raises:
            BuildError: The suite cannot be read.
        """
        with self._reading:
            if name not in self._parts:
                folder = self.step.ensure(self.context.cache, step)
                excluded = self.context.catalog.features.excluded
                self._parts[name] = conformance.read(folder, name, excluded)
            return self._parts[name]


@dataclass(frozen=True)
class PartJob:
    """A part to run; a :class:`~wasmfit.run.job.RemoteJob` of :class:`~wasmfit.model.PartOutcomes`.

    Attributes:
        context: What it is built with.
        cell: The part and the runtime.
        image: The steps that build the image, by the last one.
        modules: What prepares the part's modules, for a runtime with a host step.
        scripts: The suite's scripts.
        fingerprint: Digest of all that decides what comes of it.
    """

    context: Context
    cell: PartCell
    image: BuildStep
    modules: BuildStep | None
    scripts: Scripts
    fingerprint: str = ""

    @property
    def id(self) -> str:
        """The cell's."""
        return self.cell.id

    @property
    def priority(self) -> int:
        """Those that take longest first."""
        part = self.cell.part
        return _LONGEST_PARTS.index(part) if part in _LONGEST_PARTS else len(_LONGEST_PARTS)

    @property
    def spec(self) -> FirmwareSpec:
        """The runtime's conformance image."""
        return self.cell.spec

    @property
    def steps(self) -> Sequence[BuildStep]:
        """The suite, the image's parts, and the program of a host step."""
        steps = [
            self.scripts.step,
            *self.image.tasks(),
            *(() if self.modules is None else self.modules.tasks()),
        ]
        return tuple({step.key: step for step in steps}.values())

    def measure(self, step: StepContext, failed: Failed | None) -> PartOutcomes:
        """Builds the image and runs the part."""
        if failed is not None:
            return left_out(self.cell, failed.reason)
        context = self.context
        try:
            elf = image(context, step, self.spec, self.image).elf
            part = self.scripts.part(self.cell.part, step)
            folder = None if self.modules is None else self.modules.ensure(context.cache, step)
            modules = conformance.prepared(part, folder)
            fence = fence_around(context, self.cell.build, self.cell.base)
            runner = conformance.suite_runner(context, step, self.cell.board, fence)
            measured = conformance.measured(step, part, elf, runner, modules)
        except FAILURES as error:
            return left_out(self.cell, reason_of(error))
        return PartOutcomes(
            **_identity(self.cell),
            files=measured.files,
            words=measured.words,
            instructions=measured.instructions,
            runs=measured.runs,
            seconds=round(measured.seconds, 3),
            elf=str(elf),
            elf_sha256=digest.file(elf),
            tools=context.toolchain.of_board(self.cell.board).versions(),
            log=str(step.log),
        )

    # ---- on another machine ----

    @property
    def name(self) -> str:
        """The cell's name."""
        cell = self.cell
        return PartName(
            runtime=cell.build.runtime.name,
            build=cell.build.label,
            part=cell.part,
            board=cell.board.name,
            base=cell.base.name,
            profile=cell.profile.name,
        ).model_dump_json()

    @property
    def given(self) -> Sequence[BuildStep]:
        """Nothing: whoever has the catalogue has all of it."""
        return ()

    def artefacts(self, result: PartOutcomes) -> Sequence[Artefact]:
        """The image."""
        return () if result.elf is None else (("images", self.image.key),)

    def dumped(self, result: PartOutcomes, worker: str) -> str:  # noqa: ARG002 - RemoteJob's
        """The outcomes; no record of theirs says who has found them."""
        return result.model_dump_json()

    def received(self, text: str, folders: Mapping[str, Path], log: Path) -> PartOutcomes:
        """The outcomes, with the image and the log at their places on this machine."""
        outcomes = PartOutcomes.model_validate_json(text)
        if outcomes.elf is None:
            return outcomes
        elf = folders["images"] / Path(outcomes.elf).name
        if digest.file(elf) != outcomes.elf_sha256:
            raise BuildError(f"a worker has built another image than {elf} from the same")
        return outcomes.model_copy(update={"elf": str(elf), "log": str(log)})

    def given_up(self, reason: str, log: Path) -> PartOutcomes:  # noqa: ARG002 - RemoteJob's
        """A part that was not run."""
        return left_out(self.cell, reason)


def left_out(cell: PartCell, why: str | None) -> PartOutcomes:
    """The record of a part that was not run."""
    return PartOutcomes(**_identity(cell), reason=why)


def _identity(cell: PartCell) -> dict[str, str]:
    names = ("-r", cell.build.label, "-b", cell.board.name, "-p", cell.profile.name)
    return {
        "id": cell.id,
        "part": cell.part,
        "wasmfit": __version__,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "replay": shlex.join(("wasmfit", "features", *names, "--rerun")),
    }


def part_jobs(context: Context, cells: Iterable[PartCell]) -> tuple[list[PartJob], Scripts]:
    """The jobs of parts, and the scripts that they have in common."""
    shared = digest.Shared()
    scripts = Scripts(context, suite.step(context, shared))
    code = {name: digest.tree(_PACKAGE / name, (".py", ".c", ".h")) for name in _MEASURING}
    jobs = []
    for cell in cells:
        last = shared.once(
            ("image", cell.build.label, cell.board.name, cell.base.name, cell.profile.name),
            partial(steps, context, cell.spec, shared),
        )
        modules = prepare.step(context, cell, scripts.step, shared)
        fingerprint = digest.of(
            "suite",
            scripts.step.key,
            cell.part,
            [exclusion for exclusion in context.catalog.features.excluded if exclusion.part == cell.part],
            last.key,
            None if modules is None else modules.key,
            cell.board.model_dump(mode="json", exclude={"timing", "flash_path"}),
            context.toolchain.emulators[cell.board.emulator.qemu].version,
            code,
        )
        jobs.append(PartJob(context, cell, last, modules, scripts, fingerprint))
    return jobs, scripts
