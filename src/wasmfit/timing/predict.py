"""Predictions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from operator import add, attrgetter, mul
from typing import Literal

from wasmfit.model import (
    OF_MISSES,
    Activities,
    Activity,
    Board,
    Core,
    CycleCost,
    LayoutSpread,
    LinkInBar,
    LinkSpread,
    Measurement,
    Prediction,
    Predictions,
    Run,
    Score,
    Status,
    SupplyCurrent,
    Timing,
)

from .setup import costs_of, error_of

_NOTHING = CycleCost(low=0, typical=0, high=0)


def _none(_activity: Activity) -> Sequence[int]:
    return ()


def predict(activity: Activity, core: Core, timing: Timing, clock_hz: int) -> Prediction:
    """Cycles and time of what a core did, on a board.

    The errors of the cycle costs are independent, so the error bar adds them in quadrature. It is at least
    the board's own error to both sides, and does not go below what the core alone takes (``least``).
    """
    return CostModel.of(core, timing, clock_hz).predict(activity)


@dataclass(frozen=True, slots=True)
class CostModel:
    """A board's cycle costs, prepared for the predictions of thousands of records.

    Attributes:
        counts: Reads how often each event happened in an activity.
        typical: The typical cost of each.
        uncertain_counts: Reads how often the events happened whose cost is a range.
        less, more: How much less and how much more these may cost.
        least: The least cost of each event of the core's, which are the first of ``counts``: no cache and no
            link spares what the instructions themselves take.
        error: How far off a prediction may be in addition, as a fraction of it.
        clock_hz: The core's clock.
        calibrated: Whether the model was compared with values published for the board.
        source: Where cycle costs and error come from.
        assumed: What is assumed otherwise than by default: name → value.
        link: What the link typically does to the time of a call on the board.
        misses: Reads how often the events happened that a miss of the cache is made of.
        miss_costs: The typical cost of each.
        exact: The same for activities whose divisions' operands were all read, where the core's costs are
            known by them.
        current: What the chip takes from its supply at this clock; ``None`` where that is not known.
    """

    counts: Callable[[Activity], Sequence[int]]
    typical: tuple[float, ...]
    uncertain_counts: Callable[[Activity], Sequence[int]]
    less: tuple[float, ...]
    more: tuple[float, ...]
    least: tuple[float, ...]
    error: float
    clock_hz: int
    calibrated: bool
    source: str
    assumed: Mapping[str, str]
    link: LinkSpread | None = None
    misses: Callable[[Activity], Sequence[int]] = _none
    miss_costs: tuple[float, ...] = ()
    exact: "CostModel | None" = None
    current: SupplyCurrent | None = None

    @staticmethod
    def of(core: Core, timing: Timing, clock_hz: int) -> "CostModel":
        """The cost model of a core and a board, the core's costs first.

        Args:
            core: The core.
            timing: The board's costs, with what is assumed of it.
            clock_hz: The board's clock, unless another is assumed.
        """
        costs = [item for costs in (core.cycle_costs, costs_of(timing)) for item in costs.items()]
        others = timing.others_than_default
        missing = [(event, cost.typical) for event, cost in costs if event in OF_MISSES]
        uncertain = [(event, cost) for event, cost in costs if cost.low != cost.high]
        return CostModel(
            counts=_reader([event for event, _ in costs]),
            typical=tuple(cost.typical for _, cost in costs),
            uncertain_counts=_reader([event for event, _ in uncertain]),
            less=tuple(cost.typical - cost.low for _, cost in uncertain),
            more=tuple(cost.high - cost.typical for _, cost in uncertain),
            least=tuple(cost.low for cost in core.cycle_costs.values()),
            error=error_of(timing),
            clock_hz=timing.clock_hz or clock_hz,
            # What was published is of a board that is set up as by default.
            calibrated=timing.calibrated and not others,
            source="; ".join(_sources(core, timing, timing.current_at(timing.clock_hz or clock_hz))),
            assumed=others,
            link=_link(timing),
            misses=_reader([event for event, _ in missing]) if missing else _none,
            miss_costs=tuple(cost for _, cost in missing),
            exact=CostModel.of(_by_operands(core), timing, clock_hz) if core.by_operands else None,
            current=timing.current_at(timing.clock_hz or clock_hz),
        )

    def predict(self, activity: Activity, link: LinkInBar | None = None) -> Prediction:
        """Cycles and time of what a core did; see :func:`predict`.

        Args:
            activity: What it did.
            link: What the place of hot code adds to the error bar, to either side: in quadrature as well.
        """
        model = self._for(activity)
        return model._predicted(model.counts(activity), model.uncertain_counts(activity), link)

    def _for(self, *activities: Activity) -> "CostModel":
        """The model of activities taken together: by operands, if those of all divisions were read."""
        if self.exact is None or not all(map(_operands_read, activities)):
            return self
        return self.exact

    def predict_call(self, activity: Activity) -> Prediction:
        """The same of a call, with what is typical of the board for the place of hot code."""
        return self.predict(activity, self.link_of(activity))

    def link_of(self, call: Activity) -> LinkInBar | None:
        """What is typical of the board for the place of hot code, for a call.

        Less time: another link may spare the call's own misses. More: what is typical of the board.
        """
        if self.link is None:
            return None
        model = self._for(call)
        typical = sum(map(mul, model.counts(call), model.typical))
        missed = sum(map(mul, self.misses(call), self.miss_costs)) * self.link.misses
        return LinkInBar(less=min(max(missed / typical, 0), 1) if typical > 0 else 0, more=self.link.more)

    def predict_together(self, first: Activity, second: Activity) -> Prediction:
        """The same of two activities together: an error of a cycle cost changes both alike."""
        model = self._for(first, second)
        return model._predicted(
            tuple(map(add, model.counts(first), model.counts(second))),
            tuple(map(add, model.uncertain_counts(first), model.uncertain_counts(second))),
        )

    def _predicted(
        self, counts: Sequence[int], uncertain_counts: Sequence[int], link: LinkInBar | None = None
    ) -> Prediction:
        # Savings never exceed the costs in what a core has done, but may in a record made by hand.
        typical = max(sum(map(mul, counts, self.typical)), 0)
        link_less, link_more = (0.0, 0.0) if link is None else (link.less, link.more)
        error = typical * self.error
        less = hypot(*map(mul, uncertain_counts, self.less), error, typical * link_less)
        more = hypot(*map(mul, uncertain_counts, self.more), error, typical * link_more)
        # The counts of the board's events, for which there is no least cost, come after the core's.
        least = sum(map(mul, counts, self.least)) * (1 - self.error)
        low = max(typical - less, min(least, typical), 0)
        return _prediction(typical, low, typical + more, self.clock_hz, self.current)

    def prices(self, activity: Activity) -> bool:
        """Whether all that costs something was counted.

        Misses of a cache were not where the board had none in its file when it was measured.
        """
        return None not in self.counts(activity)

    def predictions(self, activities: Activities) -> Predictions:
        """The same for every phase that is known."""

        def predicted(activity: Activity | None) -> Prediction | None:
            return None if activity is None else self.predict(activity)

        def call(activity: Activity | None) -> Prediction | None:
            return None if activity is None else self.predict_call(activity)

        load, instantiate = activities.load, activities.instantiate
        return Predictions(
            load=predicted(load),
            instantiate=predicted(instantiate),
            start=None if load is None or instantiate is None else self.predict_together(load, instantiate),
            first_call=call(activities.first_call),
            call=call(activities.call),
            region=call(activities.region),
            calibrated=self.calibrated,
            source=self.source,
            assumed=dict(self.assumed),
            link=None if activities.call is None else self.link_of(activities.call),
            divisions=self._divisions(activities.call),
        )

    def _divisions(self, call: Activity | None) -> Literal["exact", "range"] | None:
        """What divisions of a call are taken to cost."""
        if call is None or not call.divide:
            return None
        return "range" if self._for(call) is self else "exact"

    def in_layouts(self, run: Run, spread: LayoutSpread) -> Run:
        """A run with what was predicted over layouts of its objects, in the error bar of its warm call too.

        The bar then holds every layout: the distances from the image that is reported to the least and to the
        most are added in quadrature, instead of what is typical of the board.
        """
        call, predicted = run.activity.call, run.predicted
        if call is None or predicted is None:
            return run.model_copy(update={"layouts": spread})
        known = predicted
        if spread.number > 1:
            own = self.predict(call).time_s
            link = LinkInBar(
                less=max(1 - spread.least_s / own, 0) if own > 0 else 0,
                more=max(spread.most_s / own - 1, 0) if own > 0 else 0,
                layouts=spread.number,
            )
            known = predicted.model_copy(update={"call": self.predict(call, link), "link": link})
        return run.model_copy(update={"layouts": spread, "predicted": known})

    def score(self, run: Run) -> Score | None:
        """What a benchmark scores by the time that this model predicts; ``None`` if it is none.

        It has told us how much it did per second of the clock that it was given: so how much it did between
        its last two readings.
        """
        clock = run.clock
        if clock is None or clock.score is None or clock.told_s is None or clock.between is None:
            return None
        took = self.predict_call(clock.between)
        done = clock.score * clock.told_s

        def rate(seconds: float) -> float | None:
            return done / seconds if seconds > 0 else None

        typical = rate(took.time_s)
        if typical is None:
            return None
        low, high = rate(took.time_high_s), rate(took.time_low_s)
        return Score(typical, low, high, clock.score_of or "", clock.score)

    def with_predictions(self, measurement: Measurement) -> Run | None:
        """A measurement's run with the predicted time of its phases, if its status is ``ok``."""
        run = measurement.run
        if run is None or measurement.status is not Status.OK:
            return run
        # Every phase of a run is counted alike.
        counted = next(
            filter(None, (getattr(run.activity, phase) for phase in Activities.model_fields)), None
        )
        if counted is not None and not self.prices(counted):
            return run
        predicted = self.predictions(run.activity)
        call = predicted.call
        return run.model_copy(
            update={
                "predicted": predicted,
                "cycles": None if call is None else call.cycles,
                "time_s": None if call is None else call.time_s,
                "score": self.score(run),
            }
        )


def _operands_read(activity: Activity) -> bool:
    return activity.divide_read == activity.divide


def _by_operands(core: Core) -> Core:
    """The core with the costs of divisions whose operands are known."""
    return core.model_copy(
        update={"cycle_costs": {**core.cycle_costs, **core.by_operands}, "by_operands": {}}
    )


def _link(timing: Timing) -> LinkSpread | None:
    """What is typical of the board; where a miss costs nothing, as without a cache, nothing is known."""
    return timing.link if costs_of(timing).get("fetch_misses", _NOTHING).high > 0 else None


def _reader(events: Sequence[str]) -> Callable[[Activity], Sequence[int]]:
    """What reads the counts of events from an activity, all at once if there are several."""
    if len(events) > 1:
        several: Callable[[Activity], Sequence[int]] = attrgetter(*events)
        return several
    return lambda activity: [getattr(activity, event) for event in events]


def _prediction(
    typical: float, low: float, high: float, clock_hz: int, current: SupplyCurrent | None
) -> Prediction:
    # Positional arguments take a third of the time: cycles, seconds and rate, each with its low and high end.
    return Prediction(
        round(typical),
        round(low),
        round(high),
        typical / clock_hz,
        low / clock_hz,
        high / clock_hz,
        _rate(typical, clock_hz),
        _rate(high, clock_hz),
        _rate(low, clock_hz),
        *_drawn(typical / clock_hz, low / clock_hz, high / clock_hz, current),
    )


def _drawn(
    typical_s: float, low_s: float, high_s: float, current: SupplyCurrent | None
) -> tuple[float | None, ...]:
    """Charge and energy from the supply, each typical, least and most: time by current, and by voltage.

    Time and current are independent, and either may be at the end of its bar: so their ends are multiplied.
    """
    if current is None:
        return ()
    amperes = current.milliamperes
    charge = (
        typical_s * amperes.typical / 1000,
        low_s * amperes.low / 1000,
        high_s * amperes.high / 1000,
    )
    if current.volts is None:
        return charge
    return (*charge, *(coulombs * current.volts for coulombs in charge))


def _rate(cycles: float, clock_hz: int) -> float | None:
    return clock_hz / cycles if cycles > 0 else None


def predictions(activities: Activities, core: Core, timing: Timing, clock_hz: int) -> Predictions:
    """The predictions of every phase that is known."""
    return CostModel.of(core, timing, clock_hz).predictions(activities)


def cost_model(board: Board, core: Core | None) -> CostModel | None:
    """The board's cost model; ``None`` if it has none."""
    if board.timing is None or core is None:
        return None
    return CostModel.of(core, board.timing, board.clock_hz)


def with_predictions(measurement: Measurement, model: CostModel | None) -> Run | None:
    """A measurement's run with the predicted time of its phases on the board, if its status is ``ok`` and
    there is a cost model.
    """
    return measurement.run if model is None else model.with_predictions(measurement)


def _sources(core: Core, timing: Timing, current: SupplyCurrent | None) -> Iterable[str]:
    yield f"{core.title}: {core.source}"
    yield f"board: {timing.source}"
    for value in timing.chosen.values():
        if value.says:
            yield f"assumed: {value.says}"
        if value.source:
            yield f"its costs: {value.source}"
    yield from (f"assumed: {assumption}" for assumption in timing.assumptions)
    if current is not None:
        yield f"current: {current_text(current)}: {current.source}"


def current_text(current: SupplyCurrent) -> str:
    """What the chip takes in a mode, as ``27 mA (27–38) at 3.3 V, modem-sleep``."""
    amperes = current.milliamperes
    bar = "" if amperes.low == amperes.high else f" ({amperes.low:g}–{amperes.high:g})"
    volts = "" if current.volts is None else f" at {current.volts:g} V"
    return f"{amperes.typical:g} mA{bar}{volts}, {current.mode}"
