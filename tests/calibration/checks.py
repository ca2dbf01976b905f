"""What the timing models are held against: pure functions on what was measured."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import hypot
from statistics import mean

from wasmfit.model import Activity, Core, CycleCost, Timing
from wasmfit.timing import Ratio, costs_of, predict, ratio


@dataclass(frozen=True)
class Ran:
    """A steady call of a program under a runtime on a board."""

    runtime: str
    board: str
    program: str
    activity: Activity

    @property
    def instructions(self) -> int:
        """Instructions of it."""
        return self.activity.instructions


@dataclass(frozen=True)
class Model:
    """What predicts a board's time."""

    core: Core
    timing: Timing

    def set_up(self, assumed: Mapping[str, str]) -> "Model":
        """The model with the board set up otherwise."""
        return Model(self.core, self.timing.model_copy(update={"assumed": dict(assumed)}))

    def per_instruction(self, one: Ran) -> tuple[float, float, float]:
        """Cycles an instruction: low, typical, high."""
        found = predict(one.activity, self.core, self.timing, 1)
        low, typical, high = found.cycles_low, found.cycles, found.cycles_high
        return low / one.instructions, typical / one.instructions, high / one.instructions

    def mean(self, cells: Sequence[Ran]) -> tuple[float, float, float]:
        """The means over programs."""
        low, typical, high = (mean(each) for each in zip(*map(self.per_instruction, cells), strict=True))
        return low, typical, high

    def at(self, measure: str, end: Callable[[CycleCost], float]) -> "Model":
        """The model with another price of a measure, in core and board alike."""

        def other(prices: Mapping[str, CycleCost]) -> dict[str, CycleCost]:
            return {
                name: CycleCost(low=end(price), typical=end(price), high=end(price))
                if name == measure
                else price
                for name, price in prices.items()
            }

        return Model(
            self.core.model_copy(update={"cycle_costs": other(self.core.cycle_costs)}),
            # With the costs per wait state among them, at the board's clock.
            self.timing.model_copy(update={"cycle_costs": other(costs_of(self.timing)), "wait_costs": {}}),
        )

    def with_price(self, measure: str, cycles: float) -> "Model":
        """The model with a certain price of a measure."""
        return self.at(measure, lambda _: cycles)

    def ranges(self) -> Iterator[tuple[str, CycleCost]]:
        """Measures whose price is not certain."""
        for prices in (self.core.cycle_costs, costs_of(self.timing)):
            yield from ((name, price) for name, price in prices.items() if price.low < price.high)


def fitted(
    model: Model, measure: str, wanted: Mapping[str, float], cells: Mapping[str, Sequence[Ran]]
) -> float:
    """The price of a measure with which the means over programs come closest to those wanted.

    Args:
        wanted: Runtime → published mean; the sum of squared differences is least.
        cells: Runtime → its programs.
    """
    free = model.with_price(measure, 0)
    above = below = 0.0
    for runtime, published in wanted.items():
        without = free.mean(cells[runtime])[1]
        slope = mean(getattr(one.activity, measure) / one.instructions for one in cells[runtime])
        above += slope * (published - without)
        below += slope * slope
    return above / below if below else 0.0


def left_out(
    model: Model, measure: str, published: Mapping[str, float], cells: Mapping[str, Sequence[Ran]]
) -> dict[str, tuple[float, float]]:
    """Runtime → the price fitted to the other runtimes' means only, and the mean that it predicts."""
    found = {}
    for runtime in published:
        others = {name: value for name, value in published.items() if name != runtime}
        price = fitted(model, measure, others, cells)
        found[runtime] = price, model.with_price(measure, price).mean(cells[runtime])[1]
    return found


@dataclass(frozen=True)
class Sensitivity:
    """What becomes of a mean when one price is at its least and at its most, as parts of it."""

    measure: str
    less: float
    more: float


def sensitivities(model: Model, cells: Sequence[Ran]) -> list[Sensitivity]:
    """Prices by how much their ranges move the mean over programs."""
    typical = model.mean(cells)[1]
    found = [
        Sensitivity(
            name,
            model.at(name, lambda price: price.low).mean(cells)[1] / typical - 1,
            model.at(name, lambda price: price.high).mean(cells)[1] / typical - 1,
        )
        for name, _ in model.ranges()
    ]
    return sorted(found, key=lambda one: abs(one.less) + abs(one.more), reverse=True)


def pairs(cells: Sequence[Ran], models: Mapping[str, Model]) -> Iterator[tuple[Ran, Ran, Ratio]]:
    """Every two runtimes on the same program and board, and how their cycles compare."""
    for one, other in combinations(cells, 2):
        if (one.board, one.program) == (other.board, other.program):
            model = models[one.board]
            yield one, other, ratio(one.activity, other.activity, model.core, model.timing)


@dataclass(frozen=True)
class Native:
    """How much faster a chip runs CoreMark than another, clock for clock: predicted, and by the vendors."""

    faster: str
    slower: str
    predicted: float
    published: float
    low: float
    high: float


def natively(
    cells: Sequence[Ran], models: Mapping[str, Model], published: Mapping[str, float]
) -> Iterator[Native]:
    """Every two boards that CoreMark's kernels ran on, and whose CoreMark a MHz is published."""
    for one, other in combinations(cells, 2):
        faster, slower = sorted((one, other), key=lambda ran: published[ran.board], reverse=True)
        first, second = (
            predict(ran.activity, models[ran.board].core, models[ran.board].timing, 1)
            for ran in (faster, slower)
        )
        ratio = second.cycles / first.cycles
        # Of two boards nothing is taken as common: both bars count, by squares.
        less = hypot(1 - second.cycles_low / second.cycles, first.cycles_high / first.cycles - 1)
        more = hypot(second.cycles_high / second.cycles - 1, 1 - first.cycles_low / first.cycles)
        yield Native(
            faster.board,
            slower.board,
            ratio,
            published[faster.board] / published[slower.board],
            ratio * (1 - less),
            ratio * (1 + more),
        )
