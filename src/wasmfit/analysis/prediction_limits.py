"""Limits of predictions that a user requires, as ``start<20ms`` or ``charge<5uC``, and whether they hold."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from wasmfit.errors import UsageError
from wasmfit.model import Measurement
from wasmfit.words import escape_unprintable

from .amounts import Amount, amount_text
from .comparison_metrics import predicted_call, predicted_start
from .quantities import parse_scaled
from .supply import charge_of, energy_of, seconds_of


@dataclass(frozen=True)
class _Limited:
    """What can be limited.

    Attributes:
        unit: Its unit.
        of: What reads it with its error bar; ``None`` if it is not known.
        words: What is predicted of it, before the amount.
        missing: Why it is not known of a cell that ran.
        example: A limit, as it is written.
        title: What it is.
    """

    unit: str
    of: Callable[[Measurement], Amount | None]
    words: str
    missing: str
    example: str
    title: str


_NO_TIME = "no time is predicted: the board has no timing model"
_NO_CURRENT = "no charge is predicted: the board's file has no current at this clock (timing.currents)"
_NO_VOLTAGE = (
    "no energy is predicted: the board's file has no current with a voltage at this clock (timing.currents)"
)

LIMITED: Mapping[str, _Limited] = {
    "start": _Limited(
        "s",
        lambda cell: seconds_of(predicted_start(cell)),
        "load and instantiation are predicted to take",
        _NO_TIME,
        "start<20ms",
        "load and instantiation",
    ),
    "call": _Limited(
        "s",
        lambda cell: seconds_of(predicted_call(cell)),
        "a warm call is predicted to take",
        _NO_TIME,
        "call<1ms",
        "a warm call",
    ),
    "charge": _Limited(
        "C", charge_of, "a call is predicted to take", _NO_CURRENT, "charge<5uC", "charge of a call"
    ),
    "energy": _Limited(
        "J", energy_of, "a call is predicted to take", _NO_VOLTAGE, "energy<20uJ", "energy of a call"
    ),
}
"""What can be limited, by the name that a limit begins with."""

_LIMIT = re.compile(r"(?P<what>[\w-]+)\s*<\s*(?P<most>\S.*)")


@dataclass(frozen=True)
class PredictionLimit:
    """A prediction that is required to stay below an amount.

    Attributes:
        what: What is predicted, one of :data:`LIMITED`.
        most: The amount that it must stay below, in ``unit``.
        text: The limit as it was written.
    """

    what: str
    most: float
    text: str

    @property
    def unit(self) -> str:
        """The unit of the amount: ``s``, ``C`` or ``J``."""
        return LIMITED[self.what].unit

    def judged(self, cells: Iterable[Measurement]) -> "JudgedLimit":
        """The limit with the largest prediction of cells; with none if one of them has none."""
        amounts = [LIMITED[self.what].of(cell) for cell in cells]
        known = [amount for amount in amounts if amount is not None]
        largest = max(known, key=lambda amount: amount.value, default=None)
        return JudgedLimit(self, largest if len(known) == len(amounts) else None)


@dataclass(frozen=True)
class JudgedLimit:
    """A limit with what is predicted.

    Attributes:
        limit: The limit.
        predicted: The amount with its error bar; ``None`` if nothing is predicted.
    """

    limit: PredictionLimit
    predicted: Amount | None

    @property
    def holds(self) -> bool:
        """Whether the typical prediction is below the limit."""
        return self.predicted is not None and self.predicted.value < self.limit.most

    @property
    def is_conclusive(self) -> bool:
        """Whether the whole error bar is on one side of the limit."""
        return self.predicted is None or not self.predicted.least < self.limit.most <= self.predicted.most

    @property
    def sentence(self) -> str:
        """What is predicted, in words."""
        limited = LIMITED[self.limit.what]
        if self.predicted is None:
            return f"{self.limit.text}: {limited.missing}"
        inconclusive = "" if self.is_conclusive else ", and the error bar includes the limit"
        return f"{self.limit.text}: {limited.words} {amount_text(self.predicted, limited.unit)}{inconclusive}"


def parse_needs(names: str | Sequence[str]) -> tuple[tuple[str, ...], tuple[PredictionLimit, ...]]:
    """Splits what is required into names of features, which are not looked at here, and limits.

    Args:
        names: The list, or its text with commas.

    Raises:
        UsageError: A limit is not understood.
    """
    parts = names.split(",") if isinstance(names, str) else names
    features, limits = [], []
    for part in (part.strip() for text in parts for part in text.split(",")):
        if match := _LIMIT.fullmatch(part):
            limits.append(_limit(match["what"], match["most"], part))
        else:
            features.append(part)
    return tuple(features), tuple(limits)


def _limit(what: str, most: str, text: str) -> PredictionLimit:
    if what not in LIMITED:
        known = "; ".join(f"{limited.example}, {limited.title}" for limited in LIMITED.values())
        raise UsageError(
            f"There is no prediction named {escape_unprintable(what)!r} that can be limited.",
            f"Write one of: {known}.",
        )
    return PredictionLimit(what, parse_scaled(most, LIMITED[what].unit), text)
