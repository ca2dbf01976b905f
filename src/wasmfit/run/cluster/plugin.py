"""What a worker has besides Dask's own: its folder, its tools, and the tasks that are to end early."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from distributed import Reschedule, Worker, WorkerPlugin
from distributed.utils import sync

from wasmfit.builder import Context, packed
from wasmfit.builder.cache import Cache
from wasmfit.builder.exclusive_lock import StoppedError
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.toolchain import ChildCancelledError, ProcessRunner, Toolchain, Versions, find

from .work import RunSetting

NAME = "wasmfit"
_ARTEFACT = "wasmfit_artefact"
"""The request by which a worker asks another for an artefact."""

_ASK_SECONDS = 120


class WasmfitPlugin(WorkerPlugin):
    """The plugin of every worker that ``wasmfit worker`` starts.

    Args:
        root: wasmfit's folder there.
    """

    name = NAME

    def __init__(self, root: Path) -> None:
        self._root = root

    def setup(self, worker: Worker) -> None:
        """Called by Dask when the worker starts."""
        self._worker = worker
        self.home = Home.at(self._root)
        self.cache = Cache(self.home.artefacts)
        self._cancels: dict[str, threading.Event] = {}
        self._catalogs: dict[tuple[str, ...], Catalog] = {}
        self._toolchains: dict[RunSetting, Toolchain] = {}
        self._lock = threading.Lock()
        worker.handlers[_ARTEFACT] = self._artefact

    def teardown(self, worker: Worker) -> None:  # noqa: ARG002 - Dask's signature
        """Called by Dask when the worker ends: what it has started ends too."""
        for cancel in list(self._cancels.values()):
            cancel.set()

    def transition(self, key: Any, start: str, finish: str, **_: Any) -> None:
        """Called by Dask when a task changes state: one that is let go of while it runs is to end."""
        cancel = self._cancels.get(key) if (start, finish) == ("executing", "released") else None
        if cancel is not None:
            cancel.set()

    @contextmanager
    def context(
        self, task: str, setting: RunSetting, echo: Callable[[str], None] | None
    ) -> Iterator[Context]:
        """Surroundings of a task; what it starts ends when nobody wants the task any more.

        Raises:
            MissingToolError: A tool is missing.
            Reschedule: It was ended; Dask does it again if somebody wants it after all.
        """
        cancel = self._cancels.setdefault(task, threading.Event())
        runner = ProcessRunner(echo, cancel)
        try:
            with self._lock:
                catalog = self._catalog(setting.catalogs)
                toolchain = self._toolchain(setting, catalog)
            yield Context(catalog, self.home, toolchain, runner)
        except (ChildCancelledError, StoppedError) as error:
            raise Reschedule from error
        finally:
            self._cancels.pop(task, None)

    def _catalog(self, extra: tuple[str, ...]) -> Catalog:
        if extra not in self._catalogs:
            self._catalogs[extra] = Catalog.load(*(self.cache.place("catalogs", key) for key in extra))
        return self._catalogs[extra]

    def _toolchain(self, setting: RunSetting, catalog: Catalog) -> Toolchain:
        if setting not in self._toolchains:
            self._toolchains[setting] = find(
                Versions(self.home.tools, ProcessRunner()),
                {name: catalog.targets[name].c for name in setting.c_targets},
                [catalog.board(name).emulator for name in setting.boards],
            )
        return self._toolchains[setting]

    def ask(self, holder: str, kind: str, key: str) -> bytes | None:
        """An artefact's archive from the worker at the address ``holder``; ``None`` if it cannot be had."""

        async def ask() -> object:
            return await self._worker.rpc(holder).wasmfit_artefact(kind=kind, key=key)

        try:
            answer = sync(self._worker.loop, ask, callback_timeout=_ASK_SECONDS)
        except Exception:  # noqa: BLE001 - whatever it was, it is built here then
            return None
        return answer if isinstance(answer, bytes) else None

    async def _artefact(self, kind: str, key: str) -> bytes | None:
        if not (kind.isidentifier() and key.isalnum()):
            return None
        folder = self.cache.place(kind, key)
        return await asyncio.to_thread(packed, folder) if folder.is_dir() else None
