"""Every metric of a measurement: its name, its unit, whether less of it is better, and where it is from.

A metric's name is its path in the JSON contract (``size.flash``, ``run.instructions.call``), so a new field
of the record is a metric as soon as a rule below describes it; a test checks that every field has a rule.
Owners are metrics too: ``size.owners/.text/wasmi``. A few more are computed from others.
"""

import difflib
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from wasmfit.errors import UsageError
from wasmfit.globs import matches
from wasmfit.model import COUNTS, Activity, MeasuredPhase, Measurement, Prediction, Record, Score
from wasmfit.words import escape_unprintable


class MetricKind(StrEnum):
    """Where a metric's value is from."""

    MEASURED = "measured"
    PREDICTED = "predicted"
    PUBLISHED = "published"


class Better(StrEnum):
    """Whether less or more of a metric is better."""

    LESS = "less"
    MORE = "more"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Metric:
    """What is known of a metric apart from its value.

    Attributes:
        name: Its path in the JSON contract, or the name of one that is computed.
        unit: ``B``, ``s``, ``C``, ``instructions``, …; empty for plain numbers.
        better: Whether less or more of it is better.
        kind: Where its value is from.
        detail: Whether it is one of many that explain another; tables omit it unless it is asked for.
    """

    name: str
    unit: str
    better: Better
    kind: MetricKind = MetricKind.MEASURED
    detail: bool = False


OWNERS = "size.owners/"
FLASH_OVER_BASELINE = "flash_over_baseline"
RAM_NEEDED = "ram_needed"

_RULES: tuple[tuple[str, str, Better, MetricKind, bool], ...] = (
    ("size.pages", "", Better.LESS, MetricKind.MEASURED, False),
    ("size.page_size", "B", Better.NEITHER, MetricKind.MEASURED, True),
    ("size.owners/*", "B", Better.LESS, MetricKind.MEASURED, True),
    ("size.*", "B", Better.LESS, MetricKind.MEASURED, False),
    (FLASH_OVER_BASELINE, "B", Better.LESS, MetricKind.MEASURED, False),
    (RAM_NEEDED, "B", Better.LESS, MetricKind.MEASURED, False),
    ("run.heap.size", "B", Better.MORE, MetricKind.MEASURED, True),
    ("run.heap.largest_free", "B", Better.MORE, MetricKind.MEASURED, False),
    ("run.heap.fragmentation", "", Better.LESS, MetricKind.MEASURED, True),
    ("run.heap.requests.*", "requests", Better.LESS, MetricKind.MEASURED, True),
    ("run.heap.*", "B", Better.LESS, MetricKind.MEASURED, False),
    ("run.leak.rounds", "", Better.NEITHER, MetricKind.MEASURED, True),
    ("run.leak.*", "B", Better.LESS, MetricKind.MEASURED, False),
    ("run.instance_ram.per_instance", "B", Better.LESS, MetricKind.MEASURED, False),
    ("run.least_ram.trials", "", Better.NEITHER, MetricKind.MEASURED, True),
    ("run.least_ram.resolution", "B", Better.NEITHER, MetricKind.MEASURED, True),
    ("run.least_ram.*", "B", Better.LESS, MetricKind.MEASURED, False),
    ("run.stack_peaks.*", "B", Better.LESS, MetricKind.MEASURED, False),
    ("run.stack_*", "B", Better.LESS, MetricKind.MEASURED, False),
    ("run.heap_peak", "B", Better.LESS, MetricKind.MEASURED, False),
    ("run.linear_memory", "B", Better.LESS, MetricKind.MEASURED, False),
    ("run.instructions.*", "instructions", Better.LESS, MetricKind.MEASURED, False),
    ("run.activity.*", "", Better.NEITHER, MetricKind.MEASURED, True),
    ("run.predicted.*.cycles", "cycles", Better.LESS, MetricKind.PREDICTED, False),
    ("run.predicted.*.time_s", "s", Better.LESS, MetricKind.PREDICTED, False),
    ("run.predicted.*.per_s", "1/s", Better.MORE, MetricKind.PREDICTED, True),
    ("run.predicted.link.*", "", Better.NEITHER, MetricKind.PREDICTED, True),
    # Both are time by a constant of the board, so that a comparison of times has said all.
    ("run.predicted.*.charge_c", "C", Better.LESS, MetricKind.PREDICTED, True),
    ("run.predicted.*.energy_j", "J", Better.LESS, MetricKind.PREDICTED, True),
    ("run.layouts.number", "", Better.NEITHER, MetricKind.PREDICTED, True),
    ("run.layouts.cache_share", "", Better.NEITHER, MetricKind.PREDICTED, True),
    ("run.layouts.*", "s", Better.LESS, MetricKind.PREDICTED, False),
    ("run.score.per_s", "1/s", Better.MORE, MetricKind.PREDICTED, False),
    ("run.measured.runs", "", Better.NEITHER, MetricKind.MEASURED, True),
    ("run.measured.flashed", "B", Better.LESS, MetricKind.MEASURED, False),
    ("run.measured.*.cycles", "cycles", Better.LESS, MetricKind.MEASURED, False),
    ("run.measured.*.time_s", "s", Better.LESS, MetricKind.MEASURED, False),
    ("published.*", "B", Better.NEITHER, MetricKind.PUBLISHED, True),
    ("provenance.module_bytes", "B", Better.LESS, MetricKind.MEASURED, True),
    ("provenance.prepared_bytes", "B", Better.LESS, MetricKind.MEASURED, True),
    ("provenance.*_bytes", "B", Better.LESS, MetricKind.MEASURED, True),
)
"""Name pattern, unit, better, kind and detail of metrics; the first pattern that matches applies."""

NOT_METRICS = frozenset({"run.result", "run.expected", "run.logged", "run.clock", "run.stores", "baseline"})
"""Numbers of the record that are results of the module or of a check, and the baseline, a cell of its own."""

ALIASES: Mapping[str, str] = {
    "run.cycles": "run.predicted.call.cycles",
    "run.time_s": "run.predicted.call.time_s",
}
"""Fields of the contract that repeat a metric without its error bar."""

ERROR_BARS: Mapping[str, tuple[str, str]] = {
    "cycles": ("cycles_low", "cycles_high"),
    "time_s": ("time_low_s", "time_high_s"),
    "per_s": ("per_s_low", "per_s_high"),
    "charge_c": ("charge_low_c", "charge_high_c"),
    "energy_j": ("energy_low_j", "energy_high_j"),
}
"""Metrics of :data:`BARRED` records → the fields that hold the ends of their error bars."""

BARRED = (Prediction, MeasuredPhase, Score)
"""Records whose metrics have error bars: predictions, scores by them, and measurements on a board."""


@cache
def metric(name: str) -> Metric:
    """The metric of that name.

    Raises:
        UsageError: There is no such metric; the message suggests the nearest.
    """
    name = ALIASES.get(name, name)
    if name not in metric_names() and not (name.startswith(OWNERS) and name.count("/") >= 2):
        raise _unknown(name)
    return _described(name)


def _described(name: str) -> Metric:
    for pattern, unit, better, kind, detail in _RULES:
        if matches(name, pattern):
            return Metric(name, unit, better, kind, detail)
    raise LookupError(f"no rule says what the metric {name} is")


@cache
def metric_names() -> tuple[str, ...]:
    """Every metric that a record can have, in its order, without owners, whose names are open."""
    return (*_fields(Measurement, ""), FLASH_OVER_BASELINE, RAM_NEEDED)


def _fields(record: type[Record], prefix: str) -> Iterator[str]:
    for name, field in record.model_fields.items():
        path = f"{prefix}{name}"
        if path in NOT_METRICS or path in ALIASES:
            continue
        types_ = set(union_members(field.annotation))
        if types_ & {int, float}:
            yield path
        for type_ in types_:
            if type_ in BARRED:
                yield from (f"{path}.{field_name}" for field_name in ERROR_BARS if hasattr(type_, field_name))
            elif type_ is Activity:
                yield from activity_names(f"{path}.")
            elif isinstance(type_, type) and issubclass(type_, Record):
                yield from _fields(type_, f"{path}.")
    if record is Measurement:
        yield from (f"published.{name}" for name in ("text", "rodata", "data", "bss"))
        yield from (f"published.{name}" for name in ("flashed", "runtime_crates"))


def union_members(annotation: object) -> Iterator[object]:
    """The members of a union, or the type itself; containers hold no metrics and have none."""
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        for member in typing.get_args(annotation):
            yield from union_members(member)
    elif typing.get_origin(annotation) is None and annotation is not bool:
        yield annotation


def _unknown(name: str) -> UsageError:
    known = [*metric_names(), *ALIASES, "size.owners/.text/OWNER"]
    last_part = name.rpartition(".")[2]
    close = difflib.get_close_matches(name, known, n=3, cutoff=0.6) or [
        candidate for candidate in known if last_part and last_part in candidate.rpartition(".")[2]
    ]
    remedy = (
        f"Perhaps you meant {' or '.join(close[:3])}."
        if close
        else "Metrics are the paths of `wasmfit compare --format json`, such as size.flash, run.heap_peak or "
        "run.instructions.call; `wasmfit history --metrics` lists them."
    )
    return UsageError(f"There is no metric named {escape_unprintable(name)!r}.", remedy)


@cache
def activity_names(prefix: str) -> tuple[str, ...]:
    """The metrics of an activity, in the order of :data:`wasmfit.model.COUNTS`."""
    return tuple(prefix + name for name in COUNTS)
