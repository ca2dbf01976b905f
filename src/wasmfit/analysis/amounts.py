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


AT_MOST = "≤ "
"""What stands in tables before a value that is an upper bound."""


def amount_text(amount: Amount | None, unit: str) -> str:
    """An amount with its unit and error bar; ``?`` if it is not known."""
    if amount is None:
        return "?"
    if unit in SCALED:
        return scaled_text(amount, unit)
    body = number_text(amount.value)
    if amount.low is not None and amount.high is not None:
        body = f"≈{number_text(_rounded(amount.value))}"
        body += f" ({number_text(_rounded(amount.low))}–{number_text(_rounded(amount.high))})"
    return f"{body} {unit}" if unit in ("B", "1/s", "cycles") else body


SCALED = frozenset({"s", "C", "J"})
"""Units that are written in millionths or thousandths where that reads better: seconds, coulombs, joules."""

_PREFIXES = ((1e-6, "µ"), (1e-3, "m"), (1.0, ""))


def _scale_of(size: float) -> tuple[float, str]:
    return next(((scale, prefix) for scale, prefix in _PREFIXES if size < 1000 * scale), _PREFIXES[-1])


def seconds_text(amount: Amount) -> str:
    """Seconds with their error bar, in µs, ms or s."""
    return scaled_text(amount, "s")


def scaled_text(amount: Amount, unit: str) -> str:
    """An amount of a unit of :data:`SCALED` with its error bar, as ``≈1.2 µC (1–1.5)``."""
    scale, prefix = _scale_of(abs(amount.value))
    body = f"{amount.value / scale:.3g} {prefix}{unit}"
    if amount.low is None or amount.high is None:
        return body
    return f"≈{body} ({amount.low / scale:.3g}–{amount.high / scale:.3g})"


def scaled_texts(amounts: Sequence[Amount | None], unit: str = "s") -> tuple[str, list[str]]:
    """Amounts of a unit of :data:`SCALED` with their error bars, all with one prefix, to be compared.

    Returns:
        The unit, and a text for each; empty for one that is not known.
    """
    known = sorted(abs(amount.value) for amount in amounts if amount is not None)
    if not known:
        return unit, [""] * len(amounts)
    scale, prefix = _scale_of(known[len(known) // 2])
    return f"{prefix}{unit}", ["" if amount is None else _scaled(amount, scale) for amount in amounts]


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
