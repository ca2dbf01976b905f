"""Running an experiment: cells through the stages, with progress events."""

from .events import CellEnded, Event, Listener, Started, TaskEnded, TaskProgress, TaskStarted, nobody
from .pipeline import Pipeline
from .profile import Profiled, profiled

__all__ = [
    "CellEnded",
    "Event",
    "Listener",
    "Pipeline",
    "Profiled",
    "Started",
    "TaskEnded",
    "TaskProgress",
    "TaskStarted",
    "nobody",
    "profiled",
]
