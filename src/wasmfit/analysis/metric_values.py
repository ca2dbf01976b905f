"""The metrics of a measurement: all that are known of it, or one by its name."""

from collections.abc import Callable, Mapping
from functools import cache
from math import isfinite
from operator import attrgetter
from typing import Any

from wasmfit.model import COUNTS, Activity, Measurement, Record

from .amounts import Amount
from .metrics import (
    ALIASES,
    BARRED,
    ERROR_BARS,
    FLASH_OVER_BASELINE,
    NOT_METRICS,
    OWNERS,
    RAM_NEEDED,
    activity_names,
    union_members,
)

ErrorBar = tuple[int | float, float | None, float | None]
"""A value and the ends of its error bar: an :class:`Amount` before it is made one."""

MetricValue = int | float | ErrorBar
"""A metric's value, with its error bar if it has one. Most are only compared, and few are shown."""

_READ_BAR: Mapping[str, Callable[[Any], ErrorBar]] = {
    name: attrgetter(name, *ends) for name, ends in ERROR_BARS.items()
}
"""Metric of a :data:`BARRED` record → what reads it with the ends of its error bar."""


def metric_amount(measurement: Measurement, name: str) -> Amount | None:
    """One metric with its error bar; ``None`` if it is not known."""
    value = metric_value(measurement, name)
    return None if value is None else to_amount(value)


def to_amount(value: MetricValue) -> Amount:
    """A value with its error bar, if it has one."""
    return Amount(*value) if isinstance(value, tuple) else Amount(value)


def metric_values(measurement: Measurement, *, activity: bool = True) -> dict[str, MetricValue]:
    """Every known metric of a measurement, in the order of the record; an unknown one is missing.

    Args:
        measurement: The measurement.
        activity: With ``run.activity``, three quarters of all metrics.
    """
    values: dict[str, MetricValue] = {}
    if measurement.size is not None:
        _collect(measurement.size, "size.", values, activity)
        for section, owners in measurement.size.owners.items():
            prefix = f"{OWNERS}{section}/"
            for owner, size in owners.items():
                values[prefix + owner] = size
    if measurement.run is not None:
        _collect(measurement.run, "run.", values, activity)
    if measurement.size is not None and measurement.baseline is not None:
        values[FLASH_OVER_BASELINE] = measurement.size.flash - measurement.baseline.flash
    needed = ram_needed(measurement)
    if needed is not None:
        values[RAM_NEEDED] = needed
    for name, size in measurement.published.items():
        values[f"published.{name}"] = size
    for name in ("module_bytes", "prepared_bytes", "sent_zlib_bytes", "update_bytes"):
        if (length := getattr(measurement.provenance, name)) is not None:
            values[f"provenance.{name}"] = length
    return values


def metric_value(measurement: Measurement, name: str) -> MetricValue | None:
    """One metric; ``None`` if it is not known. For thousands of measurements, to read one metric of each."""
    size, baseline = measurement.size, measurement.baseline
    if name.startswith(OWNERS):
        section, _, owner = name.removeprefix(OWNERS).partition("/")
        return None if size is None else size.owners.get(section, {}).get(owner)
    if name == RAM_NEEDED:
        return ram_needed(measurement)
    if name == FLASH_OVER_BASELINE:
        return None if size is None or baseline is None else size.flash - baseline.flash
    value: Any = measurement
    for part in name.split("."):
        type_ = type(value)
        if type_ in BARRED:
            known = part in _READ_BAR and getattr(value, part, None) is not None
            return _READ_BAR[part](value) if known else None
        value = value.get(part) if type_ is dict else getattr(value, part, None)
        if value is None:
            return None
    return value if isinstance(value, int | float) and isfinite(value) else None


def _collect(record: Record, prefix: str, values: dict[str, MetricValue], activity: bool) -> None:
    fields = record.__dict__
    for name, path in _paths(type(record), prefix):
        value = fields[name]
        if value is None:
            continue
        type_: Any = type(value)
        if type_ is int or (type_ is float and isfinite(value)):
            values[path] = value
        elif type_ in BARRED:
            for metric_name, read_bar in _bars(type_, path):
                if (bar := read_bar(value))[0] is not None:
                    values[metric_name] = bar
        elif type_ is Activity:
            if activity:
                values.update(zip(activity_names(f"{path}."), _COUNTED(value), strict=True))
        else:
            _collect(value, f"{path}.", values, activity)


@cache
def _paths(record: type[Record], prefix: str) -> tuple[tuple[str, str], ...]:
    """The fields of a record that are metrics, or records of some, with their paths."""
    return tuple(
        (name, path)
        for name, field in record.model_fields.items()
        if (path := f"{prefix}{name}") not in NOT_METRICS and path not in ALIASES
        if any(map(_holds_metrics, union_members(field.annotation)))
    )


def _holds_metrics(type_: object) -> bool:
    if type_ in (int, float, Activity, *BARRED):
        return True
    return isinstance(type_, type) and issubclass(type_, Record)


@cache
def _bars(type_: type, path: str) -> tuple[tuple[str, Callable[[Any], ErrorBar]], ...]:
    """The metrics of a :data:`BARRED` record: their names, and what reads them."""
    return tuple((f"{path}.{name}", read) for name, read in _READ_BAR.items() if hasattr(type_, name))


_COUNTED = attrgetter(*COUNTS)


def ram_needed(measurement: Measurement) -> int | None:
    """Bytes of RAM that a cell needs: the minimum RAM if a search found it; else static RAM and the peaks of
    stack, heap and linear memory, as if they coincided. That sum lacks the allocator's overhead.
    """
    run = measurement.run
    if measurement.size is None or run is None:
        return None
    if run.least_ram is not None and run.least_ram.bytes is not None:
        return run.least_ram.bytes
    peaks = (run.stack_peak, run.heap_peak, run.linear_memory)
    known = [peak for peak in peaks if peak is not None]
    return measurement.size.ram_static + sum(known) if len(known) == len(peaks) else None


def has_minimum_ram(measurement: Measurement) -> bool:
    """Whether :data:`RAM_NEEDED` is the minimum RAM that a search found."""
    run = measurement.run
    return run is not None and run.least_ram is not None and run.least_ram.bytes is not None


def has_ram_bound(measurement: Measurement) -> bool:
    """Whether the minimum RAM is at most what is known of it: a smaller heap might suffice."""
    minimum = None if measurement.run is None else measurement.run.least_ram
    return minimum is not None and minimum.bytes is not None and minimum.reason is not None


RAM_BOUND = "the search for the minimum RAM ended early"
"""Why a minimum RAM is an upper bound, in words."""

SUM_OF_PEAKS = "static RAM and the peaks of stack, heap and linear memory, without the allocator's overhead"
"""What :data:`RAM_NEEDED` is if no search found the minimum RAM, in words."""
