"""Every figure of a measurement: its name, its unit, whether less of it is better, and where it is from.

A figure's name is its path in the JSON contract (``size.flash``, ``run.instructions.call``), so whatever the
record gains is a figure as soon as a rule below says what it is; a test holds the rules against the record.
Owners are figures too: ``size.owners/.text/wasmi``. A few more are computed from others.
"""

import difflib
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache
from math import isfinite
from operator import attrgetter
from typing import Any, NamedTuple

from wasmfit.errors import UsageError
from wasmfit.model import COUNTS, Activity, MeasuredPhase, Measurement, Prediction, Record
from wasmfit.words import printable


class Kind(StrEnum):
    """Where a figure is from."""

    MEASURED = "measured"
    PREDICTED = "predicted"
    PUBLISHED = "published"


class Better(StrEnum):
    """What one wants of a figure."""

    LESS = "less"
    MORE = "more"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Figure:
    """What is known of a figure apart from its value.

    Attributes:
        name: Its path in the JSON contract, or the name of one that is computed.
        unit: ``B``, ``s``, ``instructions``, …; empty for mere numbers.
        better: What one wants of it.
        kind: Where it is from.
        detail: Whether it is one of many that explain another; tables leave it out unless it is asked for.
    """

    name: str
    unit: str
    better: Better
    kind: Kind = Kind.MEASURED
    detail: bool = False


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


OWNERS = "size.owners/"
FLASH_OVER_BASELINE = "flash_over_baseline"
RAM_NEEDED = "ram_needed"

_RULES: tuple[tuple[str, str, Better, Kind, bool], ...] = (
    ("size.pages", "", Better.LESS, Kind.MEASURED, False),
    ("size.page_size", "B", Better.NEITHER, Kind.MEASURED, True),
    ("size.owners/*", "B", Better.LESS, Kind.MEASURED, True),
    ("size.*", "B", Better.LESS, Kind.MEASURED, False),
    (FLASH_OVER_BASELINE, "B", Better.LESS, Kind.MEASURED, False),
    (RAM_NEEDED, "B", Better.LESS, Kind.MEASURED, False),
    ("run.heap.size", "B", Better.MORE, Kind.MEASURED, True),
    ("run.heap.largest_free", "B", Better.MORE, Kind.MEASURED, False),
    ("run.heap.fragmentation", "", Better.LESS, Kind.MEASURED, True),
    ("run.heap.requests.*", "requests", Better.LESS, Kind.MEASURED, True),
    ("run.heap.*", "B", Better.LESS, Kind.MEASURED, False),
    ("run.leak.rounds", "", Better.NEITHER, Kind.MEASURED, True),
    ("run.leak.*", "B", Better.LESS, Kind.MEASURED, False),
    ("run.least_ram.trials", "", Better.NEITHER, Kind.MEASURED, True),
    ("run.least_ram.resolution", "B", Better.NEITHER, Kind.MEASURED, True),
    ("run.least_ram.*", "B", Better.LESS, Kind.MEASURED, False),
    ("run.stack_peaks.*", "B", Better.LESS, Kind.MEASURED, False),
    ("run.stack_*", "B", Better.LESS, Kind.MEASURED, False),
    ("run.heap_peak", "B", Better.LESS, Kind.MEASURED, False),
    ("run.linear_memory", "B", Better.LESS, Kind.MEASURED, False),
    ("run.instructions.*", "instructions", Better.LESS, Kind.MEASURED, False),
    ("run.activity.*", "", Better.NEITHER, Kind.MEASURED, True),
    ("run.predicted.*.cycles", "cycles", Better.LESS, Kind.PREDICTED, False),
    ("run.predicted.*.time_s", "s", Better.LESS, Kind.PREDICTED, False),
    ("run.predicted.*.per_s", "1/s", Better.MORE, Kind.PREDICTED, True),
    ("run.measured.runs", "", Better.NEITHER, Kind.MEASURED, True),
    ("run.measured.flashed", "B", Better.LESS, Kind.MEASURED, False),
    ("run.measured.*.cycles", "cycles", Better.LESS, Kind.MEASURED, False),
    ("run.measured.*.time_s", "s", Better.LESS, Kind.MEASURED, False),
    ("published.*", "B", Better.NEITHER, Kind.PUBLISHED, True),
    ("provenance.module_bytes", "B", Better.LESS, Kind.MEASURED, True),
)
"""What figures are, by their names; the first pattern that matches holds."""

_NO_FIGURES = frozenset({"run.result", "run.expected", "run.logged", "baseline"})
"""Numbers of the record that are answers of the module, and what is a cell of its own."""

ALIASES: Mapping[str, str] = {
    "run.cycles": "run.predicted.call.cycles",
    "run.time_s": "run.predicted.call.time_s",
}
"""Fields of the contract that repeat a figure without its error bar."""

_BARS: Mapping[str, Callable[[Any], "Bar"]] = {
    "cycles": attrgetter("cycles", "cycles_low", "cycles_high"),
    "time_s": attrgetter("time_s", "time_low_s", "time_high_s"),
    "per_s": attrgetter("per_s", "per_s_low", "per_s_high"),
}
"""The figures of a prediction, or of what was measured on a board, with the ends of their bars."""

_BARRED = (Prediction, MeasuredPhase)


@cache
def figure(name: str) -> Figure:
    """What a figure is.

    Raises:
        UsageError: There is no such figure; the message suggests the nearest.
    """
    name = ALIASES.get(name, name)
    if name not in names() and not (name.startswith(OWNERS) and name.count("/") >= 2):
        raise _unknown(name)
    return _described(name)


def _described(name: str) -> Figure:
    for pattern, unit, better, kind, detail in _RULES:
        if fnmatchcase(name, pattern):
            return Figure(name, unit, better, kind, detail)
    # A field that no rule describes yet is shown for what it is: a number.
    return Figure(name, "", Better.NEITHER)


def has_rule(name: str) -> bool:
    """Whether it is known what a figure is."""
    return any(fnmatchcase(name, pattern) for pattern, *_ in _RULES)


@cache
def names() -> tuple[str, ...]:
    """Every figure that a record can have, in its order; owners, whose names are open, left out."""
    return (*_fields(Measurement, ""), FLASH_OVER_BASELINE, RAM_NEEDED)


def _fields(record: type[Record], prefix: str) -> Iterator[str]:
    for name, field in record.model_fields.items():
        path = f"{prefix}{name}"
        if path in _NO_FIGURES or path in ALIASES:
            continue
        kinds = set(_parts(field.annotation))
        if kinds & {int, float}:
            yield path
        for kind in kinds:
            if kind in _BARRED:
                yield from (f"{path}.{one}" for one in _BARS if hasattr(kind, one))
            elif kind is Activity:
                yield from _below(f"{path}.")
            elif isinstance(kind, type) and issubclass(kind, Record):
                yield from _fields(kind, f"{path}.")
    if record is Measurement:
        yield from (f"published.{name}" for name in ("text", "rodata", "data", "bss"))
        yield from (f"published.{name}" for name in ("flashed", "runtime_crates"))


def _parts(annotation: object) -> Iterator[object]:
    """The members of a union, or the type itself; containers have none that are figures."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        for part in typing.get_args(annotation):
            yield from _parts(part)
    elif typing.get_origin(annotation) is None and annotation is not bool:
        yield annotation


def _unknown(name: str) -> UsageError:
    known = [*names(), *ALIASES, "size.owners/.text/OWNER"]
    tail = name.rpartition(".")[2]
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.6) or [
        one for one in known if tail and tail in one.rpartition(".")[2]
    ]
    remedy = (
        f"Perhaps you meant {' or '.join(close[:3])}."
        if close
        else "Figures are the paths of `wasmfit compare --format json`, such as size.flash, run.heap_peak or "
        "run.instructions.call; `wasmfit history --figures` lists them."
    )
    return UsageError(f"There is no figure named {printable(name)!r}.", remedy)


Bar = tuple[int | float, float | None, float | None]
"""A value and the ends of its error bar: an :class:`Amount` as it is read."""

Value = int | float | Bar
"""A figure's value; with its error bar, where it has one. Most are compared, and few are shown."""


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
        if kind in _BARRED:
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
        elif kind in _BARRED:
            for barred, bar in _bars(kind, path):
                if (amount := bar(value))[0] is not None:
                    found[barred] = amount
        elif kind is Activity:
            if activity:
                found.update(zip(_below(f"{path}."), _COUNTED(value), strict=True))
        else:
            _collect(value, f"{path}.", found, activity)


@cache
def _paths(record: type[Record], prefix: str) -> tuple[tuple[str, str], ...]:
    """A record's fields that are figures or records of some, and what they are called."""
    return tuple(
        (name, path)
        for name, field in record.model_fields.items()
        if (path := f"{prefix}{name}") not in _NO_FIGURES and path not in ALIASES
        if any(map(_holds_figures, _parts(field.annotation)))
    )


def _holds_figures(kind: object) -> bool:
    if kind in (int, float, Activity, *_BARRED):
        return True
    return isinstance(kind, type) and issubclass(kind, Record)


@cache
def _bars(kind: type, path: str) -> tuple[tuple[str, Callable[[Any], Bar]], ...]:
    """The figures of a prediction, or of what was measured on a board: their names, and what reads them."""
    return tuple((f"{path}.{name}", bar) for name, bar in _BARS.items() if hasattr(kind, name))


_COUNTED = attrgetter(*COUNTS)


@cache
def _below(prefix: str) -> tuple[str, ...]:
    return tuple(prefix + name for name in COUNTS)


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
