"""The region of interest that a module marks in its calls, in tables."""

from collections.abc import Sequence

from wasmfit.model import Measurement
from wasmfit.table import CellValue

from .comparison_metrics import ComparisonMetric, time_text


def _instructions(measurement: Measurement) -> CellValue:
    return None if measurement.run is None else measurement.run.instructions.region


def _time(measurement: Measurement) -> CellValue:
    """With its error bar, since a prediction is not a measurement."""
    predicted = None if measurement.run is None else measurement.run.predicted
    region = None if predicted is None else predicted.region
    return None if region is None else f"≈{time_text(region.time_s, region.time_low_s, region.time_high_s)}"


_METRICS = (
    ComparisonMetric("instructions_region", "instructions: region of interest", "", _instructions),
    ComparisonMetric("predicted_region", "predicted time: region of interest", "", _time),
)


def region_metrics(measurements: Sequence[Measurement]) -> tuple[ComparisonMetric, ...]:
    """Rows that only modules have that mark a region."""
    return _METRICS if any(_instructions(measurement) is not None for measurement in measurements) else ()
