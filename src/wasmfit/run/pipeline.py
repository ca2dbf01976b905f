"""The pipeline: cells through the stages, in parallel, each stored as soon as it has ended."""

import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from wasmfit import __version__
from wasmfit.analysis.comparison import Comparison
from wasmfit.builder import Context, Image, Step, keys
from wasmfit.events import CellEnded, Event, Listener, Started, TaskEnded, TaskProgress, TaskStarted
from wasmfit.model import Cell, Glue, Measurement, Status, UserModule
from wasmfit.plan import Plan
from wasmfit.probe import Bench
from wasmfit.store import Origin, Shown, Store
from wasmfit.timing import predictor

from . import agreement, measure, record
from .crew import Crew
from .finish import FAILURES, Failed, end_of, finish, log_of
from .schedule import Task, execute
from .steps import SharedStep, shared_steps

_WORTH_ANOTHER_TRY = frozenset({Status.BUILD_FAILED, Status.TIMEOUT})
"""Ends that may be the machine's fault: no network, a full disk, a busy processor."""


@dataclass
class Pipeline:
    """One run of a plan.

    Attributes:
        context: What to build with.
        store: Where measurements go.
        listener: Told what happens.
        origin: Where the run comes from, under which it is recorded when it has ended; ``None`` for one that
            is part of something larger, and is not recorded.
        rerun: Measure cells again that are in the store.
        bench: The board that images run on as well, if there is one.
        crew: Who builds and measures; this process, if it is nobody.
    """

    context: Context
    store: Store
    listener: Listener
    origin: Origin | None
    rerun: bool = False
    bench: Bench | None = None
    crew: Crew | None = None
    _code: str = field(default_factory=measure.own_code)
    _failures: dict[str, Failed] = field(default_factory=dict)
    _done: dict[str, Measurement] = field(default_factory=dict)
    _stored_under: dict[str, str] = field(default_factory=dict)
    _telling: threading.Lock = field(default_factory=threading.Lock)

    def run(self, plan: Plan) -> Comparison:
        """Measures every cell of the plan.

        Raises:
            KeyboardInterrupt: The user's; cells that have ended are stored.
            StoreError: The store cannot be used.
            WasmfitError: The crew cannot go on; cells that have ended are stored.
        """
        started = time.monotonic()
        cells = plan.measured
        keyed = list(zip(cells, keys(self.context, cells), strict=True))
        prints = dict(zip((cell.id for cell in cells), self._fingerprints(keyed), strict=True))
        stored = {} if self.rerun else self._stored(prints)
        self._tell(Started(len(cells) + len(plan.left_out), len(stored)))
        for cell, measurement in stored.items():
            self._stored_under[cell] = prints[cell]
            self._end(measurement, reused=True)
        for one in plan.left_out:
            self._end(record.left_out(one), reused=False)
        missing = [cell for cell in cells if cell.id not in stored]
        if self.crew is None:
            execute(self._tasks(missing, prints), os.cpu_count() or 1, self.context.gateway.cancel)
        elif missing:
            self.crew.work(
                self.context, missing, self._tell, lambda *ended: self._keep(*ended, planned=prints)
            )
        completed = tuple(self._completed(plan))
        shown = [Shown(one, self._stored_under.get(one.id), one.id in stored) for one in completed]
        number = None if self.origin is None else self.store.record(self.origin, shown, __version__)
        return Comparison(completed, time.monotonic() - started, len(stored), number)

    def _stored(self, prints: dict[str, str]) -> dict[str, Measurement]:
        found = self.store.find_all(prints)
        return {cell: one for cell, one in found.items() if one.status not in _WORTH_ANOTHER_TRY}

    def _completed(self, plan: Plan) -> list[Measurement]:
        """All measurements of the plan in order, each beside its baseline."""
        baselines = {_setting(cell): self._done[cell.id].size for cell in plan.baselines}
        judged = self._judged(plan)
        boards = {cell.board.name: cell.board for cell in plan.all_cells}
        prices = {name: predictor(board, self.context.catalog.core(board)) for name, board in boards.items()}
        facts: dict[tuple[str, str, Glue], dict[str, str]] = {}
        completed = []
        for cell in plan.all_cells:
            decided_by = cell.build.label, cell.base.name, cell.glue
            if decided_by not in facts:
                facts[decided_by] = record.facts_of(cell)
            baseline, price = baselines.get(_setting(cell)), prices[cell.board.name]
            completed.append(record.completed(judged[cell.id], cell, baseline, price, facts[decided_by]))
        return completed

    def _judged(self, plan: Plan) -> dict[str, Measurement]:
        """The measurements, those of a user's module held against one another."""
        settings: dict[tuple[str, str, str, str], list[Cell]] = {}
        for cell in plan.cells:
            settings.setdefault(_setting(cell), []).append(cell)
        judged = dict(self._done)
        for cells in settings.values():
            if isinstance(module := cells[0].workload, UserModule):
                ran = [self._done[cell.id] for cell in cells]
                judged |= {one.id: one for one in agreement.checked(ran, module)}
        return judged

    def _fingerprints(self, keyed: Iterable[tuple[Cell, str]]) -> list[str]:
        return measure.fingerprints(keyed, self.context, self._code, self.bench)

    def _tasks(self, cells: list[Cell], prints: dict[str, str]) -> list[Task]:
        """Shared steps, each once, and for every cell the task that finishes it."""
        steps: dict[str, Task] = {}
        finishing = []
        for number, cell in enumerate(cells):
            needed = list(shared_steps(self.context, cell))
            for step in needed:
                steps.setdefault(step.key, self._step_task(step))
            needs = frozenset(step.key for step in needed)
            finishing.append(Task(cell.id, self._finisher(cell, prints, needs), needs, rank=(0, number)))
        return [*finishing, *steps.values()]

    def _step_task(self, step: SharedStep) -> Task:
        def run() -> None:
            self._tell(TaskStarted(step.title))
            started = time.monotonic()
            reason = None
            try:
                step.work(Step(self._log(step.title), self._progress(step.title)))
            except FAILURES as error:
                # Every cell that needs the step ends with its failure, and shows its log.
                failed = Failed(*end_of(error), self._log(step.title))
                self._failures[step.key] = failed
                reason = failed.reason
            self._tell(TaskEnded(step.title, time.monotonic() - started, reason))

        return Task(step.key, run, lane=None if step.lane is None else str(step.lane), rank=step.rank)

    def _finisher(self, cell: Cell, prints: dict[str, str], needs: frozenset[str]) -> Callable[[], None]:
        def run() -> None:
            self._tell(TaskStarted(cell.id))
            started = time.monotonic()
            measurement, built = self._measure(cell, needs)
            self._keep(cell, measurement, built.key if built else None, planned=prints)
            self._tell(TaskEnded(cell.id, time.monotonic() - started, None))

        return run

    def _measure(self, cell: Cell, needs: frozenset[str]) -> tuple[Measurement, Image | None]:
        step = Step(self._log(cell.id), self._progress(cell.id))
        failed = next((self._failures[need] for need in needs if need in self._failures), None)
        return finish(self.context, step, cell, failed, self.bench)

    def _keep(
        self, cell: Cell, measurement: Measurement, image_key: str | None, *, planned: dict[str, str]
    ) -> None:
        """Stores what a cell has ended as; ``image_key`` is that of its image, if it was built."""
        # Sources may have been edited since the plan was made: what counts is what was built.
        made_from = self._fingerprints([(cell, image_key)])[0] if image_key else planned[cell.id]
        self.store.save(measurement, made_from)
        self._stored_under[cell.id] = made_from
        self._end(measurement, reused=False)

    def _end(self, measurement: Measurement, *, reused: bool) -> None:
        self._done[measurement.id] = measurement
        self._tell(CellEnded(measurement, reused))

    def _progress(self, title: str) -> Callable[[str, int, int], None]:
        return lambda what, done, total: self._tell(TaskProgress(title, what, done, total))

    def _tell(self, event: Event) -> None:
        with self._telling:
            self.listener(event)

    def _log(self, name: str) -> Path:
        return log_of(self.context.home, name)


def _setting(cell: Cell) -> tuple[str, str, str, str]:
    return cell.workload.name, cell.board.name, cell.base.name, cell.profile.name
