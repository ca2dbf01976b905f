"""Predictions."""

from collections.abc import Iterable
from math import hypot

from wasmfit.model import Activities, Activity, Core, Prediction, Predictions, Price, Timing


def parts(activity: Activity, core: Core, timing: Timing) -> list[tuple[int, Price]]:
    """What a prediction is the sum of: how often each price is paid, the core's prices first."""
    counted = activity.model_dump()
    return [
        (counted[measure], price)
        for prices in (core.prices, timing.prices)
        for measure, price in prices.items()
    ]


def predict(activity: Activity, core: Core, timing: Timing, clock_hz: int) -> Prediction:
    """Cycles and time of what a core did, on a board.

    What each measure may cost less or more than as a rule is independent of the others, so the error bar
    adds the parts by their squares. It reaches at least the board's own error to both sides.
    """
    paid = parts(activity, core, timing)
    # Savings never exceed what they save from in what a core has done, but may in a record made by hand.
    typical = max(sum(count * price.typical for count, price in paid), 0)
    less = hypot(*(count * (price.typical - price.low) for count, price in paid), typical * timing.error)
    more = hypot(*(count * (price.high - price.typical) for count, price in paid), typical * timing.error)
    return Prediction(
        cycles=round(typical),
        cycles_low=max(round(typical - less), 0),
        cycles_high=round(typical + more),
        time_s=typical / clock_hz,
        time_low_s=max(typical - less, 0) / clock_hz,
        time_high_s=(typical + more) / clock_hz,
        per_s=_rate(typical, clock_hz),
        per_s_low=_rate(typical + more, clock_hz),
        per_s_high=_rate(max(typical - less, 0), clock_hz),
    )


def _rate(cycles: float, clock_hz: int) -> float | None:
    return clock_hz / cycles if cycles > 0 else None


def predictions(activities: Activities, core: Core, timing: Timing, clock_hz: int) -> Predictions:
    """The same for every phase that is known."""

    def one(activity: Activity | None) -> Prediction | None:
        return None if activity is None else predict(activity, core, timing, clock_hz)

    return Predictions(
        load=one(activities.load),
        instantiate=one(activities.instantiate),
        first_call=one(activities.first_call),
        call=one(activities.call),
        calibrated=timing.calibrated,
        source="; ".join(_sources(core, timing)),
    )


def _sources(core: Core, timing: Timing) -> Iterable[str]:
    yield f"{core.title}: {core.source}"
    yield f"board: {timing.source}"
    yield from (f"assumed: {one}" for one in timing.assumptions)
