"""Amounts: a figure's value, with its error bar where it is a prediction, and how both are written."""

from typing import NamedTuple


class Amount(NamedTuple):
    """A figure's value, with its error bar where it is a prediction.

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
        """The upper end, likewise."""
        return self.value if self.high is None else self.high

    def meets(self, other: "Amount") -> bool:
        """Whether the error bars of both have a value in common, so that neither is surely more."""
        return self.least <= other.most and other.least <= self.most


def shown(amount: Amount | None, unit: str) -> str:
    """A figure as a reader wants it, with its unit and error bar; ``?`` for one that is not known."""
    if amount is None:
        return "?"
    if unit == "s":
        return seconds(amount)
    body = number(amount.value)
    if amount.low is not None and amount.high is not None:
        body = f"≈{number(_rounded(amount.value))}"
        body += f" ({number(_rounded(amount.low))}–{number(_rounded(amount.high))})"
    return f"{body} {unit}" if unit in ("B", "1/s", "cycles") else body


_SCALES = ((1e-6, "µs"), (1e-3, "ms"), (1.0, "s"))


def seconds(amount: Amount) -> str:
    """Seconds with their error bar, in a unit that suits them."""
    scale, unit = next(
        ((scale, unit) for scale, unit in _SCALES if abs(amount.value) < 1000 * scale), _SCALES[-1]
    )
    body = f"{amount.value / scale:.3g} {unit}"
    if amount.low is None or amount.high is None:
        return body
    return f"≈{body} ({amount.low / scale:.3g}–{amount.high / scale:.3g})"


def number(value: int | float) -> str:
    """A number with its thousands apart, and no more digits than it has."""
    if isinstance(value, int) or value.is_integer():
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _rounded(value: float) -> float:
    """Three digits: a prediction deserves no more."""
    return float(f"{value:.3g}")
