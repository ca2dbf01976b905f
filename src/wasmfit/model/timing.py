"""What time is predicted from: cycle costs of a core and a board. Data only; see ``catalog/cores``."""

from typing import Annotated

from pydantic import AliasChoices, Field, model_validator

from .activity import COUNTS
from .base import Record


class CycleCost(Record):
    """Cycles that one event of an activity costs.

    Attributes:
        low, typical, high: Its minimum, typical and maximum cost. Negative for an event that saves cycles.
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
    def _is_ordered(self) -> "CycleCost":
        if not self.low <= self.typical <= self.high:
            raise ValueError("a cycle cost is a number, or [low, typical, high] in that order")
        return self


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
        source: Where the cycle costs come from.
    """

    name: str
    title: str
    cycle_costs: CycleCosts = Field(validation_alias=_COSTS)
    source: str

    @model_validator(mode="after")
    def _costs_are_known(self) -> "Core":
        _known(self.cycle_costs)
        return self


class Timing(Record):
    """What a board adds to its core's cycle costs.

    Attributes:
        core: The core.
        cycle_costs: Event → cycle cost: of flash above all. They are added to the core's.
        error: How far off a prediction may be, as a fraction of it, in addition to the ranges of the costs.
        calibrated: Whether the model was compared with values published for this board.
        source: Where cycle costs and error come from.
        assumptions: What software is assumed to have set up on the board.
    """

    core: str
    cycle_costs: CycleCosts = Field(validation_alias=_COSTS)
    error: float = Field(gt=0, lt=1)
    calibrated: bool
    source: str
    assumptions: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _costs_are_known(self) -> "Timing":
        _known(self.cycle_costs)
        return self
