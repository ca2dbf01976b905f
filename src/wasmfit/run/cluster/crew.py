"""The user's end: cells go to workers, results come back, each is kept once.

Dask does a task again that was lost with its worker, up to the scheduler's ``allowed-failures``. Then it
blames every task that had been given to the worker, running or not. So a cell is blamed by us only if
workers die while it is the only one there is: blamed ones have a second try among the others if none was seen
to start them, and the last try alone.
"""

import logging
import queue
import time
import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from distributed import CancelledError, Client, Future, KilledWorker

from wasmfit.builder import Context, ParcelError, Step, digest, module, packed, unpack
from wasmfit.errors import UsageError
from wasmfit.events import Listener, Said
from wasmfit.model import Cell, Status, UserModule
from wasmfit.plan import name_of
from wasmfit.run import image_bytes, record
from wasmfit.run.crew import Keep
from wasmfit.run.finish import log_of
from wasmfit.run.steps import SharedStep, shared_steps

from . import resources, tasks
from .address import scheduler_address, security
from .errors import ClusterError
from .relay import TOPIC, Relay
from .resources import Needs
from .work import Measured, Setting, Work

_CONNECT_SECONDS = 15
_TICK_S = 0.5
_PATIENCE_S = 5.0
"""Nothing has ended for so long: time to say what is lacking."""

_ALONE = 3
"""The attempt for which a cell has the cluster to itself."""

_LOGGERS = ("distributed", "distributed.client", "tornado.application")
"""Those to which Dask's configuration gives levels of their own."""

_CELLS, _MODULES = 2000, 1000
"""Priorities above those of builds, which are the efforts that the catalogue says."""

_GO_ON = "Finished cells are stored; the same command goes on where this one stopped."

_CATALOGUE = ("cores", "targets", "boards", "profiles", "runtimes", "workloads", "bases")


@dataclass(frozen=True)
class Cluster:
    """A crew of Dask workers.

    Attributes:
        address: ``tcp://…`` or ``tls://…`` of the scheduler, or the path of its scheduler file.
        catalogs: The user's catalogues beside the built-in one, which are sent along.
    """

    address: str
    catalogs: Sequence[Path] = ()

    def work(self, context: Context, cells: Sequence[Cell], tell: Listener, keep: Keep) -> None:
        """Measures every cell; see :class:`wasmfit.run.crew.Crew`.

        Raises:
            ClusterError: The scheduler cannot be reached, or is lost.
            WasmfitError: No worker has this wasmfit.
        """
        sent = [_catalogue(folder) for folder in self.catalogs]
        with connected(self.address) as client:
            _Run(client, self.address, context, tell, keep, dict(sent)).work(cells)


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """A client of the scheduler at ``address``.

    Raises:
        UsageError: It is no address, or needs certificates that there are none of.
        ClusterError: There is none.
    """
    # Dask tells losses to the log, at length; they are told to the user as sentences.
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    place = scheduler_address(address)
    allowed = security(place, "client")
    try:
        client = Client(place, security=allowed, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError, KeyError, RuntimeError) as error:
        raise ClusterError(
            f"No scheduler can be reached at {address}.",
            "Start one with `dask scheduler --host 127.0.0.1`; a tls:// one needs Dask's certificates "
            "(docs/cluster.md).",
        ) from error
    try:
        yield client
    finally:
        client.close(timeout=_TICK_S)


def _catalogue(folder: Path) -> tuple[str, bytes]:
    """A catalogue's key and parcel."""
    try:
        parcel = packed(folder, _CATALOGUE)
    except ParcelError as error:
        raise UsageError(
            f"The catalogue {folder} cannot be sent: {error.reason}.", "Copy what it links to."
        ) from error
    return digest.of(parcel), parcel


@dataclass(frozen=True)
class _Worker:
    """A worker: its address, its name, and the resources that it has."""

    address: str
    name: str
    has: dict[str, float]


@dataclass
class _Run:
    """The cells of one run."""

    client: Client
    address: str
    context: Context
    tell: Listener
    keep: Keep
    catalogs: dict[str, bytes]
    _name: str = field(default_factory=lambda: uuid.uuid4().hex)
    _ended: queue.SimpleQueue[Future[Any]] = field(default_factory=queue.SimpleQueue)
    _holders: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    _unseen: list[Cell] = field(default_factory=list)
    _suspects: list[Cell] = field(default_factory=list)
    _guilty: dict[str, str] = field(default_factory=dict)
    _said: set[str] = field(default_factory=set)

    def work(self, cells: Sequence[Cell]) -> None:
        self._relay = Relay(self.tell, self.context.gateway.echo)
        self._needs = Needs(resources.identity(), self.context.toolchain)
        self._setting = Setting(
            catalogs=tuple(self.catalogs),
            c_targets=tuple(sorted(self.context.toolchain.c)),
            boards=tuple(sorted({cell.board.name for cell in cells})),
            echo=self.context.gateway.echo is not None,
        )
        self._require_reader()
        resources.require_same(self._needs.identity, {one.name: one.has for one in self._workers()})
        self._steps = {cell.id: list(shared_steps(self.context, cell)) for cell in cells}
        self._find_holders()
        self.client.subscribe_topic(TOPIC, lambda event: self._relay.hear(event[1]))
        try:
            self._round(cells, 1)
            unseen, self._unseen = self._unseen, []
            self._round(unseen, 2)
            for cell in (*self._suspects, *self._unseen):
                self._round([cell], _ALONE)
        finally:
            self._relay.all_over()

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
            found: dict[str, Any] = self.client.scheduler_info(n_workers=-1)["workers"]
        except OSError as error:
            raise ClusterError(
                f"The connection to the scheduler at {self.address} was lost.", _GO_ON
            ) from error
        return [_Worker(address, str(one["name"]), one["resources"]) for address, one in found.items()]

    def _find_holders(self) -> None:
        """Asks every worker of ours which artefacts it has: a step that is there is not done elsewhere."""
        ours = [one.address for one in self._workers() if self._needs.identity in one.has]
        wanted = sorted({(step.kind, step.key) for steps in self._steps.values() for step in steps})
        answers = self.client.run(tasks.holdings, wanted, workers=ours, on_error="ignore") if ours else {}
        self._holders.clear()
        for address, places in answers.items():
            for at in places:
                self._holders[wanted[at][1]].append(address)

    def _round(self, cells: Sequence[Cell], attempt: int) -> None:
        """Sends the cells and keeps what comes back; those that Dask gave up are suspects, or unseen."""
        pending: dict[str, tuple[Cell, Future[Any]]] = {}
        if attempt > 1:
            self._find_holders()
        try:
            # Held until all is sent, so that no step is dropped and done again in between.
            held: dict[str, Future[Any]] = {}
            for cell in self._innocent(cells):
                pending[self._task(cell, attempt)] = (cell, self._submit(cell, attempt, held))
            held.clear()
            quiet_since = time.monotonic()
            while pending:
                try:
                    future = self._ended.get(timeout=_TICK_S)
                except queue.Empty:
                    self._require_connection()
                    if time.monotonic() - quiet_since >= _PATIENCE_S:
                        quiet_since = time.monotonic()
                        self._say_what_is_lacking([cell for cell, _ in pending.values()])
                    continue
                quiet_since = time.monotonic()
                if future.key in pending:
                    cell, _ = pending.pop(future.key)
                    self._take(cell, future, attempt)
        finally:
            self.client.cancel([future for _, future in pending.values()])

    def _innocent(self, cells: Sequence[Cell]) -> Iterator[Cell]:
        """The cells, without those that need a step which has killed its workers: they end with that."""
        for cell in cells:
            guilty = next(
                (self._guilty[step.key] for step in self._steps[cell.id] if step.key in self._guilty), None
            )
            if guilty is None:
                yield cell
            else:
                self._give_up(cell, guilty)

    def _submit(self, cell: Cell, attempt: int, held: dict[str, Future[Any]]) -> Future[Any]:
        parcels = {}
        for key, parcel in self.catalogs.items():
            parcels[f"catalogs/{key}"] = _once(held, key, partial(self._given, key, parcel))
        steps = [
            _once(held, step.key, partial(self._submit_step, cell, step, dict(parcels), attempt))
            for step in self._steps[cell.id]
        ]
        workload = cell.workload
        if isinstance(workload, UserModule):
            parcels[f"modules/{workload.sha256}"] = _once(
                held, workload.sha256, lambda: self._given(workload.sha256, self._packed_module(cell))
            )
        task = self._task(cell, attempt)
        self._relay.expect(task, cell.id)
        future = self.client.submit(
            tasks.measure,
            self._work(task, cell),
            parcels,
            steps,
            key=task,
            resources=self._needs.run(cell),
            priority=_CELLS,
        )
        future.add_done_callback(self._ended.put)
        return future

    def _submit_step(
        self, cell: Cell, step: SharedStep, parcels: dict[str, Future[Any]], attempt: int
    ) -> Future[Any]:
        task = self._step_task(step, attempt)
        self._relay.expect(task, step.title)
        return self.client.submit(
            tasks.make,
            self._work(task, cell),
            step.key,
            self._holders[step.key],
            parcels,
            key=task,
            resources=self._needs.build(cell),
            # Modules, which all runtimes need, then the slowest builds: see docs/cluster.md.
            priority=_MODULES if step.kind == "guest" else step.rank[-1],
        )

    def _given(self, key: str, data: bytes) -> Future[Any]:
        return self.client.submit(tasks.given, data, key=f"wasmfit-given-{key}")

    def _packed_module(self, cell: Cell) -> bytes:
        return packed(module.module(self.context, Step(log_of(self.context.home, cell.id)), cell).parent)

    def _work(self, task: str, cell: Cell) -> str:
        return Work(task=task, cell=name_of(cell), setting=self._setting).model_dump_json()

    def _task(self, cell: Cell, attempt: int) -> str:
        return f"wasmfit-cell-{digest.of(self._name, cell.id, attempt)}"

    def _step_task(self, step: SharedStep, attempt: int) -> str:
        """The step's key in Dask: the same for all users of the cluster, unless workers have died of it."""
        return f"wasmfit-{step.kind}-{step.key if attempt == 1 else digest.of(self._name, step.key, attempt)}"

    def _take(self, cell: Cell, future: Future[Any], attempt: int) -> None:
        """Keeps what a task has ended with, or remembers that it was given up and is worth another try."""
        try:
            text, parcels = future.result()
        except KilledWorker as error:
            workers = self._relay.lost(str(error.task))
            if attempt == _ALONE:
                self._blame(cell, error, workers)
            else:
                (self._suspects if workers else self._unseen).append(cell)
        except CancelledError as error:
            self._require_connection()
            raise ClusterError(
                f"The scheduler at {self.address} has dropped the work; maybe it was started anew.", _GO_ON
            ) from error
        except Exception as error:  # noqa: BLE001 - whatever went wrong there is one cell's end, not the run's
            self._give_up(cell, f"the worker failed: {error!r}")
        else:
            self._keep(cell, text, parcels)
        self._relay.over(self._task(cell, attempt))

    def _keep(self, cell: Cell, text: str, parcels: tasks.Parcels) -> None:
        """Keeps a measurement with its image and logs, at their places on this machine."""
        measured = Measured.model_validate_json(text)
        for title, log in measured.logs.items():
            _write(log_of(self.context.home, title), log)
        provenance = measured.measurement.provenance
        moved: dict[str, object] = {"log": str(self._log_here(cell, provenance.log))}
        if measured.image is not None:
            parcel = parcels[f"images/{measured.image}"]
            place = self.context.cache.get("images", measured.image, lambda place: unpack(parcel, place))
            elf = place / Path(str(provenance.elf)).name
            sha256 = digest.file(elf)
            if sha256 != provenance.elf_sha256:
                self._give_up(
                    cell, f"worker {provenance.worker} has built another image than {elf} from the same"
                )
                return
            moved["elf"] = str(elf)
            seen = image_bytes.key(cell, sha256)
            if (looked_into := parcels.get(f"bytes/{seen}")) is not None:
                self.context.cache.get("bytes", seen, partial(unpack, looked_into))
            if provenance.twin is not None:
                twin = place / Path(provenance.twin.elf).name
                moved["twin"] = provenance.twin.model_copy(update={"elf": str(twin)})
        measurement = measured.measurement.model_copy(
            update={"provenance": provenance.model_copy(update=moved)}
        )
        self.keep(cell, measurement, measured.image)

    def _log_here(self, cell: Cell, there: str | None) -> Path:
        """Where the log is that a measurement shows: the cell's own, or that of a step which failed."""
        own = log_of(self.context.home, cell.id)
        return own if there is None else own.with_name(Path(there).name)

    def _blame(self, cell: Cell, error: KilledWorker, workers: Sequence[str]) -> None:
        """Ends a cell that was alone when workers died."""
        names = ", ".join(dict.fromkeys(workers)) or "nobody was seen to start it"
        died = f"{error.allowed_failures + 1} workers died while they"
        step = next((one for one in self._steps[cell.id] if self._step_task(one, _ALONE) == error.task), None)
        if step is None:
            self._give_up(cell, f"{died} had it: {names}")
        else:
            self._guilty[step.key] = f"{died} made {step.title}: {names}"
            self._give_up(cell, self._guilty[step.key])

    def _give_up(self, cell: Cell, reason: str) -> None:
        """Ends a cell that no worker has measured."""
        log = log_of(self.context.home, cell.id)
        _write(log, f"{reason}\n")
        end = Status.BUILD_FAILED
        self.keep(
            cell,
            record.measured(self.context, cell, end, reason, image=None, size=None, run=None, log=log),
            None,
        )

    def _require_connection(self) -> None:
        if self.client.status != "running":
            raise ClusterError(f"The connection to the scheduler at {self.address} was lost.", _GO_ON)

    def _say_what_is_lacking(self, cells: Sequence[Cell]) -> None:
        """Tells what no worker has and cells wait for, once in the same words."""
        workers = {one.name: one.has for one in self._workers()}
        waiting: Counter[str] = Counter()
        for cell in cells:
            lacks = resources.lacking(self._needs.build(cell), workers)
            lacks = lacks or resources.lacking(self._needs.run(cell), workers)
            if lacks is not None:
                waiting[lacks] += 1
        for lacks, count in waiting.items():
            sentence = (
                f"{lacks}: {count} cell{'s wait' if count > 1 else ' waits'}. Start a worker that has it."
            )
            if sentence not in self._said:
                self._said.add(sentence)
                self.tell(Said(sentence))


def _once(held: dict[str, Future[Any]], key: str, make: Callable[[], Future[Any]]) -> Future[Any]:
    if key not in held:
        held[key] = make()
    return held[key]


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
