"""Benchmarks as tables: one per workload, then the slowdowns of all, then a summary."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from wasmfit.model import Measurement, Status
from wasmfit.table import Column, Table, text_column, value_column
from wasmfit.words import agreeing, counted

from .amounts import Amount, factor_text, seconds_text
from .basis import is_outdated, mark_of, marked, outdated_notes
from .benchmark import (
    BASELINE,
    NATIVE,
    Benchmark,
    RuntimeSummary,
    Setting,
    Slowdown,
    relative_factors,
    setting_of,
    slowdowns,
)
from .comparison_metrics import minimum_ram, time_text
from .counted import counted_instructions, counted_prediction
from .layouts import layouts_of, link_of, link_text
from .module_metrics import sent_bytes
from .numbers import grouped
from .own_suite import is_own


def benchmark_tables(benchmark: Benchmark) -> list[Table]:
    """The tables, board by board and profile by profile; of one workload, its table says it all."""
    measured = [measurement for measurement in benchmark.measurements if measurement.runtime != BASELINE]
    settings: dict[tuple[Setting, bool], list[Measurement]] = {}
    for measurement in measured:
        settings.setdefault((setting_of(measurement), is_own(measurement)), []).append(measurement)
    factors = {**slowdowns(measured), **relative_factors(measured)}
    tables = []
    for (setting, own), cells in settings.items():
        summaries = [
            summary
            for summary in benchmark.summaries
            if (summary.board, summary.base, summary.profile) == setting
            and (summary.relative_to != NATIVE) is own
        ]
        of = summaries[0].relative_to if own else NATIVE
        compared = f"instructions relative to {of}" if own else _SLOWDOWN
        where = " / ".join(setting)
        total = len({measurement.module for measurement in cells})
        if total == 1:
            tables.append(_only_workload(f"{cells[0].module} / {where}", cells, factors, of))
            if any(layouts_of(measurement) is not None for measurement in cells):
                tables.append(_over_layouts(f"{_LAYOUTS} / {where}", {cells[0].module: cells}))
            continue
        unavailable = _unavailable(cells)
        # Of what cannot be measured at all, the summary says why.
        rows = [measurement for measurement in cells if _label(measurement) not in unavailable] or cells
        workloads: dict[str, list[Measurement]] = {}
        for measurement in rows:
            workloads.setdefault(measurement.module, []).append(measurement)
        tables += [_workload(f"{name} / {where}", group, factors) for name, group in workloads.items()]
        tables.append(_matrix(f"{compared} / {where}", workloads, lambda cell: _factor(cell, factors)))
        if any(layouts_of(measurement) is not None for measurement in rows):
            tables.append(_over_layouts(f"{_LAYOUTS} / {where}", workloads))
        title = "summary of your modules" if own else "summary"
        tables.append(_summary(f"{title} / {where}", summaries, total))
    return tables


def _unavailable(cells: Iterable[Measurement]) -> frozenset[str]:
    """The runtimes that cannot be measured, whatever the workload."""
    ends: dict[str, set[Status]] = {}
    for measurement in cells:
        ends.setdefault(_label(measurement), set()).add(measurement.status)
    return frozenset(label for label, statuses in ends.items() if statuses == {Status.UNAVAILABLE})


_SLOWDOWN = "slowdown compared with native code"
_DROPPED = {"heap peak, B": 3, "stack peak, B": 2, "minimum RAM, B": 1}
"""What a narrow terminal has no room for, of one workload: the highest number first."""
_LAYOUTS = "spread of predicted time over layouts"


def _workload(title: str, cells: Sequence[Measurement], factors: dict[str, float | None]) -> Table:
    columns = [
        _column("status", (measurement.status.value for measurement in cells)),
        _numbers("instructions", (counted_instructions(measurement) for measurement in cells)),
        _factors(
            "relative" if any(map(is_own, cells)) else "slowdown",
            (factors[measurement.id] for measurement in cells),
        ),
        _numbers("heap peak, B", (_run(measurement, "heap_peak") for measurement in cells)),
        _numbers("stack peak, B", (_run(measurement, "stack_peak") for measurement in cells)),
        value_column(("minimum RAM, B",), map(minimum_ram, cells), grouped, unit="B"),
    ]
    sizes = [sent_bytes(measurement) for measurement in cells]
    if any(map(is_own, cells)):
        columns += [
            _numbers("module, B", sizes),
            _numbers("zlib, B", (measurement.provenance.sent_zlib_bytes for measurement in cells)),
        ]
    notes = [
        *outdated_notes(cells),
        *(
            f"{_label(measurement)}: {measurement.status.value}: {measurement.reason}"
            for measurement in cells
            if measurement.status is not Status.OK
        ),
    ]
    if any(_time(measurement) for measurement in cells):
        columns.append(_column("predicted time", map(_time, cells)))
        notes.append("predicted time: from a model of the board with its error bar, not measured")
    return Table(
        title,
        tuple(map(_label, cells)),
        tuple(columns),
        tuple(notes),
        marks=tuple(map(mark_of, cells)) if any(map(is_outdated, cells)) else (),
    )


def _only_workload(
    title: str, cells: Sequence[Measurement], factors: dict[str, float | None], of: str
) -> Table:
    """The one workload that ran, with nothing to summarise; what did not run has its reason in its row."""
    ran = [measurement for measurement in cells if measurement.status is Status.OK]
    table = _workload(title, ran, factors)
    return replace(
        table,
        columns=tuple(
            replace(column, priority=_DROPPED.get(column.heading[0], 0))
            for column in table.columns
            if column.heading[0] != "status"
        ),
        notes=(_compared_with(of), *table.notes),
        remainder=tuple(
            (_label(measurement), f"{measurement.status.value}: {measurement.reason}")
            for measurement in cells
            if measurement.status is not Status.OK
        ),
    )


def _factor(measurement: Measurement, factors: Mapping[str, float | None]) -> str:
    """A factor with its mark, or why there is none."""
    factor = factors[measurement.id]
    if factor is not None:
        return marked(factor_text(factor), measurement)
    return measurement.status.value if measurement.status is not Status.OK else "no native value"


def _over_layouts(title: str, workloads: Mapping[str, Sequence[Measurement]]) -> Table:
    """By how much other links of the same objects differ from the image that is reported."""
    links = [
        link
        for cells in workloads.values()
        for measurement in cells
        if (link := link_of(measurement)) is not None and link.layouts is not None
    ]
    numbers = " or ".join(map(str, sorted({link.layouts for link in links if link.layouts is not None})))
    note = (
        f"the least and the most that {numbers or 'no'} layouts of the same objects are predicted to take, "
        "relative to the image that is reported, and which part of that comes from the cache: it "
        "depends on where the linker places code, and is in the error bar"
    )
    return _matrix(title, workloads, _layouts, (note,))


def _layouts(measurement: Measurement) -> str:
    spread, link = layouts_of(measurement), link_of(measurement)
    if spread is None:
        return "" if measurement.status is Status.OK else measurement.status.value
    if link is None or link.layouts is None:
        return spread.reason or "not measured"
    share = "" if spread.cache_share is None else f", {spread.cache_share:.0%} cache"
    return f"{link_text(link)}{share}"


def _matrix(
    title: str,
    workloads: Mapping[str, Sequence[Measurement]],
    shown: Callable[[Measurement], str],
    more_notes: Sequence[str] = (),
) -> Table:
    """What is shown of every workload on every runtime."""
    builds = dict.fromkeys(_label(measurement) for cells in workloads.values() for measurement in cells)
    by_workload = {
        (measurement.module, _label(measurement)): measurement
        for cells in workloads.values()
        for measurement in cells
    }

    def text(workload: str, build: str) -> str:
        measurement = by_workload.get((workload, build))
        return "" if measurement is None else shown(measurement)

    columns = tuple(
        text_column(tuple(build.split("@", 1)), tuple(text(workload, build) for workload in workloads))
        for build in builds
    )
    notes = outdated_notes(measurement for cells in workloads.values() for measurement in cells)
    return Table(title, tuple(workloads), columns, (*more_notes, *notes))


def _summary(title: str, summaries: Sequence[RuntimeSummary], total: int) -> Table:
    slowdowns = [summary.slow_down for summary in summaries]
    own = any(summary.relative_to != NATIVE for summary in summaries)
    columns = (
        _column(
            "modules" if own else "workloads",
            (f"{len(slowdown.workloads) if slowdown else 0} of {total}" for slowdown in slowdowns),
        ),
        _factors(
            "relative: geometric mean" if own else "slowdown: geometric mean",
            (known.mean if known else None for known in slowdowns),
        ),
        _column("spread", map(_spread, slowdowns)),
        _factors("minimum", (known.least if known else None for known in slowdowns)),
        _factors("maximum", (known.most if known else None for known in slowdowns)),
        _factors("mean over common", (row.common.mean if row.common else None for row in summaries)),
        _numbers("heap peak, B", (row.heap_peak for row in summaries)),
        _numbers("stack peak, B", (row.stack_peak for row in summaries)),
        _numbers("minimum RAM, B", (row.least_ram for row in summaries)),
    )
    return Table(
        title, tuple(summary.label for summary in summaries), columns, tuple(_notes(summaries, total)), ()
    )


def _compared_with(of: str) -> str:
    """What a factor is a multiple of: native code, or a build that modules of the user's are compared to."""
    if of == NATIVE:
        return (
            "slowdown: instructions of a warm call over those of native code on the same board in the same "
            "profile"
        )
    return (
        "relative: instructions (of the region of interest, the warm call, or the only one) over those of "
        f"{of}, which takes the fewest over all of the modules"
    )


def _notes(summaries: Sequence[RuntimeSummary], total: int) -> Iterator[str]:
    of = next((summary.relative_to for summary in summaries if summary.relative_to != NATIVE), NATIVE)
    noun = "workload" if of == NATIVE else "module"
    yield (
        f"{_compared_with(of)}; spread: geometric standard deviation; heap, stack and minimum RAM: "
        f"the maximum over the {noun}s"
    )
    common = next((summary.common.workloads for summary in summaries if summary.common), ())
    if not common:
        yield f"common: no {noun} was run by every runtime"
    elif len(common) == total:
        yield f"common: all {counted(total, noun)}, which every runtime ran, of those that ran any"
    else:
        names = ", ".join(common)
        number = counted(len(common), noun)
        yield f"common: {number}, which every runtime ran, of those that ran any: {names}"
    for summary in summaries:
        if summary.least_ram_unknown:
            names = ", ".join(summary.least_ram_unknown)
            takes = agreeing(len(summary.least_ram_unknown), "takes", "take")
            yield f"{summary.label}: minimum RAM without {names}, which {takes} too long to be searched"
        reasons: dict[str, list[str]] = {}
        for missing in summary.missing:
            reasons.setdefault(f"{missing.status.value}: {missing.reason}", []).append(missing.workload)
        for reason, workloads in reasons.items():
            names = f"every {noun}" if len(workloads) == total else ", ".join(workloads)
            yield f"{summary.label} without {names}: {reason}"


def _column(heading: str, cells: Iterable[str]) -> Column:
    return text_column((heading,), cells)


def _numbers(heading: str, values: Iterable[int | None]) -> Column:
    return value_column((heading,), values, "{:,}".format)


def _factors(heading: str, values: Iterable[float | None]) -> Column:
    return value_column((heading,), values, factor_text)


def _label(measurement: Measurement) -> str:
    return f"{measurement.runtime}@{measurement.version}"


def _run(measurement: Measurement, name: str) -> int | None:
    if measurement.run is None or measurement.status is not Status.OK:
        return None
    value: int | None = getattr(measurement.run, name)
    return value


def _time(measurement: Measurement) -> str:
    """The predicted time of what is counted with its error bar, if the board has a model."""
    if measurement.run is None or measurement.status is not Status.OK:
        return ""
    call = counted_prediction(measurement)
    if call is None:
        seconds = measurement.run.time_s
        return "" if seconds is None else f"≈{seconds_text(Amount(seconds))}"
    return f"≈{time_text(call.time_s, call.time_low_s, call.time_high_s)}"


def _spread(slowdown: Slowdown | None) -> str:
    return "" if slowdown is None or slowdown.spread is None else f"×/÷ {slowdown.spread:.2f}"
