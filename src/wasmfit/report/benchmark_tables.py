"""Benchmarks as tables: one a workload, then the slow-downs of all, then what they come to."""

from collections.abc import Iterable, Iterator, Sequence

from wasmfit.analysis.benchmark import BASELINE, Benchmark, Setting, SlowDown, Summary, factors_of, setting_of
from wasmfit.analysis.comparison_metrics import least_ram
from wasmfit.model import Measurement, Status

from .numbers import grouped
from .table import Column, Table


def bench_tables(benchmark: Benchmark) -> list[Table]:
    """The tables, board by board and profile by profile."""
    measured = [one for one in benchmark.measurements if one.runtime != BASELINE]
    settings: dict[Setting, list[Measurement]] = {}
    for one in measured:
        settings.setdefault(setting_of(one), []).append(one)
    factors = factors_of(measured)
    tables = []
    for setting, cells in settings.items():
        where = " / ".join(setting)
        workloads: dict[str, list[Measurement]] = {}
        for one in cells:
            workloads.setdefault(one.module, []).append(one)
        tables += [_workload(f"{name} / {where}", group, factors) for name, group in workloads.items()]
        tables.append(_matrix(f"slow-down against native code / {where}", workloads, factors))
        summed = [one for one in benchmark.summaries if (one.board, one.base, one.profile) == setting]
        tables.append(_summary(f"summary / {where}", summed, len(workloads)))
    return tables


def _workload(title: str, cells: Sequence[Measurement], factors: dict[str, float | None]) -> Table:
    columns = [
        _column("status", (one.status.value for one in cells)),
        _column("instructions", (_grouped(_steady(one)) for one in cells)),
        _column("slow-down", (_factor(factors[one.id]) for one in cells)),
        _column("heap peak, B", (_grouped(_run(one, "heap_peak")) for one in cells)),
        _column("stack peak, B", (_grouped(_run(one, "stack_peak")) for one in cells)),
        _column("least RAM, B", (grouped(least_ram(one)) for one in cells)),
    ]
    notes = [
        f"{_label(one)}: {one.status.value}: {one.reason}" for one in cells if one.status is not Status.OK
    ]
    if any(_time(one) for one in cells):
        columns.append(_column("predicted time, µs", (_time(one) for one in cells)))
        notes.append("predicted time: from a model of the board with its error bar, not measured")
    return Table(title, tuple(map(_label, cells)), tuple(columns), tuple(notes), ())


def _matrix(title: str, workloads: dict[str, list[Measurement]], factors: dict[str, float | None]) -> Table:
    builds = dict.fromkeys(_label(one) for cells in workloads.values() for one in cells)
    found = {(one.module, _label(one)): one for cells in workloads.values() for one in cells}

    def shown(workload: str, build: str) -> str:
        one = found.get((workload, build))
        if one is None:
            return ""
        factor = factors[one.id]
        if factor is not None:
            return _factor(factor)
        return one.status.value if one.status is not Status.OK else "no native figure"

    columns = tuple(
        Column(tuple(build.split("@", 1)), tuple(shown(workload, build) for workload in workloads))
        for build in builds
    )
    return Table(title, tuple(workloads), columns, (), ())


def _summary(title: str, summed: Sequence[Summary], total: int) -> Table:
    over = [one.slow_down for one in summed]
    columns = (
        _column("workloads", (f"{len(one.workloads) if one else 0} of {total}" for one in over)),
        _column("slow-down: geometric mean", (_factor(one.mean if one else None) for one in over)),
        _column("spread", map(_spread, over)),
        _column("least", (_factor(one.least if one else None) for one in over)),
        _column("most", (_factor(one.most if one else None) for one in over)),
        _column("mean over the common", (_factor(one.common.mean if one.common else None) for one in summed)),
        _column("heap peak, B", (_grouped(one.heap_peak) for one in summed)),
        _column("stack peak, B", (_grouped(one.stack_peak) for one in summed)),
        _column("least RAM, B", (_grouped(one.least_ram) for one in summed)),
    )
    return Table(title, tuple(one.label for one in summed), columns, tuple(_notes(summed, total)), ())


def _notes(summed: Sequence[Summary], total: int) -> Iterator[str]:
    yield (
        "slow-down: instructions of a steady call over those of native code on the same board in the same "
        "profile; spread: geometric standard deviation; heap, stack and least RAM: the most of any workload"
    )
    common = next((one.common.workloads for one in summed if one.common), ())
    if not common:
        yield "common: there is no workload that every runtime ran"
    elif len(common) == total:
        yield f"common: all {total} workloads, which every runtime ran that ran any"
    else:
        yield f"common: {len(common)} workloads, which every runtime ran that ran any: {', '.join(common)}"
    for one in summed:
        if one.least_ram_unknown:
            names = ", ".join(one.least_ram_unknown)
            yield f"{one.label}: least RAM without {names}, which take too long to be run again and again"
        reasons: dict[str, list[str]] = {}
        for missing in one.missing:
            reasons.setdefault(f"{missing.status.value}: {missing.reason}", []).append(missing.workload)
        for reason, workloads in reasons.items():
            names = "every workload" if len(workloads) == total else ", ".join(workloads)
            yield f"{one.label} without {names}: {reason}"


def _column(heading: str, cells: Iterable[str]) -> Column:
    return Column((heading,), tuple(cells))


def _label(one: Measurement) -> str:
    return f"{one.runtime}@{one.version}"


def _steady(one: Measurement) -> int | None:
    return None if one.run is None or one.status is not Status.OK else one.run.instructions.call


def _run(one: Measurement, name: str) -> int | None:
    if one.run is None or one.status is not Status.OK:
        return None
    value: int | None = getattr(one.run, name)
    return value


def _time(one: Measurement) -> str:
    """The predicted time of a steady call with its error bar in µs, where the board has a model."""
    if one.run is None or one.status is not Status.OK or one.run.time_s is None:
        return ""
    call = None if one.run.predicted is None else one.run.predicted.call
    bar = "" if call is None else f" ({_micro(call.time_low_s)} to {_micro(call.time_high_s)})"
    return f"{_micro(one.run.time_s)}{bar}"


def _micro(seconds: float) -> str:
    """Microseconds with three digits: a prediction deserves no more."""
    rounded = float(f"{seconds * 1e6:.3g}")
    return f"{rounded:,.0f}" if rounded >= 100 else f"{rounded:.3g}"


def _grouped(value: int | None) -> str:
    return "" if value is None else f"{value:,}"


def _factor(value: float | None) -> str:
    """Three digits, which is more than a mean over workloads deserves."""
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _spread(one: SlowDown | None) -> str:
    return "" if one is None or one.spread is None else f"×/÷ {one.spread:.2f}"
