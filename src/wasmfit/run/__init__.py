"""Running an experiment: cells through the stages, with progress events."""

from wasmfit.events import (
    CellEnded,
    Event,
    Listener,
    PartEnded,
    Said,
    Started,
    TaskEnded,
    TaskProgress,
    TaskStarted,
    nobody,
)

from .crew import Crew
from .features import FeaturesRun
from .pipeline import Pipeline
from .profile import Profiled, ProfileError, profiled

__all__ = [
    "CellEnded",
    "Crew",
    "Event",
    "FeaturesRun",
    "Listener",
    "PartEnded",
    "Pipeline",
    "ProfileError",
    "Profiled",
    "Said",
    "Started",
    "TaskEnded",
    "TaskProgress",
    "TaskStarted",
    "nobody",
    "profiled",
]
