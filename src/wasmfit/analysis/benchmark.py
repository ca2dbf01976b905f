"""A benchmark: runtimes × workloads, each compared with native code on the same board and in the same
profile.

Slowdowns are ratios, so they are averaged as geometric means. A mean names the workloads that it is taken
over; means over different workloads are not comparable, so there is one over the common workloads as well.
"""

import math
import statistics
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from wasmfit.frames import frame
from wasmfit.model import Measurement, Run, Status
from wasmfit.model.contract import JsonDocument, Text
from wasmfit.notebook import ShownResult
from wasmfit.table import Table
from wasmfit.words import counted

from .comparison import CONCLUSIVE, Comparison
from .counted import counted_instructions
from .flat_rows import flat_row
from .own_suite import is_own, reference_of, relative_to

if TYPE_CHECKING:
    import pandas

NATIVE = "native"
BASELINE = "baseline"

CONCLUSIVE_FOR_WORKLOADS = CONCLUSIVE | {Status.TRAPPED, Status.FAULTED, Status.OUT_OF_MEMORY}
"""Statuses of a workload, which other runtimes run, that say that this runtime cannot: conclusive as well."""

Setting = tuple[str, str, str]
"""Board, base and profile."""


def geometric_mean(factors: Collection[float]) -> float:
    """The geometric mean of at least one factor, none of them 0; of a single factor, that factor exactly."""
    if len(factors) == 1:
        return next(iter(factors))
    return math.exp(statistics.fmean(map(math.log, factors)))


@dataclass(frozen=True)
class Slowdown:
    """Instructions as a multiple of native code's, over several workloads.

    Attributes:
        workloads: The workloads.
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
    def over(factors: Mapping[str, float]) -> "Slowdown | None":
        """Summarises workload → factor; ``None`` if there is none."""
        if not factors:
            return None
        logarithms = [math.log(factor) for factor in factors.values()]
        return Slowdown(
            workloads=tuple(factors),
            mean=geometric_mean(factors.values()),
            spread=math.exp(statistics.stdev(logarithms)) if len(logarithms) > 1 else None,
            least=min(factors.values()),
            most=max(factors.values()),
        )


@dataclass(frozen=True)
class MissingWorkload:
    """A workload that a mean lacks.

    Attributes:
        workload: Its name.
        status: How its cell ended.
        reason: Why there is no factor.
    """

    workload: str
    status: Status
    reason: str


@dataclass(frozen=True)
class RuntimeSummary:
    """What a runtime costs over all workloads, on one board in one profile.

    Attributes:
        runtime, version, board, base, profile: What is summarised.
        slow_down: Over all workloads that both it and native code ran.
        common: Over those of them that every runtime here ran, of the runtimes that ran any.
        heap_peak, stack_peak: The maximum over the workloads, in bytes.
        least_ram: The minimum RAM, likewise, of those workloads for which it was found.
        least_ram_unknown: The workloads that ran for which it was not found.
        missing: The workloads that are not in ``slow_down``.
        relative_to: What it is a multiple of: ``native``, or for modules of the user's a build.
    """

    runtime: str
    version: str
    board: str
    base: str
    profile: str
    slow_down: Slowdown | None
    common: Slowdown | None
    heap_peak: int | None
    stack_peak: int | None
    least_ram: int | None
    least_ram_unknown: tuple[str, ...]
    missing: tuple[MissingWorkload, ...]
    relative_to: str = NATIVE

    @property
    def label(self) -> str:
        """Name with version."""
        return f"{self.runtime}@{self.version}"


class BenchmarkDocument(JsonDocument):
    """What ``bench --format json`` prints.

    Attributes:
        cells: One for every cell, baselines first.
        slow_downs: Cell → instructions of what is counted as a multiple of native code's.
        relative: The same of modules of the user's, as a multiple of the build that the summary names.
        summary: One for every runtime on every board in every profile.
        notes: What the measurements rest on, where they were found and not made.
    """

    cells: tuple[Measurement, ...]
    slow_downs: dict[str, float]
    relative: dict[str, float]
    summary: tuple[RuntimeSummary, ...]
    notes: tuple[Text, ...]


@dataclass(frozen=True, repr=False)
class Benchmark(ShownResult):
    """The measurements of a benchmark.

    Attributes:
        comparison: Its cells.
    """

    comparison: Comparison

    def _short(self) -> str:
        return f"{counted(len(self.measurements), 'cell')} with {counted(len(self.workloads), 'workload')}"

    def _tables(self) -> list[Table]:
        from .benchmark_tables import benchmark_tables

        return benchmark_tables(self)

    @property
    def measurements(self) -> tuple[Measurement, ...]:
        """Every cell, baselines first."""
        return self.comparison.measurements

    @property
    def workloads(self) -> tuple[str, ...]:
        """The workloads and modules that there are cells of, each once."""
        return tuple(dict.fromkeys(one.module for one in self.measurements))

    @property
    def failed(self) -> tuple[Measurement, ...]:
        """Cells without a conclusive status: not built, not ended, or wrong. Native code must always run."""
        return tuple(
            measurement
            for measurement in self.measurements
            if measurement.status
            not in (CONCLUSIVE if measurement.runtime in (BASELINE, NATIVE) else CONCLUSIVE_FOR_WORKLOADS)
        )

    @property
    def summaries(self) -> list[RuntimeSummary]:
        """One for every runtime on every board in every profile."""
        return summaries(self.measurements)

    @property
    def document(self) -> BenchmarkDocument:
        """What ``bench --format json`` prints."""
        native, own = slowdowns(self.measurements), relative_factors(self.measurements)
        return BenchmarkDocument(
            cells=self.measurements,
            slow_downs={name: factor for name, factor in native.items() if factor is not None},
            relative={name: factor for name, factor in own.items() if factor is not None},
            summary=tuple(self.summaries),
            notes=self.comparison.all_notes,
        )

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return self.document.model_dump(mode="json")

    def to_frame(self) -> "pandas.DataFrame":
        """One row per cell, as in the CSV output.

        Raises:
            UsageError: pandas is not installed.
        """
        return frame(rows(self.measurements))


def rows(measurements: Sequence[Measurement]) -> list[dict[str, int | float | str | None]]:
    """Every cell as one flat row, with its slowdown."""
    native, own = slowdowns(measurements), relative_factors(measurements)
    return [
        {
            **flat_row(measurement),
            "slow_down": native.get(measurement.id),
            **({"relative": own.get(measurement.id)} if own else {}),
        }
        for measurement in measurements
    ]


def relative_factors(measurements: Iterable[Measurement]) -> dict[str, float | None]:
    """Of modules of the user's: id of a cell → instructions as a multiple of the reference's."""
    settings: dict[Setting, list[Measurement]] = {}
    for measurement in measurements:
        if is_own(measurement) and measurement.runtime not in (BASELINE, NATIVE):
            settings.setdefault(setting_of(measurement), []).append(measurement)
    factors: dict[str, float | None] = {}
    for cells in settings.values():
        factors |= relative_to(reference_of(cells), cells)
    return factors


def references(measurements: Iterable[Measurement]) -> Iterator[str]:
    """The builds that modules of the user's are compared with, each once; none without such modules."""
    settings: dict[Setting, list[Measurement]] = {}
    for measurement in measurements:
        if is_own(measurement) and measurement.runtime not in (BASELINE, NATIVE):
            settings.setdefault(setting_of(measurement), []).append(measurement)
    yield from dict.fromkeys(
        build for cells in settings.values() if (build := reference_of(cells)) is not None
    )


def setting_of(measurement: Measurement) -> Setting:
    """What a cell must share with another for their metrics to be comparable."""
    return measurement.board, measurement.base, measurement.profile


def slowdowns(measurements: Iterable[Measurement]) -> dict[str, float | None]:
    """Id of a cell → instructions of a warm call (or of what else is counted, see :mod:`.counted`) as a
    multiple of native code's; ``None`` if either is not known. Baselines run no workload and are omitted.
    """
    measurements = [measurement for measurement in measurements if measurement.runtime != BASELINE]
    setting = attrgetter("module", "board", "base", "profile")
    native = {
        setting(measurement): counted_instructions(measurement)
        for measurement in measurements
        if measurement.runtime == NATIVE
    }
    factors: dict[str, float | None] = {}
    for measurement in measurements:
        native_call = native.get(setting(measurement))
        own = counted_instructions(measurement) if native_call else None
        factors[measurement.id] = own / native_call if own and native_call else None
    return factors


def summaries(measurements: Iterable[Measurement]) -> list[RuntimeSummary]:
    """Summarises every runtime of every setting, in the order of the measurements."""
    measurements = [measurement for measurement in measurements if measurement.runtime != BASELINE]
    factors = {**slowdowns(measurements), **relative_factors(measurements)}
    settings: dict[tuple[Setting, bool], dict[str, list[Measurement]]] = {}
    for measurement in measurements:
        builds = settings.setdefault((setting_of(measurement), is_own(measurement)), {})
        builds.setdefault(f"{measurement.runtime}@{measurement.version}", []).append(measurement)
    found = []
    for (_, own), builds in settings.items():
        common = _common(builds.values(), factors)
        of = reference_of([cell for cells in builds.values() for cell in cells]) if own else NATIVE
        found += [
            replace(_summary(cells, factors, common), relative_to=of or "") for cells in builds.values()
        ]
    return found


def _common(builds: Iterable[Sequence[Measurement]], factors: Mapping[str, float | None]) -> set[str]:
    """The workloads that every build has a factor for, of the builds that have any."""
    able = [
        {measurement.module for measurement in cells if factors[measurement.id] is not None}
        for cells in builds
    ]
    able = [workloads for workloads in able if workloads]
    return set.intersection(*able) if able else set()


def _summary(
    cells: Sequence[Measurement], factors: Mapping[str, float | None], common: set[str]
) -> RuntimeSummary:
    first = cells[0]
    known = {
        measurement.module: factor for measurement in cells if (factor := factors[measurement.id]) is not None
    }
    ran = {
        measurement.module: measurement.run
        for measurement in cells
        if measurement.status is Status.OK and measurement.run is not None
    }
    minimum_ram = {name: _minimum_ram(run) for name, run in ran.items()}
    return RuntimeSummary(
        runtime=first.runtime,
        version=first.version,
        board=first.board,
        base=first.base,
        profile=first.profile,
        slow_down=Slowdown.over(known),
        common=Slowdown.over({name: factor for name, factor in known.items() if name in common}),
        heap_peak=max((run.heap_peak for run in ran.values() if run.heap_peak is not None), default=None),
        stack_peak=max((run.stack_peak for run in ran.values() if run.stack_peak is not None), default=None),
        least_ram=max((size for size in minimum_ram.values() if size is not None), default=None),
        least_ram_unknown=tuple(name for name, size in minimum_ram.items() if size is None),
        missing=tuple(_missing(measurement) for measurement in cells if measurement.module not in known),
    )


def _minimum_ram(run: Run) -> int | None:
    """The minimum RAM, unless only an upper bound is known."""
    return None if run.least_ram is None or run.least_ram.reason is not None else run.least_ram.bytes


def _missing(measurement: Measurement) -> MissingWorkload:
    if measurement.status is Status.OK:
        other = "the other runtime" if is_own(measurement) else "native code"
        return MissingWorkload(
            measurement.module, measurement.status, f"{other} has no value to compare it with"
        )
    return MissingWorkload(measurement.module, measurement.status, measurement.reason or "no reason given")
