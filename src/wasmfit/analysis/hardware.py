"""Measurements on hardware, as rows of the comparison."""

from collections.abc import Callable
from dataclasses import fields

from wasmfit.model import BoardMeasurement, MeasuredPhase, Measurement
from wasmfit.table import CellValue

from .comparison_metrics import ComparisonMetric, time_text


def hardware_measurement(measurement: Measurement) -> BoardMeasurement | None:
    """The measurement of a cell on a board."""
    return None if measurement.run is None else measurement.run.measured


def _measured(phase: str) -> Callable[[Measurement], CellValue]:
    """Cycles with their confidence interval, or time if the core has no cycle counter."""

    def text(measurement: Measurement) -> CellValue:
        on_board = hardware_measurement(measurement)
        measured: MeasuredPhase | None = None if on_board is None else getattr(on_board, phase)
        if measured is None:
            return None
        if measured.cycles is None:
            return time_text(measured.time_s, measured.time_low_s, measured.time_high_s)
        return f"{measured.cycles:,} ({measured.cycles_low:,}–{measured.cycles_high:,})"

    return text


HARDWARE_METRICS = (
    ComparisonMetric("measured_load", "measured on the board: load", "", _measured("load")),
    ComparisonMetric(
        "measured_instantiate", "measured on the board: instantiate", "", _measured("instantiate")
    ),
    ComparisonMetric("measured_first_call", "measured on the board: cold call", "", _measured("first_call")),
    ComparisonMetric("measured_call", "measured on the board: warm call", "", _measured("call")),
    ComparisonMetric(
        "measured_flashed",
        "flashed, by probe-rs",
        "B",
        lambda measurement: getattr(hardware_measurement(measurement), "flashed", None),
    ),
)
"""Rows that only cells have that ran on a board."""


_PHASE_FIELDS = tuple(field.name for field in fields(MeasuredPhase))


def flat_measured(measurement: Measurement) -> dict[str, CellValue]:
    """A warm call on the board in columns of numbers."""
    on_board = hardware_measurement(measurement)
    call = None if on_board is None else on_board.call
    return {
        **{f"measured_{name}": getattr(call, name, None) for name in _PHASE_FIELDS},
        "measured_flashed": getattr(on_board, "flashed", None),
        "measured_runs": getattr(on_board, "runs", None),
    }
