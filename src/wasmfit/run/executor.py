"""Executors: who does the jobs of a run. This process, or others (:mod:`wasmfit.run.cluster`)."""

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, Protocol, TypeVar

from wasmfit.builder import BuildStep, Context, StepContext
from wasmfit.builder.cache import Cache
from wasmfit.events import EventHandler, TaskEnded, TaskProgress, TaskStarted
from wasmfit.home import Home

from .job import FAILURES, Failed, Job, RemoteJob, log_of
from .order import places_of_steps
from .schedule import Task, execute

R = TypeVar("R")


class Executor(Protocol):
    """Who does jobs; storing what they come to is left to the caller."""

    @property
    def workers(self) -> int:
        """Jobs and steps at a time, as far as it is known."""

    def run(
        self,
        context: Context,
        jobs: Sequence[RemoteJob[R]],
        emit: EventHandler,
        keep: Callable[[Job[R], R], None],
    ) -> None:
        """Does every job, and hands what each came to to ``keep`` once, as soon as it has ended.

        Args:
            context: What they were planned with.
            jobs: What to do.
            emit: Told what happens; may be called from several threads at once.
            keep: Takes the results, whose paths are of this machine; from several threads at once.

        Raises:
            KeyboardInterrupt: The user's; whoever works has been told to stop.
            WasmfitError: The work cannot go on.
        """


@dataclass(frozen=True)
class LocalExecutor:
    """This process, with a thread for every processor.

    Attributes:
        workers: Jobs and steps at a time.
    """

    workers: int = field(default_factory=lambda: os.cpu_count() or 1)

    def run(
        self,
        context: Context,
        jobs: Sequence[Job[R]],
        emit: EventHandler,
        keep: Callable[[Job[R], R], None],
    ) -> None:
        """As :meth:`Executor.run`.

        Raises:
            BaseException: What ``keep`` or a job raised, or the user's interrupt; what ran has ended.
        """
        cancel = context.runner.cancel
        execute(
            LocalRun(context.home, context.cache, emit, keep).tasks(jobs),
            self.workers,
            cancel,
        )


@dataclass(frozen=True)
class LocalRun(Generic[R]):
    """The tasks of one run: every step once, and for every job the task that ends it.

    Attributes:
        home: Where logs go.
        cache: Where artefacts go.
        emit: Told what happens.
        keep: Takes results.
    """

    home: Home
    cache: Cache
    emit: EventHandler
    keep: Callable[[Job[R], R], None]
    _failures: dict[str, Failed] = field(default_factory=dict)

    def tasks(self, jobs: Sequence[Job[R]]) -> list[Task]:
        """The tasks of jobs: a job's goes before steps, and the cheapest job's steps first."""
        steps: dict[str, Task] = {}
        places = places_of_steps(jobs)
        ends = []
        for number, job in enumerate(jobs):
            for step in job.steps:
                if step.key not in steps:
                    steps[step.key] = self._step(step, places[step.key])
            needs = frozenset(step.key for step in job.steps)
            end = partial(self._end, job)
            ends.append(Task(job.id, end, needs, is_result=True, priority=(job.priority, number)))
        return [*ends, *steps.values()]

    def _step(self, step: BuildStep, place: int) -> Task:
        def run() -> None:
            log = log_of(self.home, step.title)
            failed = next(
                (self._failures[need.key] for need in step.tasks() if need.key in self._failures), None
            )
            if failed is None and (obstacle := step.obstacle(self.cache)) is not None:
                # Every cell that needs it says so: as a build that failed it would be said twice.
                failed = Failed.of(obstacle, log)
            if failed is None:
                with _Told(self.emit, step.title) as told:
                    try:
                        step.ensure(self.cache, StepContext(log, told.progress))
                    except FAILURES as error:
                        # Every job that needs it ends with its failure, and shows its log.
                        failed = Failed.of(error, log)
                        told.error = failed.reason
            if failed is not None:
                self._failures[step.key] = failed

        return Task(
            step.key,
            run,
            frozenset(need.key for need in step.tasks()),
            lock=None if step.lock is None else str(step.lock),
            priority=(place, step.stage, step.estimate),
            seconds=step.estimate,
        )

    def _end(self, job: Job[R]) -> None:
        with _Told(self.emit, job.id) as told:
            failed = next(
                (self._failures[step.key] for step in job.steps if step.key in self._failures), None
            )
            self.keep(job, job.measure(StepContext(log_of(self.home, job.id), told.progress), failed))


class _Told:
    """A task whose beginning, progress and end are told."""

    def __init__(self, emit: EventHandler, title: str) -> None:
        self._tell, self._title = emit, title
        self.error: str | None = None

    def __enter__(self) -> "_Told":
        self._started = time.monotonic()
        self._tell(TaskStarted(self._title))
        return self

    def progress(self, what: str, done: int, total: int) -> None:
        self._tell(TaskProgress(self._title, what, done, total))

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        # What ends the run is told by whoever ends it.
        if kind is None:
            self._tell(TaskEnded(self._title, time.monotonic() - self._started, self.error))
