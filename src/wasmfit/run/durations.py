"""How long steps and cells took on this machine, to say how long others will take."""

import json
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from wasmfit import input_file
from wasmfit.events import Event, TaskEnded

_CELL_SECONDS = 5.0
"""What linking and running a cell takes where nothing is recorded."""

_LEAST_SECONDS = 0.5
"""What takes less is not worth a record."""

_MOST = 5_000
"""Durations that are kept, the newest."""


@dataclass
class Durations:
    """The recorded durations, in a file that may be missing or broken: then rough estimates are used.

    Attributes:
        path: The file; without one, nothing is recorded.
    """

    path: Path | None = None
    _seconds: dict[str, float] = field(default_factory=dict)
    _new: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @staticmethod
    def read(path: Path) -> "Durations":
        """The durations of a file."""
        try:
            recorded = json.loads(input_file.text(path))
        except (OSError, ValueError):
            recorded = {}
        known = recorded if isinstance(recorded, dict) else {}
        return Durations(
            path, {str(name): float(value) for name, value in known.items() if isinstance(value, int | float)}
        )

    def of_step(self, title: str, estimate: float) -> float:
        """Seconds that a step takes: as recorded, or as its rough estimate says."""
        return self._seconds.get(title, estimate)

    def of_cell(self, cell: str) -> float:
        """Seconds that a cell takes once all that it needs is built."""
        return self._seconds.get(_name(cell), _CELL_SECONDS)

    def watch(self, event: Event) -> None:
        """Takes notice of a task that has ended well."""
        if isinstance(event, TaskEnded) and event.error is None and event.seconds >= _LEAST_SECONDS:
            with self._lock:
                self._new[_name(event.title)] = round(event.seconds, 1)

    def save(self) -> None:
        """Writes what is new; a file that cannot be written is left as it is."""
        if not self._new or self.path is None:
            return
        # Another process may have written in the meantime.
        known = {**Durations.read(self.path)._seconds, **self._new}
        kept = dict(list(known.items())[-_MOST:])
        try:
            unfinished = self.path.with_suffix(".unfinished")
            unfinished.write_text(json.dumps(kept, indent=0), encoding="utf-8")
            unfinished.replace(self.path)
        except OSError:
            return


def _name(title: str) -> str:
    """A cell's build and module: on other boards and in other profiles it takes about as long."""
    parts = title.split("/")
    return "/".join(parts[:2]) if "@" in parts[0] and len(parts) > 2 else title


def wall_seconds(parts: Iterable[tuple[float, object]], workers: int) -> float:
    """Seconds that several things take together.

    Args:
        parts: Seconds of each, and what they wait for one another at: things of one lock are done one after
            the other; ``None`` for none.
        workers: How many are done at a time.
    """
    total = 0.0
    locked: dict[object, float] = {}
    for seconds, lock in parts:
        total += seconds
        if lock is not None:
            locked[lock] = locked.get(lock, 0.0) + seconds
    return max(total / max(workers, 1), max(locked.values(), default=0.0))
