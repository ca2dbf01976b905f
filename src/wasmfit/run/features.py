"""The W3C suite on runtimes: parts through the stages, in parallel, each stored as soon as it has ended."""

import os
import shlex
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from wasmfit import __version__, conformance
from wasmfit.analysis.features import FeaturesMeasured
from wasmfit.builder import BuildError, Context, Step, c, digest, firmware, host, suite
from wasmfit.conformance import Cell, Part
from wasmfit.errors import MissingToolError, UsageError
from wasmfit.events import Event, Listener, PartEnded, Started, TaskEnded, TaskProgress, TaskStarted
from wasmfit.model import Board, Build, Failing, Feature, Glue, PartOutcomes, Profile, RuntimeFeatures
from wasmfit.store import OutcomeStore
from wasmfit.toolchain import ChildTimeoutError

from .finish import log_of, reason_of
from .schedule import Task, execute

_PACKAGE = Path(__file__).parents[1]
_MEASURING = ("builder", "conformance", "elf", "emulation")
_FAILURES = (BuildError, ChildTimeoutError, MissingToolError, OSError)
"""What ends a step or a cell and nothing else."""

_LONGEST_PARTS = ("simd", "v2", "v1")
"""Parts that take longest are begun first, so that no processor idles at the end."""


def _own_code() -> dict[str, dict[str, str]]:
    """Digests of the code that builds and measures."""
    return {name: digest.tree(_PACKAGE / name, (".py", ".c", ".h")) for name in _MEASURING}


@dataclass
class FeaturesRun:
    """One run.

    Attributes:
        context: What to build with.
        store: Where outcomes go.
        listener: Told what happens.
        rerun: Run parts again that are in the store.
    """

    context: Context
    store: OutcomeStore
    listener: Listener
    rerun: bool = False
    _code: dict[str, dict[str, str]] = field(default_factory=_own_code)
    _images: dict[str, str] = field(default_factory=dict)
    _failures: dict[str, Exception] = field(default_factory=dict)
    _done: dict[str, PartOutcomes] = field(default_factory=dict)
    _parts: dict[str, Part] = field(default_factory=dict)
    _telling: threading.Lock = field(default_factory=threading.Lock)
    _reading: threading.Lock = field(default_factory=threading.Lock)

    def run(
        self,
        builds: Sequence[Build],
        boards: Sequence[Board],
        profiles: Sequence[Profile],
        features: Sequence[Feature],
    ) -> FeaturesMeasured:
        """Measures features of runtimes.

        Raises:
            KeyboardInterrupt: The user's; parts that have ended are stored.
            StoreError: The store cannot be used.
            UsageError: The suite itself cannot be read.
        """
        started = time.monotonic()
        parts = list(dict.fromkeys(one.part for feature in features for one in feature.selections))
        settings = [(build, board, profile) for profile in profiles for board in boards for build in builds]
        cells = [
            Cell(build, part, board, "bare", profile) for build, board, profile in settings for part in parts
        ]
        prints = {cell.id: self._fingerprint(cell) for cell in cells if self._why_not(cell) is None}
        stored = {} if self.rerun else self._stored(prints)
        self._tell(Started(len(cells), len(stored)))
        for outcomes in stored.values():
            self._end(outcomes, reused=True)
        for cell in cells:
            why = self._why_not(cell)
            if why is not None:
                self._end(self._left_out(cell, why), reused=False)
        todo = [cell for cell in cells if cell.id not in self._done]
        execute(self._tasks(todo, prints), os.cpu_count() or 1, self.context.gateway.cancel)
        self._read(parts)
        measured = self._measured(settings, parts, features, started, len(stored), len(cells))
        if len(features) == len(self.context.catalog.features.features) and not measured.failures:
            for one in measured.runtimes:
                self.store.save_features(one)
        return measured

    def _why_not(self, cell: Cell) -> str | None:
        return conformance.glueless(self.context, cell.build)

    def _stored(self, prints: dict[str, str]) -> dict[str, PartOutcomes]:
        found = ((cell, self.store.find_part(cell, fingerprint)) for cell, fingerprint in prints.items())
        return {cell: one for cell, one in found if one is not None}

    def _fingerprint(self, cell: Cell) -> str:
        build, context = cell.build, self.context
        return digest.of(
            "suite",
            suite.key(context),
            cell.part,
            [one for one in context.catalog.features.unasked if one.part == cell.part],
            self._image_key(cell),
            host.key(context, build) if build.version.host_dependencies else None,
            build.variant.host_arguments,
            cell.board.model_dump(mode="json", exclude={"timing", "flash_path"}),
            context.toolchain.emulators[cell.board.emulator.qemu].version,
            self._code,
        )

    def _image_key(self, cell: Cell) -> str:
        """The key of the cell's image, which its other parts have as well."""
        setting = "/".join((cell.build.label, cell.board.name, cell.profile.name))
        if setting not in self._images:
            self._images[setting] = conformance.key(self.context, cell.build, cell.board, cell.profile)
        return self._images[setting]

    # ---- tasks ----

    def _tasks(self, cells: Sequence[Cell], prints: dict[str, str]) -> list[Task]:
        steps: dict[str, Task] = {"suite": self._suite_task()}
        finishing = []
        for cell in cells:
            needed = ["suite"]
            for task in self._shared(cell):
                steps.setdefault(task.key, task)
                needed.append(task.key)
            place = _LONGEST_PARTS.index(cell.part) if cell.part in _LONGEST_PARTS else len(_LONGEST_PARTS)
            run = self._finisher(cell, prints[cell.id], frozenset(needed))
            finishing.append(Task(cell.id, run, frozenset(needed), rank=(0, place)))
        return [*finishing, *steps.values()]

    def _suite_task(self) -> Task:
        return self._step(
            "suite",
            "the W3C suite",
            lambda step: suite.scripts(self.context, step),
            suite.target_folder(self.context),
            0,
        )

    def _shared(self, cell: Cell) -> Iterable[Task]:
        """What a cell's image and modules are made from, each once."""
        context, build, board, profile = self.context, cell.build, cell.board, cell.profile
        effort = build.runtime.effort
        yield self._step(
            firmware.key(context, build, board, profile, glue=Glue.SUITE),
            f"firmware {build.label} ({board.target}, {profile.name}) for the suite",
            lambda step: firmware.archive(context, step, build, board, profile, glue=Glue.SUITE),
            firmware.target_folder(context, board, profile),
            effort,
        )
        if build.runtime.c is not None:
            yield self._step(
                c.key(context, build, board, profile, Glue.SUITE),
                f"C sources {build.label} ({board.target}, {profile.name}) for the suite",
                lambda step: c.objects(context, step, build, board, profile, glue=Glue.SUITE),
                None,
                effort,
            )
        if build.version.host_dependencies:
            yield self._step(
                host.key(context, build),
                f"host step {build.runtime.name}@{build.number}",
                lambda step: host.program(context, step, build),
                host.target_folder(context, build),
                effort,
            )

    def _step(
        self, key: str, title: str, work: Callable[[Step], object], lane: Path | None, effort: int
    ) -> Task:
        def run() -> None:
            self._tell(TaskStarted(title))
            started = time.monotonic()
            reason = None
            try:
                work(Step(self._log(title), self._progress(title)))
            except _FAILURES as error:
                # Every cell that needs the step ends with its failure.
                self._failures[key] = error
                reason = reason_of(error)
            self._tell(TaskEnded(title, time.monotonic() - started, reason))

        return Task(key, run, lane=None if lane is None else str(lane), rank=(1, effort))

    def _finisher(self, cell: Cell, fingerprint: str, needs: frozenset[str]) -> Callable[[], None]:
        def run() -> None:
            self._tell(TaskStarted(cell.id))
            started = time.monotonic()
            reason = None
            try:
                for failed in needs & self._failures.keys():
                    raise self._failures[failed]
                outcomes = self._run(cell)
                self.store.save_part(outcomes, fingerprint)
            except _FAILURES as error:
                # Not stored: what is the machine's fault, or the network's, is tried again.
                reason = reason_of(error)
                outcomes = self._left_out(cell, reason)
            self._end(outcomes, reused=False)
            self._tell(TaskEnded(cell.id, time.monotonic() - started, reason))

        return run

    def _run(self, cell: Cell) -> PartOutcomes:
        log = self._log(cell.id)
        step = Step(log, self._progress(cell.id))
        context = self.context
        elf = conformance.suite_image(context, step, cell.build, cell.board, cell.profile)
        self._read([cell.part])
        part = self._parts[cell.part]
        modules = conformance.prepared(context, step, cell.build, part)
        found = conformance.measured(context, step, part, elf, cell.board, modules)
        return PartOutcomes(
            **self._identity(cell),
            files=found.files,
            words=found.words,
            instructions=found.instructions,
            runs=found.runs,
            seconds=round(found.seconds, 3),
            elf=str(elf),
            elf_sha256=digest.file(elf),
            tools=context.toolchain.versions(),
            log=str(log),
        )

    def _identity(self, cell: Cell) -> dict[str, str]:
        names = ("-r", cell.build.label, "-b", cell.board.name, "-p", cell.profile.name)
        return {
            "id": cell.id,
            "part": cell.part,
            "wasmfit": __version__,
            "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "replay": shlex.join(("wasmfit", "features", *names, "--rerun")),
        }

    def _left_out(self, cell: Cell, why: str) -> PartOutcomes:
        return PartOutcomes(**self._identity(cell), reason=why)

    # ---- results ----

    def _read(self, parts: Iterable[str]) -> None:
        with self._reading:
            missing = [part for part in parts if part not in self._parts]
            if not missing:
                return
            try:
                folder = suite.scripts(self.context, Step(self._log("the W3C suite")))
            except BuildError as error:
                raise UsageError(f"The W3C suite cannot be read: {error.reason}.") from error
            for part in missing:
                unasked = self.context.catalog.features.unasked
                self._parts[part] = conformance.read(folder, part, unasked)

    def _measured(
        self,
        settings: Sequence[tuple[Build, Board, Profile]],
        parts: Sequence[str],
        features: Sequence[Feature],
        started: float,
        reused: int,
        cells: int,
    ) -> FeaturesMeasured:
        runtimes: list[RuntimeFeatures] = []
        measured: list[tuple[Build, dict[str, PartOutcomes]]] = []
        failures: dict[str, str] = {}
        for build, board, profile in settings:
            found = {part: self._done[Cell(build, part, board, "bare", profile).id] for part in parts}
            if conformance.glueless(self.context, build) is None:
                failures |= {one.id: one.reason for one in found.values() if one.reason is not None}
            verdicts = conformance.runtime_features(tuple(features), self._parts, found)
            runtimes.append(
                RuntimeFeatures(
                    runtime=build.name,
                    version=build.number,
                    board=board.name,
                    profile=profile.name,
                    features=verdicts,
                    measured_at=max(one.measured_at for one in found.values()),
                    differences=tuple(conformance.differences(build, verdicts)),
                )
            )
            measured.append((build, found))

        def look() -> tuple[Failing, ...]:
            return tuple(
                one
                for build, found in measured
                for feature in features
                for one in conformance.failing(build.name, build.number, feature, self._parts, found)
            )

        return FeaturesMeasured(
            runtimes=tuple(runtimes),
            titles={feature.name: feature.title for feature in features},
            look=look,
            notes=tuple(self._notes(parts)),
            failures=failures,
            seconds=time.monotonic() - started,
            reused=reused,
            cells=cells,
        )

    def _notes(self, parts: Sequence[str]) -> Iterable[str]:
        if not parts:
            return
        yield f"assertions: {self.context.catalog.features.suite}"
        left_out: dict[str, int] = {}
        superseded = 0
        for part in parts:
            for script in self._parts[part].scripts:
                for why, number in script.left_out.items():
                    left_out[why] = left_out.get(why, 0) + number
                superseded += sum(command.is_superseded for command in script.commands)
        for one in self.context.catalog.features.unasked:
            if one.part in parts:
                left_out[one.reason] = left_out.get(one.reason, 0) + len(one.lines)
        if superseded:
            left_out["calling a module wrong that newer versions allow"] = superseded
        if left_out:
            yield "left out: " + "; ".join(f"{number:,} {why}" for why, number in left_out.items())
        yield (
            "the code is the board's, the memory is not: images have all RAM that the emulated machine has, "
            "so that no feature is missed for want of it"
        )

    # ---- telling ----

    def _end(self, outcomes: PartOutcomes, *, reused: bool) -> None:
        self._done[outcomes.id] = outcomes
        self._tell(PartEnded(outcomes, reused))

    def _progress(self, title: str) -> Callable[[str, int, int], None]:
        return lambda what, done, total: self._tell(TaskProgress(title, what, done, total))

    def _tell(self, event: Event) -> None:
        with self._telling:
            self.listener(event)

    def _log(self, name: str) -> Path:
        return log_of(self.context.home, name)
