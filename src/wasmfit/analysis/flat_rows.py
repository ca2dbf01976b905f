"""A measurement as one flat row: what CSV files and data frames hold."""

from dataclasses import fields

from wasmfit.model import LeastRam, Measurement, Prediction

from .comparison_metrics import MEASURES, Value, predicted_call
from .hardware import flat_measured

_SEVERAL_NUMBERS = frozenset({"least_ram", "cycles_call", "time_call", "rate_call"})
"""Measures that have columns of their own for what a table puts into one cell."""


def _flat_least_ram(one: Measurement) -> dict[str, Value]:
    """The least RAM and its parts; with a reason, what there is of it is no more than a bound."""
    least = None if one.run is None else one.run.least_ram
    return {
        "least_ram" if field == "bytes" else f"least_ram_{field}": getattr(least, field, None)
        for field in LeastRam.model_fields
    }


_PREDICTED = tuple(field.name for field in fields(Prediction))


def _flat_prediction(one: Measurement) -> dict[str, Value]:
    """A steady call's prediction in columns of numbers, its error bar beside it."""
    found = predicted_call(one)
    return {f"predicted_{name}": getattr(found, name, None) for name in _PREDICTED}


def flat(one: Measurement) -> dict[str, Value]:
    """A measurement as one flat row: identity, measures, published figures, provenance."""
    return {
        "id": one.id,
        "runtime": one.runtime,
        "version": one.version,
        "module": one.module,
        "board": one.board,
        "base": one.base,
        "profile": one.profile,
        "status": one.status.value,
        "reason": one.reason,
        **{measure.key: measure.get(one) for measure in MEASURES if measure.key not in _SEVERAL_NUMBERS},
        **_flat_least_ram(one),
        **_flat_prediction(one),
        **flat_measured(one),
        **{
            f"published_{measure.key}": one.published.get(measure.key)
            for measure in MEASURES
            if measure.key in ("text", "rodata", "data", "bss", "flashed", "runtime_crates")
        },
        "elf_sha256": one.provenance.elf_sha256,
        "c_library": None if one.provenance.c_library is None else one.provenance.c_library.label,
        "measured_at": one.provenance.measured_at,
        "wasmfit": one.provenance.wasmfit,
    }
