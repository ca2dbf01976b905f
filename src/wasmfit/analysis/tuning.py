"""What a search for settings has found: trials, the front of those that none beats, and the one to take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, log

from wasmfit.model import Build, Measurement, Profile, Status

from .metric_values import ram_needed


class Objective(StrEnum):
    """What is to be little.

    Attributes:
        FLASH: Bytes of the image in flash: of the largest, where there are several workloads.
        RAM: Bytes of RAM that the runtime needs, likewise; the least that was found by search.
        SPEED: Instructions of a steady call: their geometric mean over the workloads.
    """

    FLASH = "flash"
    RAM = "ram"
    SPEED = "speed"


SAME_SPEED = 0.001
"""More instructions, as a part of all, that are no loss of speed."""

UNITS = {Objective.FLASH: "B", Objective.RAM: "B", Objective.SPEED: "instructions"}


@dataclass(frozen=True)
class Trial:
    """Settings, and what was measured with them.

    Attributes:
        number: Its place among the trials; 1 is the profile itself.
        changes: Switch → value, of what is set otherwise than in the profile.
        gives_up: ``SWITCH=VALUE`` → what a firmware with it is without.
        build, profile: What was built.
        cells: The measurements, one for each workload.
        reused: Whether all of them were in the store.
    """

    number: int
    changes: Mapping[str, str]
    gives_up: Mapping[str, str]
    build: Build
    profile: Profile
    cells: tuple[Measurement, ...]
    reused: bool

    @property
    def failed(self) -> Measurement | None:
        """The first cell that did not run as it should, or of which a figure is missing."""
        bad = (one for one in self.cells if one.status is not Status.OK)
        return next(bad, None) or next((one for one in self.cells if _figures(one) is None), None)

    @property
    def reason(self) -> str | None:
        """Why it counts for nothing, if it does."""
        one = self.failed
        if one is None:
            return None
        return f"{one.module}: {one.status.value}: {one.reason or 'a figure could not be measured'}"

    @property
    def resolution(self) -> int:
        """Bytes of RAM to which the least was found; 0 where no search found it."""
        found = (one.run.least_ram for one in self.cells if one.run is not None)
        return max((one.resolution or 0 for one in found if one is not None), default=0)

    @property
    def figures(self) -> dict[Objective, float] | None:
        """What was measured; ``None`` where a cell failed."""
        found = [figures for one in self.cells if (figures := _figures(one)) is not None]
        if self.failed is not None or not found:
            return None
        flash, ram, calls = zip(*found, strict=True)
        return {
            Objective.FLASH: max(flash),
            Objective.RAM: max(ram),
            Objective.SPEED: exp(sum(map(log, calls)) / len(calls)),
        }

    @property
    def start(self) -> float | None:
        """Instructions of loading and instantiating: no objective, and not to be overlooked."""
        phases = [one.run.instructions for one in self.cells if one.run is not None]
        known = [one.load + one.instantiate for one in phases if one.load and one.instantiate]
        return exp(sum(map(log, known)) / len(known)) if known and len(known) == len(self.cells) else None

    @property
    def time_s(self) -> float | None:
        """Seconds that a steady call is predicted to take: no objective, since it is not measured."""
        times = [one.run.time_s for one in self.cells if one.run is not None and one.run.time_s]
        return exp(sum(map(log, times)) / len(times)) if times and len(times) == len(self.cells) else None


def _figures(one: Measurement) -> tuple[int, int, int] | None:
    call = None if one.run is None else one.run.instructions.call
    ram = ram_needed(one)
    return None if one.size is None or ram is None or not call else (one.size.flash, ram, call)


@dataclass(frozen=True)
class Tuning:
    """A search that has ended.

    Attributes:
        runtime, board: What was tuned, and for what.
        workloads: What was run.
        objectives: What was to be little; the first is what is given most weight.
        trials: In the order in which they were made; the first is the profile itself.
        space: How many different settings there were.
        stopped: Why the search ended, in words.
        withheld: Values that were not tried without leave → what each gives up.
    """

    runtime: str
    board: str
    workloads: tuple[str, ...]
    objectives: tuple[Objective, ...]
    trials: tuple[Trial, ...]
    space: int
    stopped: str
    withheld: Mapping[str, str]

    @property
    def anchor(self) -> Trial:
        """The profile itself, which the others are held against."""
        return self.trials[0]

    @property
    def front(self) -> tuple[Trial, ...]:
        """The trials that no other beats, the least in the first objective first."""
        return front(self.trials, self.objectives)

    @property
    def keeping(self) -> tuple[Trial, ...]:
        """The front of those trials alone that give up nothing, not even words."""
        return front([trial for trial in self.trials if not trial.gives_up], self.objectives)

    @property
    def best(self) -> Trial:
        """The trial to take: of those that lose to the profile in no objective, the least in the first.

        More RAM by less than the search for the least of it can tell is no loss, nor are instructions more by
        :data:`SAME_SPEED`.
        """
        first, *others = self.objectives
        anchor = self.anchor.figures
        assert anchor is not None
        lossless = [
            (figures[first], [figures[one] for one in others], len(trial.changes), trial.number, trial)
            for trial in self.trials
            if (figures := trial.figures) is not None
            and all(figures[one] <= anchor[one] + self._slack(trial, one) for one in self.objectives)
        ]
        return min(lossless, key=lambda one: one[:4])[-1]

    def _slack(self, trial: Trial, objective: Objective) -> float:
        """What more of an objective is no loss.

        The least RAM is known to the resolution of its search; a thousandth more instructions is less than
        code gains or loses by where it lies.
        """
        if objective is Objective.RAM:
            return max(trial.resolution, self.anchor.resolution)
        anchor = self.anchor.figures
        assert anchor is not None
        return anchor[objective] * SAME_SPEED if objective is Objective.SPEED else 0

    def against(self, trial: Trial, objective: Objective) -> float | None:
        """What a trial takes of an objective, as a multiple of what the profile takes."""
        ours, theirs = trial.figures, self.anchor.figures
        return None if ours is None or theirs is None else ours[objective] / theirs[objective]


def front(trials: Sequence[Trial], objectives: Sequence[Objective]) -> tuple[Trial, ...]:
    """The trials that no other beats: none is less in one objective and more in none.

    Of trials that measure the same, the one with the fewest changes stands for all.
    """
    first: dict[tuple[float, ...], Trial] = {}
    for trial in sorted(trials, key=lambda one: (len(one.changes), one.number)):
        if (figures := trial.figures) is not None:
            first.setdefault(tuple(figures[one] for one in objectives), trial)
    kept = [point for point in first if not any(_beats(other, point) for other in first)]
    return tuple(first[point] for point in sorted(kept))


def _beats(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one != other and all(ours <= theirs for ours, theirs in zip(one, other, strict=True))
