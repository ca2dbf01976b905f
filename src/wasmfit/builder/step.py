"""A step of a build: an artefact, what it is made from, and how."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .cache import Cache
from .context import StepContext
from .errors import BuildError

Make = Callable[[StepContext, Mapping[str, Path], Path], None]
"""Fills an artefact's folder, given the folders of what it needs."""

REFUSED = "refused"
"""Kind of what stands for an image that this machine cannot have: it is never made."""

MODULES, FIRMWARE, HOST = 1, 2, 3
"""Stages: which tasks go first among those that could run."""


@dataclass(frozen=True)
class BuildStep:
    """A step.

    Attributes:
        kind: Kind of the artefact.
        key: Digest of all that decides what the artefact holds, known before anything is built.
        title: What it is called in progress and logs.
        make: Makes it.
        needs: What it is made from, by the part that it plays.
        is_task: Whether it is a task of its own: what takes long, or serves many cells. Any other is made by
            whoever needs it.
        lock: Cargo's target folder, which one cargo at a time can use; ``None`` where that does not matter.
        stage: One of :data:`MODULES`, :data:`FIRMWARE`, :data:`HOST`.
        estimate: Rough seconds that it takes.
        beginning: How many more if nothing has been built in the folder ``lock`` yet.
        key_now: The key as the sources are when it is called, where there are any.
        require: Raises a :class:`BuildError` where a tool that makes it is not on this machine.
    """

    kind: str
    key: str
    title: str
    make: Make
    needs: Mapping[str, BuildStep] = field(default_factory=dict)
    is_task: bool = False
    lock: Path | None = None
    stage: int = 0
    estimate: int = 0
    beginning: int = 0
    key_now: Callable[[], str] | None = None
    require: Callable[[], object] | None = None

    def ensure(self, cache: Cache, step: StepContext) -> Path:
        """The artefact's folder; it and what it needs are made if they are not there.

        Raises:
            BuildError: It cannot be made, or its sources were edited since its key was taken.
        """
        artefact = cache.place(self.kind, self.key)
        if artefact.is_dir():
            return artefact
        if self.require is not None and not cache.has(self.kind, self.key):
            self.require()
        built = {role: need.ensure(cache, step) for role, need in self.needs.items()}

        def make(folder: Path) -> None:
            self.make(step, built, folder)
            if self.key_now is not None and self.key_now() != self.key:
                raise BuildError(f"the sources of {self.title} were edited since the run began; run it again")

        return cache.get(self.kind, self.key, make)

    def obstacle(self, cache: Cache) -> BuildError | None:
        """What keeps it from being made on this machine; ``None`` also where it need not be made."""
        if self.require is not None and not cache.has(self.kind, self.key):
            try:
                self.require()
            except BuildError as error:
                return error
        return None

    def tasks(self) -> Iterator[BuildStep]:
        """The tasks that must have ended before it can be made, each once, those that others need first."""
        seen: set[str] = set()
        for need in self.needs.values():
            for task in (*need.tasks(), *([need] if need.is_task else [])):
                if task.key not in seen:
                    seen.add(task.key)
                    yield task
