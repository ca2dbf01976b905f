"""Several runs → one figure a phase with its confidence interval."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from wasmfit.model import BoardMeasurement, MeasuredPhase

from .run import BoardPhase, OneRun

INTERVAL = "Student's t, 95 %"

_T_975 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
"""Student's t for 1 to 30 degrees of freedom, such that 2.5 % lie above; tables have it so."""


def interval(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean, and between what and what it lies with 95 %; for one value, nothing but itself is known.

    Raises:
        ValueError: There is no value.
    """
    if not values:
        raise ValueError("no values")
    mean = statistics.fmean(values)
    if len(values) == 1:
        return mean, mean, mean
    t = _T_975[min(len(values) - 1, len(_T_975)) - 1]
    half = t * statistics.stdev(values) / math.sqrt(len(values))
    return mean, mean - half, mean + half


def settled(runs: Sequence[OneRun], within: float) -> bool:
    """Whether no phase's interval is wider than this part of its mean, to either side."""
    figures = (_of(runs, name, which) for name, which in _PHASES.values())
    return all(
        statistics is None or statistics.high - statistics.figure <= within * statistics.figure
        for statistics in figures
    )


def summarised(
    runs: Sequence[OneRun], *, probe: str, chip: str, clock_hz: int, flashed: int | None
) -> BoardMeasurement:
    """The record of the runs: cycles, or seconds where the core has no counter.

    Args:
        runs: At least one, all of the same image.
        probe: What they were run with.
        chip: As probe-rs names it.
        clock_hz: Clock of the core that the board states, for cycles as time.
        flashed: Bytes of flash that were erased, by probe-rs's report.
    """
    counter = runs[0].counter
    return BoardMeasurement(
        **{
            field: _record(_of(runs, name, which), counter is not None, clock_hz)
            for field, (name, which) in _PHASES.items()
        },
        runs=len(runs),
        counter=counter or "the host's clock, with the way to the probe in it",
        interval=INTERVAL,
        probe=probe,
        chip=chip,
        flashed=flashed,
    )


_PHASES = {
    "load": ("load", 0),
    "instantiate": ("instantiate", 0),
    "first_call": ("call", 0),
    "call": ("call", -1),
}
"""Field of the record → the phase, and which of several of its name."""


class _Figure:
    """Mean and interval of one phase."""

    def __init__(self, values: Sequence[float]) -> None:
        self.figure, self.low, self.high = interval(values)


def _of(runs: Sequence[OneRun], name: str, which: int) -> _Figure | None:
    values = []
    for run in runs:
        phases = run.of(name)
        # The warm call is the last of several.
        if not phases or (which == -1 and len(phases) < 2):
            return None
        values.append(_value(phases[which]))
    return _Figure(values)


def _value(phase: BoardPhase) -> float:
    return phase.seconds if phase.cycles is None else float(phase.cycles)


def _record(statistics: _Figure | None, counted: bool, clock_hz: int) -> MeasuredPhase | None:
    if statistics is None:
        return None
    if not counted:
        return MeasuredPhase(time_s=statistics.figure, time_low_s=statistics.low, time_high_s=statistics.high)
    return MeasuredPhase(
        cycles=round(statistics.figure),
        cycles_low=math.floor(statistics.low),
        cycles_high=math.ceil(statistics.high),
        time_s=statistics.figure / clock_hz,
        time_low_s=statistics.low / clock_hz,
        time_high_s=statistics.high / clock_hz,
    )
