"""A measurement as one flat row, for CSV files and data frames."""

from dataclasses import fields

from wasmfit.model import LeastRam, Measurement, Prediction
from wasmfit.table import CellValue

from .basis import MEASURED, OUTDATED
from .comparison_metrics import COMPARISON_METRICS, predicted_call, predicted_start, prediction_of
from .hardware import flat_measured
from .module_metrics import score_of, sent_bytes

_SEVERAL_NUMBERS = frozenset({"least_ram", "time_start", "cycles_call", "time_call", "rate_call"})
"""Metrics that have several columns of their own for what a table shows in one cell."""


def _flat_minimum_ram(measurement: Measurement) -> dict[str, CellValue]:
    """The minimum RAM and its parts; with a reason, it is only an upper bound."""
    minimum = None if measurement.run is None else measurement.run.least_ram
    return {
        "least_ram" if field == "bytes" else f"least_ram_{field}": getattr(minimum, field, None)
        for field in LeastRam.model_fields
    }


_SECONDS = ("time_s", "time_low_s", "time_high_s")
_PREDICTED = tuple(field.name for field in fields(Prediction))


def _flat_prediction(measurement: Measurement) -> dict[str, CellValue]:
    """A warm call's prediction in columns of numbers with its error bar, and the time of the start-up."""
    call, start = predicted_call(measurement), predicted_start(measurement)
    return {
        **{f"predicted_{name}": getattr(call, name, None) for name in _PREDICTED},
        **{f"predicted_start_{name}": getattr(start, name, None) for name in _SECONDS},
    }


def _flat_own_module(measurement: Measurement) -> dict[str, CellValue]:
    """What only modules of the user's have: a region of interest, a score, the bytes that are sent."""
    run, made = measurement.run, measurement.provenance
    region, score = prediction_of("region")(measurement), score_of(measurement)
    return {
        "instructions_region": None if run is None else run.instructions.region,
        **{f"predicted_region_{name}": getattr(region, name, None) for name in _SECONDS},
        **{
            name: getattr(score, field, None)
            for name, field in (("score", "per_s"), ("score_low", "per_s_low"), ("score_high", "per_s_high"))
        },
        "module_sent": sent_bytes(measurement),
        "module_zlib": made.sent_zlib_bytes,
        "module_update": made.update_bytes,
    }


def flat_row(measurement: Measurement) -> dict[str, CellValue]:
    """A measurement as one flat row: identity, metrics, published values, provenance."""
    library = measurement.provenance.c_library
    return {
        **measurement.identity,
        "status": measurement.status.value,
        "reason": measurement.reason,
        **{
            metric.key: metric.get(measurement)
            for metric in COMPARISON_METRICS
            if metric.key not in _SEVERAL_NUMBERS
        },
        **_flat_minimum_ram(measurement),
        **_flat_prediction(measurement),
        **_flat_own_module(measurement),
        **flat_measured(measurement),
        **{
            f"published_{metric.key}": measurement.published.get(metric.key)
            for metric in COMPARISON_METRICS
            if metric.key in ("text", "rodata", "data", "bss", "flashed", "runtime_crates")
        },
        "elf_sha256": measurement.provenance.elf_sha256,
        "c_library": None if library is None else library.label,
        "measured_at": measurement.provenance.measured_at,
        "wasmfit": measurement.provenance.wasmfit,
        "measured": measurement.facts.get(MEASURED),
        "outdated": measurement.facts.get(OUTDATED),
    }
