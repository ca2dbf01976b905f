"""What phases take: predicted, and measured on a board. Unknown values are ``None``, never 0."""

from typing import Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from .base import Record


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Prediction:
    """What something is predicted to take on the board, with its error bar. It is not a measurement.

    Attributes:
        cycles: Cycles of the core.
        cycles_low, cycles_high: The least and the most that the model allows.
        time_s, time_low_s, time_high_s: Seconds, with the least and the most that the model allows.
        per_s, per_s_low, per_s_high: How often it can be done in a second, with the least and the most;
            ``None`` for what takes no time.
        charge_c, charge_low_c, charge_high_c: Coulombs from the supply, with the least and the most; ``None``
            where the board's file has no current.
        energy_j, energy_low_j, energy_high_j: Joules from the supply, with the least and the most; ``None``
            where it has no voltage.

    A dataclass, as :class:`Activity` is.
    """

    cycles: int
    cycles_low: int
    cycles_high: int
    time_s: float
    time_low_s: float
    time_high_s: float
    per_s: float | None = None
    per_s_low: float | None = None
    per_s_high: float | None = None
    charge_c: float | None = None
    charge_low_c: float | None = None
    charge_high_c: float | None = None
    energy_j: float | None = None
    energy_low_j: float | None = None
    energy_high_j: float | None = None


@dataclass(frozen=True, slots=True, config=ConfigDict(extra="forbid"))
class Score:
    """A benchmark's score on the board, by predicted time, with its error bar. It is not a measurement.

    Attributes:
        per_s, per_s_low, per_s_high: What is done in a second.
        of: What that is, such as ``iterations``.
        own: What the module has returned: the same by the clock that it was given.
    """

    per_s: float
    per_s_low: float | None
    per_s_high: float | None
    of: str
    own: float


class LinkInBar(Record):
    """What the place of hot code adds to the error bar of a warm call.

    Attributes:
        less, more: By which part of the time another link of the same objects may take less, and more.
        layouts: Over how many layouts of the cell that was measured; ``None`` where it is what is typical of
            the board.
    """

    less: float
    more: float
    layouts: int | None = None


class Predictions(Record):
    """Predictions per phase.

    Attributes:
        load, instantiate, first_call, call, region: As of :class:`InstructionCounts`.
        start: Load and instantiation together: from the module's bytes to an instance that can be called.
        calibrated: Whether the board's model was compared with values published for it.
        source: What the cycle costs come from, and what software is assumed to have set up.
        assumed: What was assumed otherwise than by default, by ``--clock`` and ``--assume``: name → value.
        link: What of the error bar of the warm call comes from where the linker has placed hot code; ``None``
            where nothing is known of that. The bars of other calls have what is typical of the board.
        divisions: What divisions of the warm call are taken to cost: ``exact``, what each one's operands ask
            for, or a ``range``; ``None`` where there are none.
    """

    load: Prediction | None = None
    instantiate: Prediction | None = None
    start: Prediction | None = None
    first_call: Prediction | None = None
    call: Prediction | None = None
    region: Prediction | None = None
    calibrated: bool
    source: str
    assumed: dict[str, str] = Field(default_factory=dict)
    link: LinkInBar | None = None
    divisions: Literal["exact", "range"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=ConfigDict(extra="forbid"))
class MeasuredPhase:
    """What a phase took on the board: the mean of the runs, with its confidence interval.

    Attributes:
        cycles, cycles_low, cycles_high: Cycles of the core, with the interval; ``None`` where the core has no
            counter.
        time_s, time_low_s, time_high_s: Seconds, with the interval: cycles at the board's stated clock, or
            else the host's clock.

    A dataclass, as :class:`Activity` is.
    """

    cycles: int | None = None
    cycles_low: int | None = None
    cycles_high: int | None = None
    time_s: float
    time_low_s: float
    time_high_s: float


class BoardMeasurement(Record):
    """What was measured on a board, phase by phase.

    Attributes:
        load, instantiate, first_call, call: As of :class:`Instructions`.
        runs: How many runs there were.
        counter: What counted: the core's own counter, or the host's clock.
        interval: What the intervals are.
        probe: The probe that reached the board.
        chip: The chip, as probe-rs names it.
        flashed: Bytes of flash that were erased and written, as probe-rs reports.
    """

    load: MeasuredPhase | None = None
    instantiate: MeasuredPhase | None = None
    first_call: MeasuredPhase | None = None
    call: MeasuredPhase | None = None
    runs: int
    counter: str
    interval: str
    probe: str
    chip: str
    flashed: int | None = None
