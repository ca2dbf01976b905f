"""Predictions."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from operator import add, attrgetter, mul

from wasmfit.model import (
    Activities,
    Activity,
    Board,
    Core,
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


def predict(activity: Activity, core: Core, timing: Timing, clock_hz: int) -> Prediction:
    """Cycles and time of what a core did, on a board.

    The errors of the cycle costs are independent, so the error bar adds them in quadrature. It is at least
    the board's own error to both sides.
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
        error: How far off a prediction may be in addition, as a fraction of it.
        clock_hz: The core's clock.
        calibrated: Whether the model was compared with values published for the board.
        source: Where cycle costs and error come from.
        assumed: What is assumed otherwise than by default: name → value.
        current: What the chip takes from its supply at this clock; ``None`` where that is not known.
    """

    counts: Callable[[Activity], Sequence[int]]
    typical: tuple[float, ...]
    uncertain_counts: Callable[[Activity], Sequence[int]]
    less: tuple[float, ...]
    more: tuple[float, ...]
    error: float
    clock_hz: int
    calibrated: bool
    source: str
    assumed: Mapping[str, str]
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
        uncertain = [(event, cost) for event, cost in costs if cost.low != cost.high]
        return CostModel(
            counts=_reader([event for event, _ in costs]),
            typical=tuple(cost.typical for _, cost in costs),
            uncertain_counts=_reader([event for event, _ in uncertain]),
            less=tuple(cost.typical - cost.low for _, cost in uncertain),
            more=tuple(cost.high - cost.typical for _, cost in uncertain),
            error=error_of(timing),
            clock_hz=timing.clock_hz or clock_hz,
            # What was published is of a board that is set up as by default.
            calibrated=timing.calibrated and not others,
            source="; ".join(_sources(core, timing, timing.current_at(timing.clock_hz or clock_hz))),
            assumed=others,
            current=timing.current_at(timing.clock_hz or clock_hz),
        )

    def predict(self, activity: Activity) -> Prediction:
        """Cycles and time of what a core did; see :func:`predict`."""
        return self._predicted(self.counts(activity), self.uncertain_counts(activity))

    def predict_together(self, first: Activity, second: Activity) -> Prediction:
        """The same of two activities together: an error of a cycle cost changes both alike."""
        return self._predicted(
            tuple(map(add, self.counts(first), self.counts(second))),
            tuple(map(add, self.uncertain_counts(first), self.uncertain_counts(second))),
        )

    def _predicted(self, counts: Sequence[int], uncertain_counts: Sequence[int]) -> Prediction:
        # Savings never exceed the costs in what a core has done, but may in a record made by hand.
        typical = max(sum(map(mul, counts, self.typical)), 0)
        less = hypot(*map(mul, uncertain_counts, self.less), typical * self.error)
        more = hypot(*map(mul, uncertain_counts, self.more), typical * self.error)
        return _prediction(typical, less, more, self.clock_hz, self.current)

    def predictions(self, activities: Activities) -> Predictions:
        """The same for every phase that is known."""

        def predicted(activity: Activity | None) -> Prediction | None:
            return None if activity is None else self.predict(activity)

        load, instantiate = activities.load, activities.instantiate
        return Predictions(
            load=predicted(load),
            instantiate=predicted(instantiate),
            start=None if load is None or instantiate is None else self.predict_together(load, instantiate),
            first_call=predicted(activities.first_call),
            call=predicted(activities.call),
            region=predicted(activities.region),
            calibrated=self.calibrated,
            source=self.source,
            assumed=dict(self.assumed),
        )

    def score(self, run: Run) -> Score | None:
        """What a benchmark scores by the time that this model predicts; ``None`` if it is none.

        It has told us how much it did per second of the clock that it was given: so how much it did between
        its last two readings.
        """
        clock = run.clock
        if clock is None or clock.score is None or clock.told_s is None or clock.between is None:
            return None
        took = self.predict(clock.between)
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


def _reader(events: Sequence[str]) -> Callable[[Activity], Sequence[int]]:
    """What reads the counts of events from an activity, all at once if there are several."""
    if len(events) > 1:
        several: Callable[[Activity], Sequence[int]] = attrgetter(*events)
        return several
    return lambda activity: [getattr(activity, event) for event in events]


def _prediction(
    typical: float, less: float, more: float, clock_hz: int, current: SupplyCurrent | None
) -> Prediction:
    low, high = max(typical - less, 0), typical + more
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
