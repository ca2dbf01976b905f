"""Running an experiment: cells through the stages, with progress events.

:mod:`.features` runs the W3C suite, and stands apart: what runs none does not load it.
"""

from wasmfit.events import (
    CellEnded,
    Event,
    EventHandler,
    PartEnded,
    Said,
    Started,
    TaskEnded,
    TaskProgress,
    TaskStarted,
    null_handler,
)

from .executor import Executor
from .heap_profile import HeapProfiled, HeapSite, heap_profiled
from .pipeline import Pipeline
from .profile import Profiled, ProfileError, profiled

__all__ = [
    "CellEnded",
    "Event",
    "EventHandler",
    "Executor",
    "HeapProfiled",
    "HeapSite",
    "PartEnded",
    "Pipeline",
    "ProfileError",
    "Profiled",
    "Said",
    "Started",
    "TaskEnded",
    "TaskProgress",
    "TaskStarted",
    "heap_profiled",
    "null_handler",
    "profiled",
]
