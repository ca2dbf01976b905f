"""Running an experiment: cells through the stages, with progress events."""

from .events import (
    CellEnded,
    Event,
    Listener,
    PartEnded,
    Started,
    TaskEnded,
    TaskProgress,
    TaskStarted,
    nobody,
)
from .features import FeaturesRun
from .pipeline import Pipeline
from .profile import Profiled, profiled

__all__ = [
    "CellEnded",
    "Event",
    "FeaturesRun",
    "Listener",
    "PartEnded",
    "Pipeline",
    "Profiled",
    "Started",
    "TaskEnded",
    "TaskProgress",
    "TaskStarted",
    "nobody",
    "profiled",
]
