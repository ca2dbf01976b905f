"""What was measured on a board, as rows of the comparison."""

from collections.abc import Callable
from dataclasses import fields

from wasmfit.model import BoardMeasurement, MeasuredPhase, Measurement

from .comparison_metrics import Measure, Value, time_text


def on_board(one: Measurement) -> BoardMeasurement | None:
    """What was measured of a cell on a board."""
    return None if one.run is None else one.run.measured


def _measured(phase: str) -> Callable[[Measurement], Value]:
    """Cycles with their interval, or time where the core has no counter."""

    def shown(one: Measurement) -> Value:
        board = on_board(one)
        found: MeasuredPhase | None = None if board is None else getattr(board, phase)
        if found is None:
            return None
        if found.cycles is None:
            return time_text(found.time_s, found.time_low_s, found.time_high_s)
        return f"{found.cycles:,} ({found.cycles_low:,}–{found.cycles_high:,})"

    return shown


ON_BOARD = (
    Measure("measured_load", "measured on the board: load", "", _measured("load")),
    Measure("measured_instantiate", "measured on the board: instantiate", "", _measured("instantiate")),
    Measure("measured_first_call", "measured on the board: first call", "", _measured("first_call")),
    Measure("measured_call", "measured on the board: steady call", "", _measured("call")),
    Measure(
        "measured_flashed", "flashed, by probe-rs", "B", lambda one: getattr(on_board(one), "flashed", None)
    ),
)
"""Rows that only cells have that ran on a board."""


_FIGURES = tuple(field.name for field in fields(MeasuredPhase))


def flat_measured(one: Measurement) -> dict[str, Value]:
    """A steady call on the board in columns of numbers."""
    board = on_board(one)
    call = None if board is None else board.call
    return {
        **{f"measured_{name}": getattr(call, name, None) for name in _FIGURES},
        "measured_flashed": getattr(board, "flashed", None),
        "measured_runs": getattr(board, "runs", None),
    }
