"""A benchmark: runtimes × workloads, each held against native code on the same board and in the same profile.

Slow-downs are ratios, so they are summed up as geometric means. A mean says over which workloads it is
taken; means over different workloads are no comparison, so there is one over the common ones as well.
"""

import math
import statistics
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from wasmfit.frames import frame
from wasmfit.model import Measurement, Run, Status

from .comparison import ANSWERS, SCHEMA, Comparison
from .flat_rows import flat

if TYPE_CHECKING:
    import pandas

NATIVE = "native"
BASELINE = "baseline"

CANNOT_RUN = ANSWERS | {Status.TRAPPED, Status.FAULTED, Status.OUT_OF_MEMORY}
"""Ends that say of a workload, which others do run, that this runtime cannot: an answer as well."""

Setting = tuple[str, str, str]
"""Board, base and profile."""


def geometric_mean(factors: Collection[float]) -> float:
    """The mean of factors, of which there is one at least, none of them 0; of one that factor."""
    if len(factors) == 1:
        return next(iter(factors))
    return math.exp(statistics.fmean(map(math.log, factors)))


@dataclass(frozen=True)
class SlowDown:
    """How many times as many instructions as native code, over several workloads.

    Attributes:
        workloads: Over which workloads.
        mean: Geometric mean.
        spread: Geometric standard deviation (of a sample): two thirds of workloads like these would lie
            between ``mean / spread`` and ``mean * spread``, were they log-normal. ``None`` for one workload.
        least, most: The smallest and the largest.
    """

    workloads: tuple[str, ...]
    mean: float
    spread: float | None
    least: float
    most: float

    @staticmethod
    def over(factors: Mapping[str, float]) -> "SlowDown | None":
        """Sums up workload → factor; ``None`` where there is none."""
        if not factors:
            return None
        logarithms = [math.log(factor) for factor in factors.values()]
        return SlowDown(
            workloads=tuple(factors),
            mean=geometric_mean(factors.values()),
            spread=math.exp(statistics.stdev(logarithms)) if len(logarithms) > 1 else None,
            least=min(factors.values()),
            most=max(factors.values()),
        )


@dataclass(frozen=True)
class Missing:
    """A workload that a mean leaves out: how its cell ended, and why there is no factor."""

    workload: str
    status: Status
    reason: str


@dataclass(frozen=True)
class Summary:
    """What a runtime costs over all workloads, on one board in one profile.

    Attributes:
        runtime, version, board, base, profile: What is summed up.
        slow_down: Over all workloads that it ran and native code ran too.
        common: Over those of them that every runtime here ran which ran any.
        heap_peak, stack_peak: The most of any workload, in bytes.
        least_ram: Likewise, of those workloads where it was found.
        least_ram_unknown: The workloads that ran where it was not.
        missing: The workloads left out.
    """

    runtime: str
    version: str
    board: str
    base: str
    profile: str
    slow_down: SlowDown | None
    common: SlowDown | None
    heap_peak: int | None
    stack_peak: int | None
    least_ram: int | None
    least_ram_unknown: tuple[str, ...]
    missing: tuple[Missing, ...]

    @property
    def label(self) -> str:
        """Name with version."""
        return f"{self.runtime}@{self.version}"


@dataclass(frozen=True)
class Benchmark:
    """The measurements of a benchmark.

    Attributes:
        comparison: Its cells.
    """

    comparison: Comparison

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """Every cell, baselines first."""
        return self.comparison.measurements

    @property
    def failed(self) -> tuple[Measurement, ...]:
        """Cells that leave a question open: not built, not ended, or wrong. Native code must always run."""
        return tuple(
            one
            for one in self.measurements
            if one.status not in (ANSWERS if one.runtime in (BASELINE, NATIVE) else CANNOT_RUN)
        )

    @property
    def summaries(self) -> list[Summary]:
        """One for every runtime on every board in every profile."""
        return summaries(self.measurements)

    def to_dict(self) -> dict[str, Any]:
        """The contract of ``bench --format json``."""
        return {
            "schema": SCHEMA,
            "cells": self.comparison.to_dict()["cells"],
            **self.beside_cells(),
        }

    def beside_cells(self) -> dict[str, Any]:
        """What the contract has beside its schema and cells."""
        factors = factors_of(self.measurements)
        return {
            "slow_downs": {name: factor for name, factor in factors.items() if factor is not None},
            "summary": [asdict(one) for one in self.summaries],
        }

    def to_frame(self) -> "pandas.DataFrame":
        """One row a cell, as in the CSV output.

        Raises:
            UsageError: pandas is not installed.
        """
        return frame(rows(self.measurements))


def rows(measurements: Sequence[Measurement]) -> list[dict[str, int | float | str | None]]:
    """Every cell as one flat row, with its slow-down."""
    factors = factors_of(measurements)
    return [{**flat(one), "slow_down": factors.get(one.id)} for one in measurements]


def setting_of(one: Measurement) -> Setting:
    """What a cell must share with another for their figures to be compared."""
    return one.board, one.base, one.profile


def steady(one: Measurement) -> int | None:
    """Instructions of a steady call, of a cell that ended well."""
    if one.status is not Status.OK or one.run is None:
        return None
    return one.run.instructions.call


def factors_of(measurements: Iterable[Measurement]) -> dict[str, float | None]:
    """Id of a cell → instructions of a steady call as a multiple of native code's; ``None`` where either
    figure is missing. Baselines run no workload and are left out.
    """
    measurements = [one for one in measurements if one.runtime != BASELINE]
    place = attrgetter("module", "board", "base", "profile")
    native = {place(one): steady(one) for one in measurements if one.runtime == NATIVE}
    factors: dict[str, float | None] = {}
    for one in measurements:
        floor = native.get(place(one))
        own = steady(one) if floor else None
        factors[one.id] = own / floor if own and floor else None
    return factors


def summaries(measurements: Iterable[Measurement]) -> list[Summary]:
    """Sums up every runtime of every setting, in the order of the measurements."""
    measurements = [one for one in measurements if one.runtime != BASELINE]
    factors = factors_of(measurements)
    settings: dict[Setting, dict[str, list[Measurement]]] = {}
    for one in measurements:
        builds = settings.setdefault(setting_of(one), {})
        builds.setdefault(f"{one.runtime}@{one.version}", []).append(one)
    return [
        _summary(cells, factors, common)
        for builds in settings.values()
        for common in [_common(builds.values(), factors)]
        for cells in builds.values()
    ]


def _common(builds: Iterable[Sequence[Measurement]], factors: Mapping[str, float | None]) -> set[str]:
    """The workloads that every build has a factor for, of those builds that have any."""
    able = [{one.module for one in cells if factors[one.id] is not None} for cells in builds]
    able = [workloads for workloads in able if workloads]
    return set.intersection(*able) if able else set()


def _summary(cells: Sequence[Measurement], factors: Mapping[str, float | None], common: set[str]) -> Summary:
    first = cells[0]
    known = {one.module: factor for one in cells if (factor := factors[one.id]) is not None}
    ran = {one.module: one.run for one in cells if one.status is Status.OK and one.run is not None}
    least = {name: _least_ram(run) for name, run in ran.items()}
    return Summary(
        runtime=first.runtime,
        version=first.version,
        board=first.board,
        base=first.base,
        profile=first.profile,
        slow_down=SlowDown.over(known),
        common=SlowDown.over({name: factor for name, factor in known.items() if name in common}),
        heap_peak=max((run.heap_peak for run in ran.values() if run.heap_peak is not None), default=None),
        stack_peak=max((run.stack_peak for run in ran.values() if run.stack_peak is not None), default=None),
        least_ram=max((one for one in least.values() if one is not None), default=None),
        least_ram_unknown=tuple(name for name, one in least.items() if one is None),
        missing=tuple(_missing(one) for one in cells if one.module not in known),
    )


def _least_ram(run: Run) -> int | None:
    """The least RAM, unless all that is known of it is a bound."""
    return None if run.least_ram is None or run.least_ram.reason is not None else run.least_ram.bytes


def _missing(one: Measurement) -> Missing:
    if one.status is Status.OK:
        return Missing(one.module, one.status, "native code has no figure to hold it against")
    return Missing(one.module, one.status, one.reason or "no reason given")
