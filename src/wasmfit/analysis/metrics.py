"""Every figure of a measurement: its name, its unit, whether less of it is better, and where it is from.

A figure's name is its path in the JSON contract (``size.flash``, ``run.instructions.call``), so whatever the
record gains is a figure as soon as a rule below says what it is; a test holds the rules against the record.
Owners are figures too: ``size.owners/.text/wasmi``. A few more are computed from others.
"""

import difflib
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache

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

NO_FIGURES = frozenset({"run.result", "run.expected", "run.logged", "baseline"})
"""Numbers of the record that are answers of the module, and what is a cell of its own."""

ALIASES: Mapping[str, str] = {
    "run.cycles": "run.predicted.call.cycles",
    "run.time_s": "run.predicted.call.time_s",
}
"""Fields of the contract that repeat a figure without its error bar."""

ERROR_BARS: Mapping[str, tuple[str, str]] = {
    "cycles": ("cycles_low", "cycles_high"),
    "time_s": ("time_low_s", "time_high_s"),
    "per_s": ("per_s_low", "per_s_high"),
}
"""Figures of :data:`BARRED` records → the fields that hold the ends of their error bars."""

BARRED = (Prediction, MeasuredPhase)
"""Records whose figures have error bars: predictions, and what was measured on a board."""


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
        if path in NO_FIGURES or path in ALIASES:
            continue
        kinds = set(members(field.annotation))
        if kinds & {int, float}:
            yield path
        for kind in kinds:
            if kind in BARRED:
                yield from (f"{path}.{one}" for one in ERROR_BARS if hasattr(kind, one))
            elif kind is Activity:
                yield from activity_names(f"{path}.")
            elif isinstance(kind, type) and issubclass(kind, Record):
                yield from _fields(kind, f"{path}.")
    if record is Measurement:
        yield from (f"published.{name}" for name in ("text", "rodata", "data", "bss"))
        yield from (f"published.{name}" for name in ("flashed", "runtime_crates"))


def members(annotation: object) -> Iterator[object]:
    """The members of a union, or the type itself; containers have none that are figures."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        for part in typing.get_args(annotation):
            yield from members(part)
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


@cache
def activity_names(prefix: str) -> tuple[str, ...]:
    """The figures of an activity, in the order of :data:`wasmfit.model.COUNTS`."""
    return tuple(prefix + name for name in COUNTS)
