"""Predicted charge and energy of a call: of the part of it that runtimes are compared by."""

from collections.abc import Sequence

from wasmfit.model import Measurement, Prediction
from wasmfit.table import CellValue

from .amounts import Amount, scaled_text
from .comparison_metrics import ComparisonMetric
from .counted import counted_prediction


def seconds_of(prediction: Prediction | None) -> Amount | None:
    """The time of a prediction in seconds, with its error bar."""
    if prediction is None:
        return None
    return Amount(prediction.time_s, prediction.time_low_s, prediction.time_high_s)


def coulombs_of(prediction: Prediction | None) -> Amount | None:
    """Its charge in coulombs; ``None`` where the board's file has no current."""
    if prediction is None or prediction.charge_c is None:
        return None
    return Amount(prediction.charge_c, prediction.charge_low_c, prediction.charge_high_c)


def joules_of(prediction: Prediction | None) -> Amount | None:
    """Its energy in joules; ``None`` where the board's file has no voltage."""
    if prediction is None or prediction.energy_j is None:
        return None
    return Amount(prediction.energy_j, prediction.energy_low_j, prediction.energy_high_j)


def charge_of(measurement: Measurement) -> Amount | None:
    """Charge of a call in coulombs: of the region of interest, else the warm call, else the only one."""
    return coulombs_of(counted_prediction(measurement))


def energy_of(measurement: Measurement) -> Amount | None:
    """Energy of the same in joules."""
    return joules_of(counted_prediction(measurement))


def _charge(measurement: Measurement) -> CellValue:
    amount = charge_of(measurement)
    return None if amount is None else scaled_text(amount, "C")


def _energy(measurement: Measurement) -> CellValue:
    amount = energy_of(measurement)
    return None if amount is None else scaled_text(amount, "J")


_METRICS = (
    ComparisonMetric("charge", "predicted charge of a call", "", _charge),
    ComparisonMetric("energy", "predicted energy of a call", "", _energy),
)


def supply_metrics(measurements: Sequence[Measurement]) -> tuple[ComparisonMetric, ...]:
    """Rows that only cells on boards with a current have."""
    return tuple(
        metric
        for metric in _METRICS
        if any(metric.get(measurement) is not None for measurement in measurements)
    )
