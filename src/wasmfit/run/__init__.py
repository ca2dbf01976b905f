"""Running an experiment: cells through the stages, with progress events."""

from .crew import Crew
from .events import CellEnded, Event, Listener, Said, Started, TaskEnded, TaskProgress, TaskStarted, nobody
from .pipeline import Pipeline
from .profile import Profiled, profiled

__all__ = [
    "CellEnded",
    "Crew",
    "Event",
    "Listener",
    "Pipeline",
    "Profiled",
    "Said",
    "Started",
    "TaskEnded",
    "TaskProgress",
    "TaskStarted",
    "nobody",
    "profiled",
]
