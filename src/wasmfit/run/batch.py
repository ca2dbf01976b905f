"""Jobs → results: from the store where they are there, done where they are not, each stored as it ends."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from wasmfit.builder import Context
from wasmfit.emulation import NO_FENCE, has_fence
from wasmfit.events import BuildPlan, Event, EventHandler, Said, Started

from .build_plan import build_plan
from .durations import Durations
from .executor import Executor
from .job import Job, RemoteJob


class Result(Protocol):
    """What a job comes to."""

    @property
    def id(self) -> str:
        """The job's."""


R = TypeVar("R", bound=Result)


class Results(Protocol[R]):
    """Where results are kept."""

    def find_all(self, prints: Mapping[str, str]) -> Mapping[str, R]:
        """The results that are there and need not be measured again, by id.

        Args:
            prints: Id → fingerprint.
        """

    def save(self, result: R, fingerprint: str) -> None:
        """Adds a result."""


@dataclass(frozen=True)
class Done(Generic[R]):
    """What jobs came to.

    Attributes:
        results: Id → result, of jobs and of what was left out.
        reused: Ids of those that were in the store.
    """

    results: Mapping[str, R]
    reused: frozenset[str]


@dataclass
class Batch(Generic[R]):
    """Jobs that are run together.

    Attributes:
        context: What they are built with.
        executor: Who does them.
        kept: Where results are kept.
        ended: The event that says so of a result; whether it was in the store comes with it.
        emit: Told what happens, by one thread at a time.
        rerun: Do jobs again whose results are in the store.
        durations: What similar work took, and where what this takes is recorded.
    """

    context: Context
    executor: Executor
    kept: Results[R]
    ended: Callable[[R, bool], Event]
    emit: EventHandler
    rerun: bool = False
    durations: Durations = field(default_factory=Durations)
    _telling: threading.Lock = field(default_factory=threading.Lock)
    _results: dict[str, R] = field(default_factory=dict)

    def run(self, jobs: Sequence[RemoteJob[R]], left_out: Sequence[R] = ()) -> Done[R]:
        """Does every job.

        Args:
            jobs: The jobs.
            left_out: Ends of what is not a job, which are told and not stored.

        Raises:
            KeyboardInterrupt: The user's; what has ended is stored.
            StoreError: The store cannot be used.
            WasmfitError: The executor cannot go on; what has ended is stored.
        """
        stored = self._stored(jobs)
        self._tell(Started(len(jobs) + len(left_out), len(stored)))
        for result in stored.values():
            self._end(result, reused=True)
        for result in left_out:
            self._end(result, reused=False)
        missing = [job for job in jobs if job.id not in stored]
        if missing:
            if self.context.fence and not has_fence():
                self._tell(Said(NO_FENCE))
            self._tell(build_plan(self.context, missing, len(stored), self.durations, self.executor.workers))
            try:
                self.executor.run(self.context, missing, self._tell, self._keep)
            finally:
                self.durations.save()
        return Done(self._results, frozenset(stored))

    def plan(self, jobs: Sequence[RemoteJob[R]]) -> BuildPlan:
        """What :meth:`run` would do."""
        stored = self._stored(jobs)
        missing = [job for job in jobs if job.id not in stored]
        return build_plan(self.context, missing, len(stored), self.durations, self.executor.workers)

    def _stored(self, jobs: Sequence[RemoteJob[R]]) -> Mapping[str, R]:
        """What need not be done: job → its result."""
        return {} if self.rerun else self.kept.find_all({job.id: job.fingerprint for job in jobs})

    def _keep(self, job: Job[R], result: R) -> None:
        self.kept.save(result, job.fingerprint)
        self._end(result, reused=False)

    def _end(self, result: R, *, reused: bool) -> None:
        self._results[result.id] = result
        self._tell(self.ended(result, reused))

    def _tell(self, event: Event) -> None:
        self.durations.watch(event)
        with self._telling:
            self.emit(event)
