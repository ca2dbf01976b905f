"""The W3C suite on runtimes: parts as jobs, and the features that their outcomes add up to."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wasmfit import conformance, defaults
from wasmfit.analysis.features import FeaturesMeasured
from wasmfit.builder import BuildError, Context, StepContext
from wasmfit.conformance import Part, PartCell
from wasmfit.errors import UsageError
from wasmfit.events import EventHandler, PartEnded
from wasmfit.model import (
    Board,
    Build,
    Failing,
    Feature,
    Features,
    PartOutcomes,
    Profile,
    RuntimeFeatures,
)
from wasmfit.store import OutcomeStore

from .batch import Batch
from .durations import Durations
from .executor import Executor, LocalExecutor
from .job import log_of
from .parts import Scripts, left_out, part_jobs


@dataclass(frozen=True)
class FeaturesRun:
    """One run.

    Attributes:
        context: What to build with.
        store: Where outcomes go.
        emit: Told what happens.
        rerun: Run parts again that are in the store.
        executor: Who builds and runs; this process, if it is nobody.
    """

    context: Context
    store: OutcomeStore
    emit: EventHandler
    rerun: bool = False
    executor: Executor | None = None

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
            WasmfitError: The executor cannot go on; parts that have ended are stored.
        """
        started = time.monotonic()
        catalog = self.context.catalog
        names = list(
            dict.fromkeys(selection.part for feature in features for selection in feature.selections)
        )
        # A base is of no concern to a feature.
        base = catalog.base(defaults.BASE)
        settings = [
            [PartCell(build, part, board, base, profile) for part in names]
            for profile in profiles
            for board in boards
            for build in builds
        ]
        cells = [cell for setting in settings for cell in setting]
        unsupported_reason = {build.label: conformance.unsupported_reason(catalog, build) for build in builds}
        jobs, scripts = part_jobs(
            self.context, [cell for cell in cells if unsupported_reason[cell.build.label] is None]
        )
        batch = Batch(
            self.context,
            self.executor or LocalExecutor(),
            _Outcomes(self.store),
            PartEnded,
            self.emit,
            self.rerun,
            Durations.read(self.context.home.durations),
        )
        done = batch.run(
            jobs,
            [
                left_out(cell, why)
                for cell in cells
                if (why := unsupported_reason[cell.build.label]) is not None
            ],
        )
        by_feature = _Found(tuple(features), self._parts(names, scripts), done.results)
        measured = FeaturesMeasured(
            runtimes=tuple(by_feature.runtime(cells) for cells in settings),
            titles={feature.name: feature.title for feature in features},
            look=lambda: tuple(assertion for cells in settings for assertion in by_feature.failing(cells)),
            notes=tuple(_notes(catalog.features, by_feature.parts)),
            failures={job.id: why for job in jobs if (why := done.results[job.id].reason) is not None},
            seconds=time.monotonic() - started,
            reused=len(done.reused),
            cells=len(cells),
        )
        if len(features) == len(catalog.features.features) and not measured.failures:
            for runtime in measured.runtimes:
                self.store.save_features(runtime)
        return measured

    def _parts(self, names: Sequence[str], scripts: Scripts) -> dict[str, Part]:
        step = StepContext(log_of(self.context.home, scripts.step.title))
        try:
            return {name: scripts.part(name, step) for name in names}
        except BuildError as error:
            raise UsageError(f"The W3C suite cannot be read: {error.reason}.") from error


@dataclass(frozen=True)
class _Found:
    """Outcomes of parts, as features.

    Attributes:
        features: The features that were asked for.
        parts: The parts that they are of.
        outcomes: Cell → outcomes.
    """

    features: tuple[Feature, ...]
    parts: Mapping[str, Part]
    outcomes: Mapping[str, PartOutcomes]

    def runtime(self, cells: Sequence[PartCell]) -> RuntimeFeatures:
        """The features of a runtime, whose parts these are."""
        build, board, profile = cells[0].build, cells[0].board, cells[0].profile
        outcomes = self._outcomes(cells)
        verdicts = conformance.runtime_features(self.features, self.parts, outcomes)
        return RuntimeFeatures(
            runtime=build.name,
            version=build.number,
            board=board.name,
            profile=profile.name,
            features=verdicts,
            measured_at=max(part.measured_at for part in outcomes.values()),
            differences=tuple(conformance.differences(build, verdicts)),
        )

    def failing(self, cells: Sequence[PartCell]) -> Iterable[Failing]:
        """The assertions that do not hold on it."""
        build, outcomes = cells[0].build, self._outcomes(cells)
        for feature in self.features:
            yield from conformance.failing(build.name, build.number, feature, self.parts, outcomes)

    def _outcomes(self, cells: Sequence[PartCell]) -> dict[str, PartOutcomes]:
        return {cell.part: self.outcomes[cell.id] for cell in cells}


def _notes(catalogued: Features, parts: Mapping[str, Part]) -> Iterable[str]:
    """What is to be known of the figures."""
    if not parts:
        return
    yield f"assertions: {catalogued.suite}"
    left_out: dict[str, int] = {}
    superseded = 0
    for part in parts.values():
        for script in part.scripts:
            for why, number in script.left_out.items():
                left_out[why] = left_out.get(why, 0) + number
            superseded += sum(command.is_superseded for command in script.commands)
    for exclusion in catalogued.excluded:
        if exclusion.part in parts:
            left_out[exclusion.reason] = left_out.get(exclusion.reason, 0) + len(exclusion.lines)
    if superseded:
        left_out["calling a module wrong that newer versions allow"] = superseded
    if left_out:
        yield "left out: " + "; ".join(f"{number:,} {why}" for why, number in left_out.items())
    yield (
        "the code is the board's, the memory is not: images have all RAM that the emulated machine has, "
        "so that no feature is missed for lack of it"
    )


@dataclass(frozen=True)
class _Outcomes:
    """The store of outcomes."""

    store: OutcomeStore

    def find_all(self, prints: Mapping[str, str]) -> Mapping[str, PartOutcomes]:
        """Those that are there."""
        stored = ((cell, self.store.find_part(cell, fingerprint)) for cell, fingerprint in prints.items())
        return {cell: outcomes for cell, outcomes in stored if outcomes is not None}

    def save(self, result: PartOutcomes, fingerprint: str) -> None:
        """Adds outcomes; what ended a part before it ran may be the machine's fault, and is tried again."""
        if result.reason is None:
            self.store.save_part(result, fingerprint)
