"""Amounts: a metric's value with its error bar, and how both are written."""

from collections.abc import Sequence
from typing import NamedTuple


class Amount(NamedTuple):
    """A metric's value, with its error bar if it is a prediction.

    A tuple, since a comparison of ten thousand cells has hundreds of thousands.
    """

    value: int | float
    low: float | None = None
    high: float | None = None

    @property
    def least(self) -> float:
        """The lower end of the error bar, or the value itself."""
        return self.value if self.low is None else self.low

    @property
    def most(self) -> float:
        """The upper end of the error bar, or the value itself."""
        return self.value if self.high is None else self.high

    def overlaps(self, other: "Amount") -> bool:
        """Whether the error bars have a value in common: then it is inconclusive which amount is larger."""
        return self.least <= other.most and other.least <= self.most


def amount_text(amount: Amount | None, unit: str) -> str:
    """An amount with its unit and error bar; ``?`` if it is not known."""
    if amount is None:
        return "?"
    if unit == "s":
        return seconds_text(amount)
    body = number_text(amount.value)
    if amount.low is not None and amount.high is not None:
        body = f"≈{number_text(_rounded(amount.value))}"
        body += f" ({number_text(_rounded(amount.low))}–{number_text(_rounded(amount.high))})"
    return f"{body} {unit}" if unit in ("B", "1/s", "cycles") else body


_SCALES = ((1e-6, "µs"), (1e-3, "ms"), (1.0, "s"))


def seconds_text(amount: Amount) -> str:
    """Seconds with their error bar, in µs, ms or s."""
    scale, unit = next(
        ((scale, unit) for scale, unit in _SCALES if abs(amount.value) < 1000 * scale), _SCALES[-1]
    )
    body = f"{amount.value / scale:.3g} {unit}"
    if amount.low is None or amount.high is None:
        return body
    return f"≈{body} ({amount.low / scale:.3g}–{amount.high / scale:.3g})"


def scaled_texts(amounts: Sequence[Amount | None]) -> tuple[str, list[str]]:
    """Times in seconds with their error bars, all in one unit, so that they can be compared.

    Returns:
        The unit, and a text for each; empty for one that is not known.
    """
    known = sorted(abs(amount.value) for amount in amounts if amount is not None)
    if not known:
        return "s", [""] * len(amounts)
    middle = known[len(known) // 2]
    scale, unit = next(((scale, unit) for scale, unit in _SCALES if middle < 1000 * scale), _SCALES[-1])
    return unit, ["" if amount is None else _scaled(amount, scale) for amount in amounts]


def _scaled(amount: Amount, scale: float) -> str:
    def text(value: float) -> str:
        rounded = _rounded(value / scale)
        return f"{rounded:,.0f}" if rounded >= 100 else f"{rounded:.3g}"

    if amount.low is None or amount.high is None:
        return text(amount.value)
    return f"≈{text(amount.value)} ({text(amount.low)}–{text(amount.high)})"


def number_text(value: int | float) -> str:
    """A number with a comma between thousands, and no more digits than are significant."""
    if isinstance(value, int) or value.is_integer():
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def factor_text(value: float) -> str:
    """A ratio with three significant digits, more than a mean over workloads has."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _rounded(value: float) -> float:
    """Three significant digits: a prediction has no more."""
    return float(f"{value:.3g}")
