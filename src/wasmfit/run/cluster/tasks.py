"""The tasks: functions that Dask calls in a worker's thread.

Arguments and results are strings and bytes, for the scheduler handles them too; the functions' names and
arguments are what both ends must have alike, and :mod:`.resources` makes sure that they do.
"""

import contextlib
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from distributed import Worker, get_worker

from wasmfit.builder import ArchiveError, BuildStep, StepContext, packed, unpack
from wasmfit.builder.cache import Cache
from wasmfit.home import Home
from wasmfit.run.cells import CellJob
from wasmfit.run.job import FAILURES, Artefact, RemoteJob, end_of, log_of
from wasmfit.run.named import job_of
from wasmfit.run.parts import PartJob

from .forwarder import TOPIC
from .plugin import NAME, WasmfitPlugin
from .work import JobRequest, JobResult, StepResult

Archives = dict[str, bytes]
"""``kind/key`` → an artefact."""

Answer = tuple[str, Archives]
"""What a task answers: a record as JSON, and artefacts."""

_LOG_BYTES = 1 << 20
"""So much of a log's end is sent."""

_PROGRESS_S = 0.2
"""Progress is told so often: each word goes through the scheduler."""


def given(data: bytes) -> bytes:
    """What the user's machine has sent, as a task: Dask keeps it, and sends it on."""
    return data


def present() -> bool:
    """Whether wasmfit is there to be called: only where it is, this answers at all."""
    return True


def holdings(artefacts: Sequence[tuple[str, str]], dask_worker: Worker) -> list[int]:
    """Which of these artefacts (kind and key) the worker has, by their places in the list."""
    cache = _plugin(dask_worker).cache
    return [at for at, (kind, key) in enumerate(artefacts) if cache.place(kind, key).is_dir()]


def make(
    text: str, wanted: str, holders: Sequence[str], archives: Archives, needs: Sequence[Answer]
) -> Answer:
    """Does a step, unless its artefact is here or with another worker.

    Args:
        text: The work of one of the jobs that need it.
        wanted: The step's key.
        holders: Addresses of workers that had its artefact when the run began.
        archives: Catalogues of the user's.
        needs: What the steps have answered that it needs.
    """
    work, worker = JobRequest.model_validate_json(text), get_worker()
    plugin, reporter = _plugin(worker), _Reporter(worker, work.task)
    failed = _received(plugin.cache, archives, needs)
    with plugin.context(work.task, work.setting, reporter.echo if work.setting.echo else None) as context:
        step = _step(job_of(context, work.job), wanted, str(worker.name))
        if failed is not None:
            return failed.model_dump_json(), {}
        folder = plugin.cache.place(step.kind, step.key)
        for holder in () if folder.is_dir() else holders:
            archive = plugin.ask(holder, step.kind, step.key)
            # Damaged on its way, it is as good as none.
            with contextlib.suppress(ArchiveError):
                if archive is not None:
                    _receive(plugin.cache, {f"{step.kind}/{step.key}": archive})
                    break
        log = _Log(log_of(context.home, step.title))
        result = StepResult(kind=step.kind, key=step.key, title=step.title)
        reporter.started()
        try:
            step.ensure(context.cache, StepContext(log.path, reporter.progress))
        except FAILURES as error:
            status, reason = end_of(error)
            result = result.model_copy(update={"status": status, "reason": reason, "log": log.text()})
        reporter.ended(result.reason)
    made_here = {} if result.status is not None else {f"{step.kind}/{step.key}": packed(folder)}
    return result.model_dump_json(), made_here


def _step(job: CellJob | PartJob, wanted: str, worker: str) -> BuildStep:
    """The step of a job that has this key."""
    for step in job.steps:
        if step.key == wanted:
            return step
    raise RuntimeError(f"worker {worker} plans other steps for {job.id}: its tools differ")


def measure(text: str, archives: Archives, steps: Sequence[Answer]) -> Answer:
    """Builds what is left to build of a job, and measures.

    Args:
        text: The work.
        archives: Catalogues of the user's, and his module.
        steps: What the steps have answered that it needs.
    """
    work, worker = JobRequest.model_validate_json(text), get_worker()
    plugin, reporter = _plugin(worker), _Reporter(worker, work.task)
    failed = _received(plugin.cache, archives, steps)
    with plugin.context(work.task, work.setting, reporter.echo if work.setting.echo else None) as context:
        answer, artefacts = _measured(
            job_of(context, work.job), context.home, failed, reporter, str(worker.name)
        )
    reporter.ended(None)
    places = {f"{kind}/{key}": plugin.cache.place(kind, key) for kind, key in artefacts}
    return answer, {name: packed(folder) for name, folder in places.items() if folder.is_dir()}


def _measured(
    job: RemoteJob[Any], home: Home, failed: StepResult | None, reporter: "_Reporter", worker: str
) -> tuple[str, Sequence[Artefact]]:
    """A job's record with its logs, and the artefacts that it refers to."""
    log = _Log(log_of(home, job.id))
    reporter.started()
    result = job.measure(StepContext(log.path, reporter.progress), failed.failure(home) if failed else None)
    logs = {job.id: log.text()} | ({failed.title: failed.log} if failed else {})
    return JobResult(result=job.dumped(result, worker), logs=logs).model_dump_json(), job.artefacts(result)


def _received(cache: Cache, archives: Archives, answers: Sequence[Answer]) -> StepResult | None:
    """Puts what was sent into the cache; the first of the steps that failed, if one has."""
    _receive(cache, archives)
    failed = None
    for answer, archive in answers:
        result = StepResult.model_validate_json(answer)
        _receive(cache, archive)
        failed = failed or (result if result.status is not None else None)
    return failed


def _plugin(worker: Worker) -> WasmfitPlugin:
    plugin = worker.plugins[NAME]
    assert isinstance(plugin, WasmfitPlugin)
    return plugin


def _receive(cache: Cache, archives: Archives) -> None:
    """Puts artefacts into the cache that are not there."""
    for name, archive in archives.items():
        kind, _, key = name.partition("/")
        cache.get(kind, key, partial(unpack, archive))


class _Log:
    """A log that others have written to before, and maybe will again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._before = path.stat().st_size if path.is_file() else 0

    def text(self) -> str:
        """What has been written since, or the end of it."""
        if not self.path.is_file():
            return ""
        with self.path.open("rb") as stream:
            end = stream.seek(0, 2)
            stream.seek(max(self._before if self._before <= end else 0, end - _LOG_BYTES))
            return stream.read().decode(errors="replace")


class _Reporter:
    """Tells whoever listens what becomes of a task."""

    def __init__(self, worker: Worker, task: str) -> None:
        self._worker = worker
        self._task = task
        self._told = 0.0

    def started(self) -> None:
        self._say("started", by=str(self._worker.name))

    def progress(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._told >= _PROGRESS_S or done == total:
            self._told = now
            self._say("progress", what=what, done=done, total=total)

    def ended(self, error: str | None) -> None:
        self._say("ended", error=error)

    def echo(self, line: str) -> None:
        self._say("command", line=line)

    def _say(self, event: str, **more: object) -> None:
        self._worker.log_event(TOPIC, {"task": self._task, "event": event, **more})
