"""A metric's value in JSON."""

from wasmfit.analysis.amounts import Amount
from wasmfit.model.contract import JsonRecord, Number, omitted


class AmountRecord(JsonRecord):
    """A metric's value, with its error bar if it is a prediction.

    Attributes:
        value: The value.
        low, high: The ends of its error bar; left out where it has none.
    """

    value: Number
    low: Number | None = omitted()
    high: Number | None = omitted()


def amount_record(amount: Amount | None) -> AmountRecord | None:
    """The record of an amount; ``None`` if it is not known."""
    if amount is None:
        return None
    value, low, high = amount
    return AmountRecord(value=value) if low is None else AmountRecord(value=value, low=low, high=high)
