"""The spread over layouts, as a row and a column of a comparison."""

from wasmfit.model import LayoutSpread, Measurement
from wasmfit.table import CellValue

from .comparison_metrics import ComparisonMetric, time_text


def layouts_of(measurement: Measurement) -> LayoutSpread | None:
    """The spread of a cell's warm call over layouts."""
    return None if measurement.run is None else measurement.run.layouts


def _time(measurement: Measurement) -> CellValue:
    spread = layouts_of(measurement)
    if spread is None:
        return None
    share = "" if spread.cache_share is None else f", {spread.cache_share:.0%} of it by the cache"
    time = time_text(spread.median_s, spread.least_s, spread.most_s)
    fewer = "" if spread.reason is None else f": {spread.reason}"
    return f"\u2248{time} over {spread.number}{share}{fewer}"


LAYOUT_METRICS = (ComparisonMetric("time_layouts", "predicted time: over layouts", "", _time),)
"""Rows that only cells have that ran in several layouts."""
