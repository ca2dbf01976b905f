"""Running an experiment: cells through the stages, with progress events.

:mod:`.features` runs the W3C suite, and stands apart: what runs none does not load it.
"""

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
from .pipeline import Pipeline
from .profile import Profiled, ProfileError, profiled

__all__ = [
    "CellEnded",
    "Crew",
    "Event",
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
