"""What time is predicted from: the cycle costs of a core and a board. Data only; see ``catalog/cores``."""

from typing import Annotated

from pydantic import Field, model_validator

from .activity import COUNTS
from .base import Record


class CycleCost(Record):
    """Cycles that one event costs.

    Attributes:
        low, typical, high: What it costs at the least, as a rule and at the most. Negative for what saves.
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


def _known(prices: dict[str, CycleCost]) -> dict[str, CycleCost]:
    unknown = prices.keys() - set(COUNTS)
    if unknown:
        raise ValueError(f"nothing measures {', '.join(sorted(unknown))}")
    return prices


CycleCosts = dict[Annotated[str, Field(min_length=1)], CycleCost]


class Core(Record):
    """The cycle costs of a core.

    Attributes:
        name: Name in the boards' files.
        title: The core.
        prices: Event → cycle cost; what is not named costs nothing.
        source: Where the cycle costs come from.
    """

    name: str
    title: str
    prices: CycleCosts
    source: str

    @model_validator(mode="after")
    def _prices_are_known(self) -> "Core":
        _known(self.prices)
        return self


class Timing(Record):
    """What a board adds to the cycle costs of its core.

    Attributes:
        core: The core.
        prices: Event → cycle cost: of flash above all. They are added to the core's.
        error: How far off a prediction may be, as a part of it, beyond what the prices' own ranges say.
        calibrated: Whether it was compared with figures published for this board.
        source: Where prices and error come from.
        assumptions: What software is taken to have set up on the board.
    """

    core: str
    prices: CycleCosts
    error: float = Field(gt=0, lt=1)
    calibrated: bool
    source: str
    assumptions: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _prices_are_known(self) -> "Timing":
        _known(self.prices)
        return self
