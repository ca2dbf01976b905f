"""Predictions."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import hypot
from operator import attrgetter, mul

from wasmfit.model import (
    Activities,
    Activity,
    Board,
    Core,
    CycleCost,
    Measurement,
    Prediction,
    Predictions,
    Run,
    Status,
    Timing,
)


def parts(activity: Activity, core: Core, timing: Timing) -> list[tuple[int, CycleCost]]:
    """What a prediction is the sum of: how often each price is paid, the core's prices first."""
    return [
        (getattr(activity, measure), price)
        for prices in (core.prices, timing.prices)
        for measure, price in prices.items()
    ]


def predict(activity: Activity, core: Core, timing: Timing, clock_hz: int) -> Prediction:
    """Cycles and time of what a core did, on a board.

    What each measure may cost less or more than as a rule is independent of the others, so the error bar
    adds the parts by their squares. It reaches at least the board's own error to both sides.
    """
    return Predictor.of(core, timing, clock_hz).predict(activity)


@dataclass(frozen=True, slots=True)
class Predictor:
    """A board's prices, laid out once for the predictions of thousands of records.

    Attributes:
        counts: Reads off an activity how often each price is paid.
        typical: What one of each costs as a rule.
        unsure: Reads off how often those are paid that may be less or more.
        less, more: How much less these may be, and how much more.
        error: How far off a prediction may be beyond that, as a part of it.
        clock_hz: The core's clock.
        calibrated: Whether the board was held against published figures.
        source: Where prices and error come from.
    """

    counts: Callable[[Activity], Sequence[int]]
    typical: tuple[float, ...]
    unsure: Callable[[Activity], Sequence[int]]
    less: tuple[float, ...]
    more: tuple[float, ...]
    error: float
    clock_hz: int
    calibrated: bool
    source: str

    @staticmethod
    def of(core: Core, timing: Timing, clock_hz: int) -> "Predictor":
        """The prices of a core and a board, the core's first."""
        paid = [pair for prices in (core.prices, timing.prices) for pair in prices.items()]
        unsure = [(measure, price) for measure, price in paid if price.low != price.high]
        return Predictor(
            counts=_reader([measure for measure, _ in paid]),
            typical=tuple(price.typical for _, price in paid),
            unsure=_reader([measure for measure, _ in unsure]),
            less=tuple(price.typical - price.low for _, price in unsure),
            more=tuple(price.high - price.typical for _, price in unsure),
            error=timing.error,
            clock_hz=clock_hz,
            calibrated=timing.calibrated,
            source="; ".join(_sources(core, timing)),
        )

    def predict(self, activity: Activity) -> Prediction:
        """Cycles and time of what a core did; see :func:`predict`."""
        # Savings never exceed what they save from in what a core has done, but may in a record made by hand.
        typical = max(sum(map(mul, self.counts(activity), self.typical)), 0)
        unsure = self.unsure(activity)
        less = hypot(*map(mul, unsure, self.less), typical * self.error)
        more = hypot(*map(mul, unsure, self.more), typical * self.error)
        return _prediction(typical, less, more, self.clock_hz)

    def predictions(self, activities: Activities) -> Predictions:
        """The same for every phase that is known."""

        def one(activity: Activity | None) -> Prediction | None:
            return None if activity is None else self.predict(activity)

        return Predictions(
            load=one(activities.load),
            instantiate=one(activities.instantiate),
            first_call=one(activities.first_call),
            call=one(activities.call),
            calibrated=self.calibrated,
            source=self.source,
        )

    def with_time(self, measurement: Measurement) -> Run | None:
        """A measurement's run with the time that its phases are predicted to take, if it went well."""
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
            }
        )


def _reader(measures: Sequence[str]) -> Callable[[Activity], Sequence[int]]:
    """What reads measures off an activity, all at once where there are several."""
    if len(measures) > 1:
        several: Callable[[Activity], Sequence[int]] = attrgetter(*measures)
        return several
    return lambda activity: [getattr(activity, measure) for measure in measures]


def _prediction(typical: float, less: float, more: float, clock_hz: int) -> Prediction:
    low, high = max(typical - less, 0), typical + more
    # By place, which takes a third of the time: cycles, seconds and rate, each with its low and its high end.
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
    )


def _rate(cycles: float, clock_hz: int) -> float | None:
    return clock_hz / cycles if cycles > 0 else None


def predictions(activities: Activities, core: Core, timing: Timing, clock_hz: int) -> Predictions:
    """The same for every phase that is known."""
    return Predictor.of(core, timing, clock_hz).predictions(activities)


def predictor(board: Board, core: Core | None) -> Predictor | None:
    """The board's prices; ``None`` where there are none."""
    if board.timing is None or core is None:
        return None
    return Predictor.of(core, board.timing, board.clock_hz)


def with_time(measurement: Measurement, prices: Predictor | None) -> Run | None:
    """A measurement's run with the time that its phases are predicted to take on the board, if it went well
    and there are prices for it.
    """
    return measurement.run if prices is None else prices.with_time(measurement)


def _sources(core: Core, timing: Timing) -> Iterable[str]:
    yield f"{core.title}: {core.source}"
    yield f"board: {timing.source}"
    yield from (f"assumed: {one}" for one in timing.assumptions)
