"""A plan → its comparison: the cells as jobs, and their measurements completed."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

from wasmfit import __version__
from wasmfit.analysis.comparison import CONCLUSIVE, Comparison
from wasmfit.builder import Context
from wasmfit.events import BuildPlan, CellEnded, EventHandler
from wasmfit.model import Measurement, Status
from wasmfit.plan import Plan
from wasmfit.probe import BoardRunner
from wasmfit.store import RunEntry, RunMetadata, Store

from . import record
from .batch import Batch
from .cells import cell_jobs
from .completion import completed
from .durations import Durations
from .executor import Executor, LocalExecutor

_WORTH_ANOTHER_TRY = frozenset({Status.BUILD_FAILED, Status.TIMEOUT, Status.UNAVAILABLE})
"""Ends that may be the machine's fault: no network, no compiler, a full disk, a busy processor."""


@dataclass(frozen=True)
class Pipeline:
    """One run of a plan.

    Attributes:
        context: What to build with.
        store: Where measurements go.
        emit: Told what happens.
        metadata: Where the run comes from, under which it is recorded when it has ended; ``None`` for one
            that is part of something larger, and is not recorded.
        rerun: Measure cells again that are in the store.
        bench: The board that images run on as well, if there is one.
        executor: Who builds and measures; this process, if it is nobody.
        rerun_failed: Measure cells again that are in the store and failed.
    """

    context: Context
    store: Store
    emit: EventHandler
    metadata: RunMetadata | None
    rerun: bool = False
    bench: BoardRunner | None = None
    executor: Executor | None = None
    rerun_failed: bool = False

    def run(self, plan: Plan) -> Comparison:
        """Measures every cell of the plan.

        Raises:
            KeyboardInterrupt: The user's; cells that have ended are stored.
            StoreError: The store cannot be used.
            WasmfitError: The executor cannot go on; cells that have ended are stored.
        """
        started = time.monotonic()
        jobs = cell_jobs(self.context, plan.measured, self.bench)
        batch = self._batch()
        done = batch.run(jobs, [record.skipped(cell) for cell in plan.skipped])
        measurements = completed(self.context.catalog, plan, done.results)
        prints = {job.id: job.fingerprint for job in jobs}
        entries = [
            RunEntry(measurement, prints.get(measurement.id), measurement.id in done.reused)
            for measurement in measurements
        ]
        number = None if self.metadata is None else self.store.record(self.metadata, entries, __version__)
        return Comparison(measurements, time.monotonic() - started, len(done.reused), number)

    def build_plan(self, plan: Plan) -> BuildPlan:
        """What :meth:`run` would build and measure.

        Raises:
            StoreError: The store cannot be used.
        """
        return self._batch().plan(cell_jobs(self.context, plan.measured, self.bench))

    def _batch(self) -> Batch[Measurement]:
        kept = _Measurements(self.store, self.rerun_failed)
        durations = Durations.read(self.context.home.durations)
        executor = self.executor or LocalExecutor()
        return Batch(self.context, executor, kept, CellEnded, self.emit, self.rerun, durations)


@dataclass(frozen=True)
class _Measurements:
    """The store of measurements.

    Attributes:
        store: The store.
        rerun_failed: Whether failures are measured again.
    """

    store: Store
    rerun_failed: bool = False

    def find_all(self, prints: Mapping[str, str]) -> Mapping[str, Measurement]:
        """All but those that are worth another try, or are to have one."""
        stored = self.store.find_all(prints)
        return {cell: kept for cell, kept in stored.items() if not self._is_tried_again(kept.status)}

    def _is_tried_again(self, status: Status) -> bool:
        return status in _WORTH_ANOTHER_TRY or (self.rerun_failed and status not in CONCLUSIVE)

    def save(self, result: Measurement, fingerprint: str) -> None:
        """Adds a measurement, however it ended."""
        self.store.save(result, fingerprint)
