"""Running an experiment: cells through the stages, with progress events."""

from .events import CellEnded, Event, Listener, Started, TaskEnded, TaskProgress, TaskStarted, nobody
from .pipeline import Pipeline
from .profile import Profiled, ProfileError, profiled

__all__ = [
    "CellEnded",
    "Event",
    "Listener",
    "Pipeline",
    "ProfileError",
    "Profiled",
    "Started",
    "TaskEnded",
    "TaskProgress",
    "TaskStarted",
    "nobody",
    "profiled",
]
