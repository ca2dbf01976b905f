"""What workers tell → the events that a pipeline's own work would have told.

Workers are killed in the middle of a sentence, tasks start again elsewhere, and words arrive after the result
they were about. An event handler hears none of that: for every title a start, progress, and one end.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wasmfit.events import EventHandler, TaskEnded, TaskProgress, TaskStarted

TOPIC = "wasmfit"
"""Dask's topic that workers tell about their work under; it names its task (Dask adds ``worker``)."""


@dataclass(frozen=True)
class _Running:
    title: str
    worker: str
    since: float


@dataclass
class EventForwarder:
    """Listens to workers on behalf of a listener.

    Attributes:
        emit: The tell.
        echo: Called with command lines, if anybody wants them.
    """

    emit: EventHandler
    echo: Callable[[str], None] | None = None
    _titles: dict[str, str] = field(default_factory=dict)
    _running: dict[str, _Running] = field(default_factory=dict)
    _lost: dict[str, list[str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def expect(self, task: str, title: str) -> None:
        """From now on, what is told about ``task`` is of interest."""
        with self._lock:
            self._titles[task] = title

    def hear(self, message: object) -> None:
        """Takes what a worker said; what is not understood, or about others' tasks, is ignored."""
        match message:
            case {"task": str(task), "event": str(event), **rest}:
                with self._lock:
                    if task in self._titles:
                        self._hear(task, event, rest)

    def _hear(self, task: str, event: str, rest: Mapping[Any, object]) -> None:
        running = self._running.get(task)
        match event, rest:
            case "started", {"by": str(worker)}:
                self._lose(task, "its worker was lost; again on another")
                self._running[task] = _Running(self._titles[task], worker, time.monotonic())
                self.emit(TaskStarted(self._titles[task]))
            case "progress", {"what": str(what), "done": int(done), "total": int(total)} if running:
                self.emit(TaskProgress(running.title, what, done, total))
            case "ended", {"error": None}:
                self._end(task, None)
            case "ended", {"error": str(error)}:
                self._end(task, error)
            case "command", {"line": str(line)} if self.echo is not None:
                self.echo(line)

    def over(self, task: str) -> None:
        """The task's result is there: whatever else is said of it comes late."""
        with self._lock:
            self._end(task, None)
            self._titles.pop(task, None)

    def all_over(self) -> None:
        """Nothing is of interest any more."""
        with self._lock:
            for task in list(self._running):
                self._end(task, None)
            self._titles.clear()

    def lost(self, task: str) -> tuple[str, ...]:
        """The workers that were lost while the task ran, of a task that Dask has given up."""
        with self._lock:
            self._lose(task, "its worker was lost")
            return tuple(self._lost.get(task, ()))

    def _lose(self, task: str, error: str) -> None:
        if task in self._running:
            self._lost.setdefault(task, []).append(self._running[task].worker)
            self._end(task, error)

    def _end(self, task: str, error: str | None) -> None:
        running = self._running.pop(task, None)
        if running is not None:
            self.emit(TaskEnded(running.title, time.monotonic() - running.since, error))
