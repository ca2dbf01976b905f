"""Limits of predicted times that a user requires, such as ``start<20ms``, and what shows that they hold."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from wasmfit.errors import UsageError
from wasmfit.model import Measurement
from wasmfit.words import escape_unprintable

from .amounts import Amount, amount_text
from .metric_values import metric_amount
from .quantities import parse_seconds

LIMITED_TIMES: Mapping[str, str] = {
    "start": "run.predicted.start.time_s",
    "call": "run.predicted.call.time_s",
}
"""What can be limited → the metric: load and instantiation together, and a warm call."""

_IN_WORDS = {"start": "load and instantiation are", "call": "a warm call is"}
_LIMIT = re.compile(r"(?P<what>[\w-]+)\s*<\s*(?P<time>\S.*)")


@dataclass(frozen=True)
class TimeLimit:
    """A time that is required.

    Attributes:
        what: What takes it, one of :data:`LIMITED_TIMES`.
        seconds: The time that it must stay below.
        text: The limit as it was written.
    """

    what: str
    seconds: float
    text: str

    @property
    def metric(self) -> str:
        """The metric that is limited."""
        return LIMITED_TIMES[self.what]

    def judged(self, cells: Iterable[Measurement]) -> "JudgedTime":
        """The limit with the longest time of cells; with none if one of them has no prediction."""
        amounts = [metric_amount(cell, self.metric) for cell in cells]
        known = [amount for amount in amounts if amount is not None]
        longest = max(known, key=lambda amount: amount.value, default=None)
        return JudgedTime(self, longest if len(known) == len(amounts) else None)


@dataclass(frozen=True)
class JudgedTime:
    """A limit with the time that is predicted.

    Attributes:
        limit: The limit.
        time: Seconds with their error bar; ``None`` if no time is predicted.
    """

    limit: TimeLimit
    time: Amount | None

    @property
    def holds(self) -> bool:
        """Whether the typical time is below the limit."""
        return self.time is not None and self.time.value < self.limit.seconds

    @property
    def is_conclusive(self) -> bool:
        """Whether the whole error bar is on one side of the limit."""
        return self.time is None or not self.time.least < self.limit.seconds <= self.time.most

    @property
    def sentence(self) -> str:
        """What is predicted, in words."""
        what = _IN_WORDS[self.limit.what]
        if self.time is None:
            return f"{self.limit.text}: no time is predicted: the board has no timing model"
        inconclusive = "" if self.is_conclusive else ", and the error bar includes the limit"
        return f"{self.limit.text}: {what} predicted to take {amount_text(self.time, 's')}{inconclusive}"


def parse_needs(names: str | Sequence[str]) -> tuple[tuple[str, ...], tuple[TimeLimit, ...]]:
    """Splits what is required into names of features, which are not looked at here, and limits of times.

    Args:
        names: The list, or its text with commas.

    Raises:
        UsageError: A limit is not understood.
    """
    parts = names.split(",") if isinstance(names, str) else names
    features, limits = [], []
    for part in (part.strip() for text in parts for part in text.split(",")):
        if match := _LIMIT.fullmatch(part):
            limits.append(_limit(match["what"], match["time"], part))
        else:
            features.append(part)
    return tuple(features), tuple(limits)


def _limit(what: str, time: str, text: str) -> TimeLimit:
    if what not in LIMITED_TIMES:
        raise UsageError(
            f"There is no time named {escape_unprintable(what)!r} that can be limited.",
            f"Write {' or '.join(f'{name}<20ms' for name in LIMITED_TIMES)}: start is load and "
            "instantiation, call a warm call.",
        )
    return TimeLimit(what, parse_seconds(time), text)
