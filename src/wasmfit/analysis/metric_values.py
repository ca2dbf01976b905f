"""The figures of a measurement: all that are known of it, or one by its name."""

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
    NO_FIGURES,
    OWNERS,
    RAM_NEEDED,
    activity_names,
    members,
)

Bar = tuple[int | float, float | None, float | None]
"""A value and the ends of its error bar: an :class:`Amount` as it is read."""

Value = int | float | Bar
"""A figure's value; with its error bar, where it has one. Most are compared, and few are shown."""

_BARS: Mapping[str, Callable[[Any], Bar]] = {
    name: attrgetter(name, *ends) for name, ends in ERROR_BARS.items()
}
"""What reads a figure with the ends of its error bar."""


def figures(one: Measurement) -> dict[str, Amount]:
    """Every figure of a measurement that is known, in the order of the record; what is unknown is missing."""
    return {name: amount(value) for name, value in values(one).items()}


def amount_of(one: Measurement, name: str) -> Amount | None:
    """One figure as :func:`figures` has it; ``None`` where it is not known."""
    found = value(one, name)
    return None if found is None else amount(found)


def amount(value: Value) -> Amount:
    """A value with its error bar, if it has one."""
    return Amount(*value) if isinstance(value, tuple) else Amount(value)


def values(one: Measurement, *, activity: bool = True) -> dict[str, Value]:
    """As :func:`figures`, with mere numbers as they are: for thousands of measurements.

    Args:
        activity: With ``run.activity``, three quarters of all figures.
    """
    found: dict[str, Value] = {}
    if one.size is not None:
        _collect(one.size, "size.", found, activity)
        for section, owners in one.size.owners.items():
            prefix = f"{OWNERS}{section}/"
            for owner, size in owners.items():
                found[prefix + owner] = size
    if one.run is not None:
        _collect(one.run, "run.", found, activity)
    if one.size is not None and one.baseline is not None:
        found[FLASH_OVER_BASELINE] = one.size.flash - one.baseline.flash
    needed = ram_needed(one)
    if needed is not None:
        found[RAM_NEEDED] = needed
    for name, size in one.published.items():
        found[f"published.{name}"] = size
    if one.provenance.module_bytes is not None:
        found["provenance.module_bytes"] = one.provenance.module_bytes
    return found


def value(one: Measurement, name: str) -> Value | None:
    """One figure; ``None`` where it is not known. For thousands of measurements, of which one is wanted."""
    if name.startswith(OWNERS):
        section, _, owner = name.removeprefix(OWNERS).partition("/")
        return None if one.size is None else one.size.owners.get(section, {}).get(owner)
    if name == RAM_NEEDED:
        return ram_needed(one)
    if name == FLASH_OVER_BASELINE:
        return None if one.size is None or one.baseline is None else one.size.flash - one.baseline.flash
    found: Any = one
    for part in name.split("."):
        kind = type(found)
        if kind in BARRED:
            return _BARS[part](found) if part in _BARS and getattr(found, part, None) is not None else None
        found = found.get(part) if kind is dict else getattr(found, part, None)
        if found is None:
            return None
    return found if isinstance(found, int | float) and isfinite(found) else None


def _collect(record: Record, prefix: str, found: dict[str, Value], activity: bool) -> None:
    fields = record.__dict__
    for name, path in _paths(type(record), prefix):
        value = fields[name]
        if value is None:
            continue
        kind: Any = type(value)
        if kind is int or (kind is float and isfinite(value)):
            found[path] = value
        elif kind in BARRED:
            for barred, bar in _bars(kind, path):
                if (amount := bar(value))[0] is not None:
                    found[barred] = amount
        elif kind is Activity:
            if activity:
                found.update(zip(activity_names(f"{path}."), _COUNTED(value), strict=True))
        else:
            _collect(value, f"{path}.", found, activity)


@cache
def _paths(record: type[Record], prefix: str) -> tuple[tuple[str, str], ...]:
    """A record's fields that are figures or records of some, and what they are called."""
    return tuple(
        (name, path)
        for name, field in record.model_fields.items()
        if (path := f"{prefix}{name}") not in NO_FIGURES and path not in ALIASES
        if any(map(_holds_figures, members(field.annotation)))
    )


def _holds_figures(kind: object) -> bool:
    if kind in (int, float, Activity, *BARRED):
        return True
    return isinstance(kind, type) and issubclass(kind, Record)


@cache
def _bars(kind: type, path: str) -> tuple[tuple[str, Callable[[Any], Bar]], ...]:
    """The figures of a prediction, or of what was measured on a board: their names, and what reads them."""
    return tuple((f"{path}.{name}", bar) for name, bar in _BARS.items() if hasattr(kind, name))


_COUNTED = attrgetter(*COUNTS)


def ram_needed(one: Measurement) -> int | None:
    """Bytes of RAM that a cell needs: the least that was found by search; else what is there before it
    starts, and the peaks of stack, heap and linear memory, as if they fell together. What the allocator needs
    beside what it gives out is not in that.
    """
    run = one.run
    if one.size is None or run is None:
        return None
    if run.least_ram is not None and run.least_ram.bytes is not None:
        return run.least_ram.bytes
    peaks = (run.stack_peak, run.heap_peak, run.linear_memory)
    known = [peak for peak in peaks if peak is not None]
    return one.size.ram_static + sum(known) if len(known) == len(peaks) else None


def ram_was_searched(one: Measurement) -> bool:
    """Whether :data:`RAM_NEEDED` is the least that was found by search."""
    return one.run is not None and one.run.least_ram is not None and one.run.least_ram.bytes is not None


RAM_NEEDED_IS = "static RAM and the peaks of stack, heap and linear memory, without the allocator's overhead"
"""What :data:`RAM_NEEDED` is where no search found it, in words."""
