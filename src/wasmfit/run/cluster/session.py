"""The jobs of one run on a cluster.

Dask does a task again that was lost with its worker, up to the scheduler's ``allowed-failures``. Then it
attributes the crash to every task that had been given to the worker, running or not. We attribute it to a job
only if workers die while it is the only one there is: those that Dask gives up have a second try among the
others if none was seen to start them, and the last try alone. What kills its workers even then is a poison
task, and no job that needs it is sent again.
"""

import queue
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Generic, TypeVar

from distributed import CancelledError, Client, Future, KilledWorker

from wasmfit.builder import BuildError, BuildStep, Context, StepContext, digest, packed, unpack
from wasmfit.builder.step import MODULES
from wasmfit.events import EventHandler, Said
from wasmfit.run.job import Job, RemoteJob, log_of, steps_of_others

from . import resources, tasks
from .errors import ClusterError
from .forwarder import TOPIC, EventForwarder
from .resources import Requirements
from .work import JobRequest, JobResult, RunSetting

_TICK_S = 0.5
_PATIENCE_S = 5.0
"""Nothing has ended for so long: time to say what is missing."""

_ALONE = 3
"""The attempt for which a job has the cluster to itself."""

_JOBS, _MODULES = 2000, 1000
"""Priorities above those of builds, which are the estimates that the catalogue says."""

_GO_ON = "Finished cells are stored; the same command goes on where this one stopped."

R = TypeVar("R")


@dataclass(frozen=True)
class _Worker:
    """A worker: its address, its name, and the resources that it has."""

    address: str
    name: str
    has: dict[str, float]


@dataclass
class Session(Generic[R]):
    """One run.

    Attributes:
        client: The scheduler's client.
        address: What the user calls it.
        context: What the jobs were planned with.
        emit: Told what happens.
        keep: Takes results.
        catalogs: Key → archive of the user's catalogues.
    """

    client: Client
    address: str
    context: Context
    emit: EventHandler
    keep: Callable[[Job[R], R], None]
    catalogs: dict[str, bytes]
    _name: str = field(default_factory=lambda: uuid.uuid4().hex)
    _ended: queue.SimpleQueue[Future[Any]] = field(default_factory=queue.SimpleQueue)
    _holders: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _unseen: list[RemoteJob[R]] = field(default_factory=list)
    _crashed: list[RemoteJob[R]] = field(default_factory=list)
    _poison_tasks: dict[str, str] = field(default_factory=dict)
    _said: set[str] = field(default_factory=set)

    def run(self, jobs: Sequence[RemoteJob[R]]) -> None:
        """Does every job."""
        self._forwarder = EventForwarder(self.emit, self.context.runner.echo)
        self._requirements = Requirements(resources.identity(), self.context.toolchain)
        self._setting = RunSetting(
            catalogs=tuple(self.catalogs),
            c_targets=tuple(sorted(self.context.toolchain.c)),
            boards=tuple(sorted({job.spec.board.name for job in jobs})),
            echo=self.context.runner.echo is not None,
        )
        self._require_reader()
        resources.require_same(
            self._requirements.identity, {worker.name: worker.has for worker in self._workers()}
        )
        self._steps = {job.id: steps_of_others(job) for job in jobs}
        self._find_holders()
        self.client.subscribe_topic(TOPIC, lambda event: self._forwarder.hear(event[1]))
        try:
            self._round(jobs, 1)
            unseen, self._unseen = self._unseen, []
            self._round(unseen, 2)
            for job in (*self._crashed, *self._unseen):
                self._round([job], _ALONE)
        finally:
            self._forwarder.all_over()

    def _require_reader(self) -> None:
        """Makes sure that the scheduler, which reads tasks, has what they name."""
        try:
            self.client.run_on_scheduler(tasks.present)
        except Exception as error:
            raise ClusterError(
                f"The scheduler at {self.address} runs where wasmfit is not installed.",
                "Start it with the `dask scheduler` that `pip install 'wasmfit[cluster]'` brings.",
            ) from error

    def _workers(self) -> list[_Worker]:
        """The workers that there are."""
        try:
            workers: dict[str, Any] = self.client.scheduler_info(n_workers=-1)["workers"]
        except OSError as error:
            raise ClusterError(
                f"The connection to the scheduler at {self.address} was lost.", _GO_ON
            ) from error
        return [
            _Worker(address, str(worker["name"]), worker["resources"]) for address, worker in workers.items()
        ]

    def _find_holders(self) -> None:
        """Asks every worker of ours which artefacts it has: a step that is there is not done elsewhere."""
        ours = [worker.address for worker in self._workers() if self._requirements.identity in worker.has]
        wanted = sorted({(step.kind, step.key) for steps in self._steps.values() for step in steps})
        answers = self.client.run(tasks.holdings, wanted, workers=ours, on_error="ignore") if ours else {}
        self._holders.clear()
        for address, places in answers.items():
            for at in places:
                self._holders[wanted[at][1]].append(address)

    def _round(self, jobs: Sequence[RemoteJob[R]], attempt: int) -> None:
        """Sends the jobs and keeps what comes back, or remembers those that Dask gave up."""
        pending: dict[str, tuple[RemoteJob[R], Future[Any]]] = {}
        if attempt > 1:
            self._find_holders()
        try:
            # Held until all is sent, so that no step is dropped and done again in between.
            held: dict[str, Future[Any]] = {}
            for job in self._without_poison(jobs):
                pending[self._task(job, attempt)] = (job, self._submit(job, attempt, held))
            held.clear()
            quiet_since = time.monotonic()
            while pending:
                try:
                    future = self._ended.get(timeout=_TICK_S)
                except queue.Empty:
                    self._require_connection()
                    if time.monotonic() - quiet_since >= _PATIENCE_S:
                        quiet_since = time.monotonic()
                        self._say_what_is_missing([job for job, _ in pending.values()])
                    continue
                quiet_since = time.monotonic()
                if future.key in pending:
                    job, _ = pending.pop(future.key)
                    self._take(job, future, attempt)
        finally:
            self.client.cancel([future for _, future in pending.values()])

    def _without_poison(self, jobs: Sequence[RemoteJob[R]]) -> Iterator[RemoteJob[R]]:
        """The jobs, without those that need a step which has killed its workers: they end with that."""
        for job in jobs:
            poison = next(
                (
                    self._poison_tasks[step.key]
                    for step in self._steps[job.id]
                    if step.key in self._poison_tasks
                ),
                None,
            )
            if poison is None:
                yield job
            else:
                self._give_up(job, poison)

    def _submit(self, job: RemoteJob[R], attempt: int, held: dict[str, Future[Any]]) -> Future[Any]:
        archives = {}
        for key, archive in self.catalogs.items():
            archives[f"catalogs/{key}"] = _once(held, key, partial(self._given, key, archive))
        steps: list[Future[Any]] = []
        for step in self._steps[job.id]:
            # What a step needs stands before it, and is among them.
            needs = [held[need.key] for need in step.tasks()]
            submit = partial(self._submit_step, job, step, needs, dict(archives), attempt)
            steps.append(_once(held, step.key, submit))
        for step in job.given:
            pack = partial(self._packed, job, step)
            archives[f"{step.kind}/{step.key}"] = _once(
                held,
                step.key,
                lambda step=step, pack=pack: self._given(step.key, pack()),  # type: ignore[misc]
            )
        task = self._task(job, attempt)
        self._forwarder.expect(task, job.id)
        future = self.client.submit(
            tasks.measure,
            self._work(task, job),
            archives,
            steps,
            key=task,
            resources=self._requirements.run(job.spec),
            priority=_JOBS - job.priority,
        )
        future.add_done_callback(self._ended.put)
        return future

    def _submit_step(
        self,
        job: RemoteJob[R],
        step: BuildStep,
        needs: Sequence[Future[Any]],
        archives: dict[str, Future[Any]],
        attempt: int,
    ) -> Future[Any]:
        task = self._step_task(step, attempt)
        self._forwarder.expect(task, step.title)
        return self.client.submit(
            tasks.make,
            self._work(task, job),
            step.key,
            self._holders[step.key],
            archives,
            needs,
            key=task,
            resources=self._requirements.build(job.spec),
            # Modules, which all runtimes need, then the slowest builds: see docs/cluster.md.
            priority=_MODULES if step.stage == MODULES else step.estimate,
        )

    def _given(self, key: str, data: bytes) -> Future[Any]:
        return self.client.submit(tasks.given, data, key=f"wasmfit-given-{key}")

    def _packed(self, job: RemoteJob[R], step: BuildStep) -> bytes:
        return packed(step.ensure(self.context.cache, StepContext(log_of(self.context.home, job.id))))

    def _work(self, task: str, job: RemoteJob[R]) -> str:
        return JobRequest(task=task, job=job.name, setting=self._setting).model_dump_json()

    def _task(self, job: RemoteJob[R], attempt: int) -> str:
        return f"wasmfit-cell-{digest.of(self._name, job.id, attempt)}"

    def _step_task(self, step: BuildStep, attempt: int) -> str:
        """The step's key in Dask: the same for all users of the cluster, unless workers have died of it."""
        return f"wasmfit-{step.kind}-{step.key if attempt == 1 else digest.of(self._name, step.key, attempt)}"

    def _take(self, job: RemoteJob[R], future: Future[Any], attempt: int) -> None:
        """Keeps what a task has ended with, or remembers that it was given up and is worth another try."""
        try:
            text, archives = future.result()
        except KilledWorker as error:
            workers = self._forwarder.lost(str(error.task))
            if attempt == _ALONE:
                self._attribute_crash(job, error, workers)
            else:
                (self._crashed if workers else self._unseen).append(job)
        except CancelledError as error:
            self._require_connection()
            raise ClusterError(
                f"The scheduler at {self.address} has dropped the work; maybe it was started again.", _GO_ON
            ) from error
        except Exception as error:  # noqa: BLE001 - whatever went wrong there is one job's end, not the run's
            self._give_up(job, f"the worker failed: {error!r}")
        else:
            self._receive(job, text, archives)
        self._forwarder.over(self._task(job, attempt))

    def _receive(self, job: RemoteJob[R], text: str, archives: tasks.Archives) -> None:
        """Keeps a result with its artefacts and logs, at their places on this machine."""
        measured = JobResult.model_validate_json(text)
        for title, log in measured.logs.items():
            _write(log_of(self.context.home, title), log)
        folders = {}
        for name, archive in archives.items():
            kind, _, key = name.partition("/")
            folders[kind] = self.context.cache.get(kind, key, partial(unpack, archive))
        try:
            result = job.received(measured.result, folders, log_of(self.context.home, job.id))
        except BuildError as error:
            self._give_up(job, error.reason)
        else:
            self.keep(job, result)

    def _attribute_crash(self, job: RemoteJob[R], error: KilledWorker, workers: Sequence[str]) -> None:
        """Ends a job that was alone when workers died."""
        names = ", ".join(dict.fromkeys(workers)) or "nobody was seen to start it"
        died = f"{error.allowed_failures + 1} workers died while they"
        step = next(
            (step for step in self._steps[job.id] if self._step_task(step, _ALONE) == error.task), None
        )
        if step is None:
            self._give_up(job, f"{died} had it: {names}")
        else:
            self._poison_tasks[step.key] = f"{died} made {step.title}: {names}"
            self._give_up(job, self._poison_tasks[step.key])

    def _give_up(self, job: RemoteJob[R], reason: str) -> None:
        """Ends a job that no worker has done."""
        log = log_of(self.context.home, job.id)
        _write(log, f"{reason}\n")
        self.keep(job, job.given_up(reason, log))

    def _require_connection(self) -> None:
        if self.client.status != "running":
            raise ClusterError(f"The connection to the scheduler at {self.address} was lost.", _GO_ON)

    def _say_what_is_missing(self, jobs: Sequence[RemoteJob[R]]) -> None:
        """Tells what no worker has and cells wait for, once in the same words."""
        workers = {worker.name: worker.has for worker in self._workers()}
        waiting: Counter[str] = Counter()
        for job in jobs:
            missing = resources.missing(self._requirements.build(job.spec), workers)
            missing = missing or resources.missing(self._requirements.run(job.spec), workers)
            if missing is not None:
                waiting[missing] += 1
        for missing, count in waiting.items():
            sentence = (
                f"{missing}: {count} cell{'s wait' if count > 1 else ' waits'}. Start a worker that has it."
            )
            if sentence not in self._said:
                self._said.add(sentence)
                self.emit(Said(sentence))


def _once(held: dict[str, Future[Any]], key: str, make: Callable[[], Future[Any]]) -> Future[Any]:
    if key not in held:
        held[key] = make()
    return held[key]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
