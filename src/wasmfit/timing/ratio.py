"""How two predictions for one board compare."""

from dataclasses import dataclass
from math import exp, hypot, inf, log

from wasmfit.model import Activity, Core, Timing

from .predict import parts


@dataclass(frozen=True)
class Ratio:
    """How many times as many cycles something takes as something else, with its error bar."""

    low: float
    typical: float
    high: float

    @property
    def is_settled(self) -> bool:
        """Whether the bar says which of the two takes longer."""
        return self.low > 1 or self.high < 1


def ratio(first: Activity, second: Activity, core: Core, timing: Timing) -> Ratio:
    """Cycles of the first over those of the second on the same board.

    Both pay the same prices: one that is wrong moves both, and the ratio only as far as they use it
    differently. What the board's own error stands for is common too, and cancels. So an order can be certain
    where each of the two predictions is not.
    """
    ours, theirs = parts(first, core, timing), parts(second, core, timing)
    above = sum(count * price.typical for count, price in ours)
    below = sum(count * price.typical for count, price in theirs)
    if above <= 0 or below <= 0:
        return Ratio(0, 1 if above == below else inf if above > 0 else 0, inf)
    # Each price's part in the logarithm of the ratio, at its least and at its most.
    less, more = [], []
    for (mine, price), (other, _) in zip(ours, theirs, strict=True):
        share = mine / above - other / below
        ends = share * (price.low - price.typical), share * (price.high - price.typical)
        less.append(min(*ends, 0.0))
        more.append(max(*ends, 0.0))
    typical = log(above / below)
    return Ratio(exp(typical - hypot(*less)), exp(typical), exp(typical + hypot(*more)))
