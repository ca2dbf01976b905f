"""The result of a search for settings: trials, their Pareto front, and the one to take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, log

from wasmfit.model import Build, Measurement, Profile, Status

from .metric_values import ram_needed


class Objective(StrEnum):
    """What is minimised.

    Attributes:
        FLASH: Bytes of the image in flash: the maximum over the workloads.
        RAM: Bytes of RAM that the runtime needs, likewise: the minimum RAM that was found by search.
        SPEED: Instructions of a warm call: their geometric mean over the workloads.
    """

    FLASH = "flash"
    RAM = "ram"
    SPEED = "speed"


SAME_SPEED = 0.001
"""More instructions, as a fraction, that do not count as slower."""

UNITS = {Objective.FLASH: "B", Objective.RAM: "B", Objective.SPEED: "instructions"}


@dataclass(frozen=True)
class Trial:
    """Settings, and what was measured with them.

    Attributes:
        number: Its position among the trials; 1 is the profile itself.
        changes: Tunable → value, of those that differ from the profile.
        trade_offs: ``TUNABLE=VALUE`` → what a firmware with it lacks.
        build, profile: What was built.
        cells: The measurements, one for each workload.
        reused: Whether all of them were in the store.
    """

    number: int
    changes: Mapping[str, str]
    trade_offs: Mapping[str, str]
    build: Build
    profile: Profile
    cells: tuple[Measurement, ...]
    reused: bool

    @property
    def failed(self) -> Measurement | None:
        """The first cell that did not run correctly, or lacks a metric."""
        not_ok = (cell for cell in self.cells if cell.status is not Status.OK)
        return next(not_ok, None) or next((cell for cell in self.cells if _metrics(cell) is None), None)

    @property
    def reason(self) -> str | None:
        """Why it does not count, if it does not."""
        cell = self.failed
        if cell is None:
            return None
        return f"{cell.module}: {cell.status.value}: {cell.reason or 'a metric could not be measured'}"

    @property
    def resolution(self) -> int:
        """Bytes of RAM to which the minimum was found; 0 if no search found it."""
        searches = (cell.run.least_ram for cell in self.cells if cell.run is not None)
        return max((search.resolution or 0 for search in searches if search is not None), default=0)

    @property
    def metrics(self) -> dict[Objective, float] | None:
        """What was measured; ``None`` if a cell failed."""
        measured = [metrics for cell in self.cells if (metrics := _metrics(cell)) is not None]
        if self.failed is not None or not measured:
            return None
        flash, ram, calls = zip(*measured, strict=True)
        return {
            Objective.FLASH: max(flash),
            Objective.RAM: max(ram),
            Objective.SPEED: exp(sum(map(log, calls)) / len(calls)),
        }

    @property
    def start(self) -> float | None:
        """Instructions of loading and instantiating: not an objective, but shown."""
        phases = [cell.run.instructions for cell in self.cells if cell.run is not None]
        known = [phase.load + phase.instantiate for phase in phases if phase.load and phase.instantiate]
        return exp(sum(map(log, known)) / len(known)) if known and len(known) == len(self.cells) else None

    @property
    def time_s(self) -> float | None:
        """Seconds that a warm call is predicted to take: not an objective, since it is not measured."""
        times = [cell.run.time_s for cell in self.cells if cell.run is not None and cell.run.time_s]
        return exp(sum(map(log, times)) / len(times)) if times and len(times) == len(self.cells) else None


def _metrics(cell: Measurement) -> tuple[int, int, int] | None:
    call = None if cell.run is None else cell.run.instructions.call
    ram = ram_needed(cell)
    return None if cell.size is None or ram is None or not call else (cell.size.flash, ram, call)


@dataclass(frozen=True)
class Tuning:
    """A search that has ended.

    Attributes:
        runtime, board: What was tuned, and for which board.
        workloads: What was run.
        objectives: What was minimised; the first has most weight.
        trials: In the order in which they were made; the first is the profile itself.
        space: How many different settings there are.
        stopped: Why the search ended, in words.
        withheld: Values that are tried only with ``--allow`` → the trade-off of each.
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
        """The profile itself, which the others are compared with."""
        return self.trials[0]

    @property
    def front(self) -> tuple[Trial, ...]:
        """The trials that no other dominates, the least in the first objective first."""
        return front(self.trials, self.objectives)

    @property
    def front_without_trade_offs(self) -> tuple[Trial, ...]:
        """The front of only those trials that have no trade-off."""
        return front([trial for trial in self.trials if not trial.trade_offs], self.objectives)

    @property
    def best(self) -> Trial:
        """The trial to take: of those that are worse than the profile in no objective, the least in the
        first.

        RAM is not worse within the resolution of its search, nor are instructions within :data:`SAME_SPEED`.
        """
        first, *others = self.objectives
        anchor = self.anchor.metrics
        assert anchor is not None
        candidates = [
            (metrics[first], [metrics[other] for other in others], len(trial.changes), trial.number, trial)
            for trial in self.trials
            if (metrics := trial.metrics) is not None
            and all(
                metrics[objective] <= anchor[objective] + self._tolerance(trial, objective)
                for objective in self.objectives
            )
        ]
        return min(candidates, key=lambda candidate: candidate[:4])[-1]

    def _tolerance(self, trial: Trial, objective: Objective) -> float:
        """How much more of an objective does not count as worse.

        The minimum RAM is known to the resolution of its search; a thousandth more instructions is less than
        code varies by its placement.
        """
        if objective is Objective.RAM:
            return max(trial.resolution, self.anchor.resolution)
        anchor = self.anchor.metrics
        assert anchor is not None
        return anchor[objective] * SAME_SPEED if objective is Objective.SPEED else 0

    def ratio(self, trial: Trial, objective: Objective) -> float | None:
        """A trial's value of an objective as a multiple of the profile's."""
        ours, theirs = trial.metrics, self.anchor.metrics
        return None if ours is None or theirs is None else ours[objective] / theirs[objective]


def front(trials: Sequence[Trial], objectives: Sequence[Objective]) -> tuple[Trial, ...]:
    """The Pareto front: the trials that no other dominates, being less in one objective and more in none.

    Of trials with equal metrics, the one with the fewest changes represents all.
    """
    by_metrics: dict[tuple[float, ...], Trial] = {}
    for trial in sorted(trials, key=lambda trial: (len(trial.changes), trial.number)):
        if (metrics := trial.metrics) is not None:
            by_metrics.setdefault(tuple(metrics[objective] for objective in objectives), trial)
    undominated = [point for point in by_metrics if not any(_dominates(other, point) for other in by_metrics)]
    return tuple(by_metrics[point] for point in sorted(undominated))


def _dominates(left: tuple[float, ...], right: tuple[float, ...]) -> bool:
    return left != right and all(ours <= theirs for ours, theirs in zip(left, right, strict=True))
