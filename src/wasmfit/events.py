"""Events: what happens while an experiment runs.

Event handlers are called from several threads, with one event at a time.
"""

from collections.abc import Callable
from dataclasses import dataclass

from wasmfit.model import Board, Measurement, PartOutcomes


@dataclass(frozen=True)
class Started:
    """The experiment starts: ``total`` cells, ``reused`` of which are in the store already."""

    total: int
    reused: int


@dataclass(frozen=True)
class PlannedStep:
    """A step that must be built: what it is called, what it builds, and seconds that it may take."""

    title: str
    kind: str
    seconds: float


@dataclass(frozen=True)
class BuildPlan:
    """What is left to do, before anything is built.

    Attributes:
        steps: What must be built first.
        cells: The cells that are measured, with the seconds that each may take.
        stored: How many other cells are in the store.
        seconds: What all of it may take together.
        unavailable: The cells that cannot be measured, since a tool is not on this machine, with the reason.
        impossible: The cells that cannot be built on any machine, with the reason.
    """

    steps: tuple[PlannedStep, ...]
    cells: tuple[tuple[str, float], ...]
    stored: int
    seconds: float
    unavailable: tuple[tuple[str, str], ...] = ()
    impossible: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class RowsSoFar:
    """What a comparison would show of the cells that have ended.

    Attributes:
        measurements: The cells, with baselines and predictions.
        boards: Their boards.
        bounds: As of :class:`wasmfit.analysis.comparison.Comparison`.
    """

    measurements: tuple[Measurement, ...]
    boards: tuple[Board, ...]
    bounds: frozenset[str]


@dataclass(frozen=True)
class TaskStarted:
    """A task begins."""

    title: str


@dataclass(frozen=True)
class TaskProgress:
    """A task is at part ``done`` of ``total`` (0: not known)."""

    title: str
    what: str
    done: int
    total: int


@dataclass(frozen=True)
class TaskEnded:
    """A task has ended; ``error`` says why it failed, if it did."""

    title: str
    seconds: float
    error: str | None


@dataclass(frozen=True)
class Said:
    """Something that the user should know, and can do something about, while the work goes on."""

    sentence: str


@dataclass(frozen=True)
class CellEnded:
    """A cell has its measurement, which is stored."""

    measurement: Measurement
    reused: bool


@dataclass(frozen=True)
class PartEnded:
    """A part of the W3C suite has been run on a runtime, and what came of it is stored."""

    outcomes: PartOutcomes
    reused: bool


Event = (
    Started | BuildPlan | RowsSoFar | TaskStarted | TaskProgress | TaskEnded | Said | CellEnded | PartEnded
)
EventHandler = Callable[[Event], None]


def null_handler(_event: Event) -> None:
    """An event handler that does nothing."""
