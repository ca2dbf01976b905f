"""What time is predicted from: cycle costs of a core and a board. Data only; see ``catalog/cores``."""

from typing import Annotated

from pydantic import AliasChoices, Field, model_validator

from .activity import COUNTS
from .base import Record


class TypicalRange(Record):
    """A figure with the range that it lies in.

    Attributes:
        low, typical, high: The least, the typical and the most.
    """

    low: float
    typical: float
    high: float

    @model_validator(mode="before")
    @classmethod
    def _from_number_or_list(cls, value: object) -> object:
        """A number, or ``[low, typical, high]``."""
        if isinstance(value, int | float):
            return {"low": value, "typical": value, "high": value}
        if isinstance(value, list) and len(value) == 3:
            return dict(zip(("low", "typical", "high"), value, strict=True))
        return value

    @model_validator(mode="after")
    def _is_in_order(self) -> "TypicalRange":
        if not self.low <= self.typical <= self.high:
            raise ValueError("it is a number, or [low, typical, high] in that order")
        return self


class CycleCost(TypicalRange):
    """Cycles that one event of an activity costs.

    Attributes:
        low, typical, high: Its minimum, typical and maximum cost. Negative for an event that saves cycles.
    """


class Milliamperes(TypicalRange):
    """The current that a chip takes from its supply.

    Attributes:
        low, typical, high: In mA. Where a manual has a typical value and no least one, ``low`` is that.
    """

    @model_validator(mode="after")
    def _is_positive(self) -> "Milliamperes":
        if self.low <= 0:
            raise ValueError("a current is more than 0 mA")
        return self


class SupplyCurrent(Record):
    """What the chip takes from its supply while its core executes code, in one of its modes.

    Attributes:
        mode: The mode, in the manual's words.
        clock_hz: The core's clock in it.
        milliamperes: The current.
        volts: The supply's voltage, where the manual says it: with it, energy is predicted as well.
        source: Document, version, section and page.
    """

    mode: str = Field(min_length=1)
    clock_hz: int = Field(gt=0)
    milliamperes: Milliamperes
    volts: float | None = Field(default=None, gt=0)
    source: str = Field(min_length=1)


def _known(costs: dict[str, CycleCost]) -> dict[str, CycleCost]:
    unknown = costs.keys() - set(COUNTS)
    if unknown:
        raise ValueError(f"nothing counts {', '.join(sorted(unknown))}")
    return costs


CycleCosts = dict[Annotated[str, Field(min_length=1)], CycleCost]

_COSTS = AliasChoices("cycle_costs", "prices")
"""The field's name in files, and the name that it had before."""


class Core(Record):
    """A core's cycle costs.

    Attributes:
        name: Name in the boards' files.
        title: The core.
        cycle_costs: Event → cycle cost; an event that is not named costs nothing.
        by_operands: The same where the operands of all divisions were read, instead of these events' costs.
        source: Where the cycle costs come from.
    """

    name: str
    title: str
    cycle_costs: CycleCosts = Field(validation_alias=_COSTS)
    by_operands: CycleCosts = Field(default_factory=dict)
    source: str

    @model_validator(mode="after")
    def _costs_are_known(self) -> "Core":
        _known(self.cycle_costs)
        _known(self.by_operands)
        return self


class ClockRange(Record):
    """Clocks that software can set the core to, and what flash needs at them.

    Attributes:
        min_hz, max_hz: The lowest and the highest of them; equal for a single one.
        wait_states: Wait states of flash at these clocks.
    """

    min_hz: int = Field(gt=0)
    max_hz: int = Field(gt=0)
    wait_states: float = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _is_ordered(self) -> "ClockRange":
        if self.min_hz > self.max_hz:
            raise ValueError("min_hz is at most max_hz")
        return self


class SetupValue(Record):
    """One way in which software may have set something up.

    Attributes:
        says: What it has done, in a sentence; empty where other choices say it.
        cycle_costs: Event → cycle cost instead of the model's; the default value has none.
        wait_costs: The same for what an event costs per wait state.
        error: How far off a prediction may be then, where that is more.
        source: Where these costs come from.
    """

    says: str
    cycle_costs: CycleCosts = Field(default_factory=dict)
    wait_costs: CycleCosts = Field(default_factory=dict)
    error: float | None = Field(default=None, gt=0, lt=1)
    source: str = ""

    @property
    def events(self) -> frozenset[str]:
        """The events that it gives other costs."""
        return frozenset(self.cycle_costs) | frozenset(self.wait_costs)

    @model_validator(mode="after")
    def _costs_are_known(self) -> "SetupValue":
        _known(self.cycle_costs)
        _known(self.wait_costs)
        if self.events and not self.source:
            raise ValueError("other costs need a source")
        return self


class SetupChoice(Record):
    """Something that software sets up on the board and that changes how long code takes.

    Attributes:
        title: What it is.
        default: The value that predictions assume where nothing is said.
        values: Its values by name.
    """

    title: str
    default: str
    values: dict[Annotated[str, Field(min_length=1)], SetupValue]

    @model_validator(mode="after")
    def _default_is_a_value(self) -> "SetupChoice":
        if self.default not in self.values:
            raise ValueError(f"default is one of {', '.join(self.values)}")
        if self.values[self.default].events:
            raise ValueError("the default value has the model's own costs, and no others")
        return self


class LinkSpread(Record):
    """How far another link of the same objects moves the time of a call on a board: where hot code lies.

    Attributes:
        misses: Which part of what its own misses cost the image that is reported another link may spare.
        more: By which part of its time another link may take more, with lines in one set that are not here.
        source: Where that comes from.
    """

    misses: float = Field(ge=0, le=1)
    more: float = Field(ge=0)
    source: str


class Timing(Record):
    """What a board adds to its core's cycle costs.

    Attributes:
        core: The core.
        cycle_costs: Event → cycle cost: of flash above all. They are added to the core's.
        wait_costs: Event → cost per wait state of flash; added as well.
        wait_states: Wait states of flash at the board's clock.
        clocks: The clocks that software can set the core to, where another than the board's is known.
        setup: Name → what software sets up otherwise or not, for ``--assume``.
        assumed: Name → value of ``setup`` that predictions assume, instead of the default.
        clock_hz: The clock that predictions assume, instead of the board's.
        currents: What the chip takes from its supply, where that is known; one for a clock.
        error: How far off a prediction may be, as a fraction of it, in addition to the ranges of the costs.
        calibrated: Whether the model was compared with values published for this board.
        link: What the link does to the time of a call, typically; it is in the error bar of calls, unless the
            layouts of a cell were measured.
        source: Where cycle costs and error come from.
        assumptions: What else software is assumed to have set up on the board.
    """

    core: str
    cycle_costs: CycleCosts = Field(default_factory=dict, validation_alias=_COSTS)
    wait_costs: CycleCosts = Field(default_factory=dict)
    wait_states: float = Field(default=0, ge=0)
    clocks: tuple[ClockRange, ...] = ()
    setup: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")], SetupChoice] = Field(
        default_factory=dict
    )
    assumed: dict[str, str] = Field(default_factory=dict)
    clock_hz: int | None = Field(default=None, gt=0)
    currents: tuple[SupplyCurrent, ...] = ()
    error: float = Field(gt=0, lt=1)
    link: LinkSpread | None = None
    calibrated: bool
    source: str
    assumptions: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _costs_are_known(self) -> "Timing":
        _known(self.cycle_costs)
        _known(self.wait_costs)
        return self

    @model_validator(mode="after")
    def _what_is_assumed_is_known(self) -> "Timing":
        for name, value in self.assumed.items():
            if name not in self.setup or value not in self.setup[name].values:
                raise ValueError(f"setup has no {name}={value}")
        if self.clock_hz is not None and self.range_of(self.clock_hz) is None:
            raise ValueError("clock_hz is in none of clocks")
        return self

    @model_validator(mode="after")
    def _a_clock_has_one_current(self) -> "Timing":
        clocks = [current.clock_hz for current in self.currents]
        if len(clocks) != len(set(clocks)):
            raise ValueError("currents has a clock_hz twice")
        return self

    def current_at(self, clock_hz: int) -> SupplyCurrent | None:
        """The current at a clock; ``None`` if it is not known."""
        return next((current for current in self.currents if current.clock_hz == clock_hz), None)

    def range_of(self, clock_hz: int) -> ClockRange | None:
        """The range that a clock is in; ``None`` if it is in none."""
        return next((one for one in self.clocks if one.min_hz <= clock_hz <= one.max_hz), None)

    @property
    def chosen(self) -> dict[str, SetupValue]:
        """Name → the value of ``setup`` that predictions assume."""
        return {
            name: choice.values[self.assumed.get(name, choice.default)] for name, choice in self.setup.items()
        }

    @property
    def others_than_default(self) -> dict[str, str]:
        """What predictions assume that is not the default: names with values, and the clock."""
        others = {name: value for name, value in self.assumed.items() if value != self.setup[name].default}
        return others if self.clock_hz is None else {"clock": f"{self.clock_hz / 1e6:g}MHz", **others}
