"""The tasks: functions that Dask calls in a worker's thread.

Arguments and results are strings and bytes, for the scheduler handles them too; the functions' names and
arguments are what both ends must have alike, and :mod:`.resources` makes sure that they do.
"""

import contextlib
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from distributed import Worker, get_worker

from wasmfit.builder import ParcelError, Step, packed, unpack
from wasmfit.builder.cache import Cache
from wasmfit.model import Measurement
from wasmfit.plan import cell_of
from wasmfit.run import image_bytes
from wasmfit.run.finish import FAILURES, end_of, finish, log_of
from wasmfit.run.steps import shared_steps

from .relay import TOPIC
from .work import Made, Measured, Work
from .workshop import NAME, Workshop

Parcels = dict[str, bytes]
"""``kind/key`` → an artefact."""

Answer = tuple[str, Parcels]
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
    cache = _workshop(dask_worker).cache
    return [at for at, (kind, key) in enumerate(artefacts) if cache.place(kind, key).is_dir()]


def make(text: str, wanted: str, holders: Sequence[str], parcels: Parcels) -> Answer:
    """Does a shared step, unless its artefact is here or with another worker.

    Args:
        text: The work of one of the cells that need it.
        wanted: The step's key.
        holders: Addresses of workers that had its artefact when the run began.
        parcels: Catalogues of the user's.
    """
    work, worker = Work.model_validate_json(text), get_worker()
    workshop, teller = _workshop(worker), _Teller(worker, work.task)
    _receive(workshop.cache, parcels)
    with workshop.context(work.task, work.setting, teller.echo if work.setting.echo else None) as context:
        cell = cell_of(context.catalog, work.cell)
        step = next((one for one in shared_steps(context, cell) if one.key == wanted), None)
        if step is None:
            raise RuntimeError(f"worker {worker.name} plans other steps for {cell.id}: its tools differ")
        place = workshop.cache.place(step.kind, step.key)
        for holder in () if place.is_dir() else holders:
            parcel = workshop.ask(holder, step.kind, step.key)
            # Damaged on its way, it is as good as none.
            with contextlib.suppress(ParcelError):
                if parcel is not None:
                    _receive(workshop.cache, {f"{step.kind}/{step.key}": parcel})
                    break
        log = _Log(log_of(context.home, step.title))
        made = Made(kind=step.kind, key=step.key, title=step.title)
        teller.started()
        try:
            step.work(Step(log.path, teller.progress))
        except FAILURES as error:
            status, reason = end_of(error)
            made = made.model_copy(update={"status": status, "reason": reason, "log": log.text()})
        teller.ended(made.reason)
    made_here = {} if made.status is not None else {f"{step.kind}/{step.key}": packed(place)}
    return made.model_dump_json(), made_here


def measure(text: str, parcels: Parcels, steps: Sequence[Answer]) -> Answer:
    """Builds and measures a cell.

    Args:
        text: The work.
        parcels: Catalogues of the user's, and his module.
        steps: What the shared steps have answered.
    """
    work, worker = Work.model_validate_json(text), get_worker()
    workshop, teller = _workshop(worker), _Teller(worker, work.task)
    _receive(workshop.cache, parcels)
    made = []
    for answer, parcel in steps:
        made.append(Made.model_validate_json(answer))
        _receive(workshop.cache, parcel)
    failed = next((one for one in made if one.status is not None), None)
    with workshop.context(work.task, work.setting, teller.echo if work.setting.echo else None) as context:
        cell = cell_of(context.catalog, work.cell)
        log = _Log(log_of(context.home, cell.id))
        teller.started()
        step = Step(log.path, teller.progress)
        measurement, image = finish(context, step, cell, failed.failure(context.home) if failed else None)
    logs = {cell.id: log.text()} | ({failed.title: failed.log} if failed else {})
    measured = Measured(
        measurement=_by(measurement, str(worker.name)), image=image.key if image else None, logs=logs
    )
    teller.ended(None)
    built = {f"images/{image.key}": packed(image.elf.parent)} if image else {}
    if sha256 := measurement.provenance.elf_sha256:
        # What a report shows of the image was found out here, and need not be again.
        key = image_bytes.key(cell, sha256)
        kept = workshop.cache.place("bytes", key)
        built |= {f"bytes/{key}": packed(kept)} if kept.is_dir() else {}
    return measured.model_dump_json(), built


def _by(measurement: Measurement, worker: str) -> Measurement:
    provenance = measurement.provenance.model_copy(update={"worker": worker})
    return measurement.model_copy(update={"provenance": provenance})


def _workshop(worker: Worker) -> Workshop:
    workshop = worker.plugins[NAME]
    assert isinstance(workshop, Workshop)
    return workshop


def _receive(cache: Cache, parcels: Parcels) -> None:
    """Puts artefacts into the cache that it lacks."""
    for name, parcel in parcels.items():
        kind, _, key = name.partition("/")
        cache.get(kind, key, partial(unpack, parcel))


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


class _Teller:
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
