"""What came of looking at stores, as a row and a column of a comparison, and as a sentence."""

from wasmfit.model import Measurement, StoreCheck, StrayStore
from wasmfit.table import CellValue
from wasmfit.words import hexadecimal

from .comparison_metrics import ComparisonMetric


def stores_of(measurement: Measurement) -> StoreCheck | None:
    """What came of looking at a cell's stores, where that was asked for."""
    return None if measurement.run is None else measurement.run.stores


def sentence(stray: StrayStore) -> str:
    """A stray store in words."""
    where = "" if stray.function is None else f", in {stray.function}"
    return (
        f"stored to {hexadecimal(stray.address)} in phase {stray.phase}{where} (PC {hexadecimal(stray.pc)}): "
        f"{stray.what}"
    )


def strays(measurement: Measurement) -> str | None:
    """In a word or two: whether a store went astray."""
    check = stores_of(measurement)
    if check is None:
        return None
    if check.stray is not None:
        return f"astray: {hexadecimal(check.stray.address)}"
    return "none astray" if check.reason is None else "not known"


def _row(measurement: Measurement) -> CellValue:
    check = stores_of(measurement)
    if check is None:
        return None
    if check.stray is not None:
        return sentence(check.stray)
    if check.reason is not None:
        return f"not known: {check.reason}"
    return f"none astray of {check.stores:,} to the heap"


STORE_METRICS = (ComparisonMetric("stores", "stores", "", _row),)
"""Rows that only cells have whose stores were looked at."""
