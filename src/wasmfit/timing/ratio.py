"""The ratio of two predictions for the same board."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, fsum, hypot, inf, log
from operator import mul, sub

from wasmfit.model import Activity, Core, Timing

from .predict import CostModel


@dataclass(frozen=True)
class Ratio:
    """Cycles of one activity as a multiple of another's, with its error bar."""

    low: float
    typical: float
    high: float

    @property
    def is_conclusive(self) -> bool:
        """Whether the error bar shows which of the two takes longer."""
        return self.low > 1 or self.high < 1

    def widened(self, error: float) -> "Ratio":
        """The same with a further relative error, independent of the others and so added in quadrature."""
        if not 0 < self.low <= self.high < inf:
            return self
        less, more = log(self.typical / self.low), log(self.high / self.typical)
        return Ratio(
            self.typical * exp(-hypot(less, error)), self.typical, self.typical * exp(hypot(more, error))
        )


@dataclass(frozen=True, slots=True)
class CostShares:
    """What the cycles of activities depend on.

    Attributes:
        log_cycles: The logarithm of their typical cycles, mean over the activities.
        shares: For each uncertain cycle cost, how often it is incurred per cycle, mean over the activities.
    """

    log_cycles: float
    shares: tuple[float, ...]


def cost_shares(activities: Sequence[Activity], model: CostModel) -> CostShares:
    """What the cycles of activities, of which there is at least one, depend on."""
    logarithms: list[float] = []
    shares: list[list[float]] = []
    for activity in activities:
        cycles = sum(map(mul, model.counts(activity), model.typical))
        logarithms.append(log(cycles) if cycles > 0 else -inf)
        counts = model.uncertain_counts(activity)
        shares.append([count / cycles if cycles > 0 else 0.0 for count in counts])
    number = len(activities)
    return CostShares(
        fsum(logarithms) / number, tuple(fsum(column) / number for column in zip(*shares, strict=True))
    )


def ratio_of(first: CostShares, second: CostShares, model: CostModel) -> Ratio:
    """Cycles of the first over those of the second on the same board; of several activities, the geometric
    mean.

    Both have the same cycle costs: an error of one changes both, and the ratio only as far as they incur it
    differently. The board's own error is taken as common too, and cancels; :meth:`Ratio.widened` adds it
    again.
    """
    if first.log_cycles == -inf or second.log_cycles == -inf:
        both = first.log_cycles == second.log_cycles
        return Ratio(0, 1 if both else inf if second.log_cycles == -inf else 0, inf)
    # The contribution of each cost to the logarithm of the ratio, at its low and at its high end.
    less, more = [], []
    for share, down, up in zip(map(sub, first.shares, second.shares), model.less, model.more, strict=True):
        ends = -share * down, share * up
        less.append(min(*ends, 0.0))
        more.append(max(*ends, 0.0))
    typical = first.log_cycles - second.log_cycles
    return Ratio(exp(typical - hypot(*less)), exp(typical), exp(typical + hypot(*more)))


def ratio(first: Activity, second: Activity, core: Core, timing: Timing) -> Ratio:
    """As :func:`ratio_of`, of two activities by themselves."""
    model = CostModel.of(core, timing, 1)
    return ratio_of(cost_shares([first], model), cost_shares([second], model), model)
