"""The summary of a comparison: one table with a row for each runtime, the smallest first.

It answers the question that a comparison is made for. What explains it is on the page of one cell
(``wasmfit show``), in the details and in the report.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from operator import attrgetter

from wasmfit.model import Board, Measurement, Status
from wasmfit.table import Column, LegendClause, Table

from .amounts import AT_MOST
from .basis import OUTDATED_CLAUSE, is_outdated, mark_of, marked
from .benchmark import BASELINE, slowdowns
from .comparison import Comparison
from .layouts import link_known
from .metric_values import RAM_BOUND, has_ram_bound
from .metrics import Better
from .module_metrics import score_of, size_note
from .numbers import change
from .summary_columns import (
    RAM_COLUMNS,
    SummaryCells,
    SummaryColumn,
    summary_column,
    summary_columns,
)

_EXACT_S = 0.001
"""What a clock is off that counts milliseconds, if it is right."""

BEST = "*"
"""The mark of the best value of a column."""


class RowGroup(StrEnum):
    """What the rows of one table of a summary have in common.

    Attributes:
        SETTING: Module, board, base and profile: rows are runtimes.
    """

    SETTING = "setting"
    RUNTIME = "runtime"
    MODULE = "module"
    BOARD = "board"
    BASE = "base"
    PROFILE = "profile"


_IN_COMMON: Mapping[RowGroup, tuple[str, ...]] = {
    RowGroup.SETTING: ("module", "board", "base", "profile"),
    **{group: (group.value,) for group in RowGroup if group is not RowGroup.SETTING},
}
_PARTS = ("runtime", "version", "module", "board", "base", "profile")


@dataclass(frozen=True)
class SummaryChoice:
    """What a summary shows.

    Attributes:
        columns: Names of columns or metrics, or ``all``; the default ones, if there are none.
        sort: Name of the column or metric to sort by.
        group_by: What the rows of a table have in common.
    """

    columns: tuple[str, ...] = ()
    sort: str = "flash"
    group_by: RowGroup = RowGroup.SETTING

    def check(self) -> None:
        """Finds out before long work whether its names are known.

        Raises:
            UsageError: One is not.
        """
        summary_columns(self.columns, ())
        summary_column(self.sort)

    @property
    def is_default(self) -> bool:
        """Whether nothing was chosen."""
        return self == SummaryChoice()

    @property
    def is_of_names(self) -> bool:
        """Whether each of its columns was asked for."""
        return bool(self.columns) and "all" not in self.columns


_DEFAULT = SummaryChoice()


def summary_tables(comparison: Comparison, choice: SummaryChoice = _DEFAULT) -> list[Table]:
    """The tables of a summary, in the order of the measurements; the baseline has no row.

    Args:
        comparison: The comparison.
        choice: What is shown.

    Raises:
        UsageError: A column is unknown.
    """
    columns = summary_columns(choice.columns, comparison.measurements)
    sort = summary_column(choice.sort)
    in_common = _IN_COMMON[choice.group_by]
    groups: dict[tuple[str, ...], list[Measurement]] = {}
    for measurement in comparison.measurements:
        key = tuple(getattr(measurement, part) for part in in_common)
        groups.setdefault(key, []).append(measurement)
    factors = slowdowns(comparison.measurements)
    tables = [
        _table(
            comparison,
            dict(zip(in_common, key, strict=True)),
            group,
            factors,
            columns,
            sort,
            choice.is_of_names,
        )
        for key, group in groups.items()
    ]
    return [table for table in tables if table.labels or table.remainder] or tables


def _table(
    comparison: Comparison,
    in_common: Mapping[str, str],
    measurements: Sequence[Measurement],
    factors: Mapping[str, float | None],
    columns: Sequence[SummaryColumn],
    sort: SummaryColumn,
    keep_empty: bool,
) -> Table:
    baselines = [measurement for measurement in measurements if measurement.runtime == BASELINE]
    others = [measurement for measurement in measurements if measurement.runtime != BASELINE]
    ran = [measurement for measurement in others if measurement.status is Status.OK]
    label = _labeller(others, in_common)
    cells = SummaryCells(ran, factors)
    order = _order(cells, sort)
    may_be_best = [measurement.runtime not in comparison.bounds for measurement in ran]
    shown = [_column(column, cells, order, may_be_best) for column in columns]
    left_out = [measurement for measurement in (*baselines, *others) if measurement.status is not Status.OK]
    return Table(
        _title(in_common, measurements, {board.name: board for board in comparison.boards}),
        tuple(label(ran[number]) for number in order),
        tuple(column for column in shown if keep_empty or any(column.texts) or not ran),
        (
            *_notes(ran, others, compared=_was_compared(comparison.measurements)),
            *(_without_figures(shown) if keep_empty and ran else ()),
        ),
        label_name="runtime",
        legend=tuple(_legend(ran, baselines, comparison.bounds, shown, measurements)),
        remainder=tuple(
            (
                marked(
                    label(measurement) if measurement in others else f"{BASELINE} {measurement.version}",
                    measurement,
                ),
                f"{measurement.status.value}: {measurement.reason or 'no reason given'}",
            )
            for measurement in left_out
        ),
        marks=tuple(mark_of(ran[number]) for number in order) if any(map(is_outdated, ran)) else (),
    )


def _order(cells: SummaryCells, sort: SummaryColumn) -> list[int]:
    """Numbers of the cells, the best first and the unknown last."""
    sign = -1 if sort.better is Better.MORE else 1
    numbers = sort.numbers(cells)
    values = sort.values(cells)

    def key(number: int) -> tuple[bool, float, str]:
        value = numbers[number]
        return value is None, sign * (value or 0), "" if value is not None else str(values[number] or "")

    return sorted(range(len(cells.measurements)), key=key)


def _column(
    column: SummaryColumn, cells: SummaryCells, order: Sequence[int], may_be_best: Sequence[bool]
) -> Column:
    unit, texts = column.cells(cells)
    best = _best(column, cells, may_be_best)
    marked = [replace(cell, mark=BEST) if number in best else cell for number, cell in enumerate(texts)]
    *lines, last = column.heading
    return Column(
        (*lines, f"{last} {unit}" if last.endswith(",") else last),
        tuple(marked[number] for number in order),
        column.key,
        column.unit,
        title=column.title,
        priority=column.priority,
    )


def _best(column: SummaryColumn, cells: SummaryCells, may_be_best: Sequence[bool]) -> frozenset[int]:
    """Numbers of the cells with the best value, if there is a choice."""
    known = {
        number: value
        for number, value in enumerate(column.numbers(cells))
        if value is not None and may_be_best[number]
    }
    if column.better is Better.NEITHER or len(set(known.values())) < 2:
        return frozenset()
    best = (min if column.better is Better.LESS else max)(known.values())
    return frozenset(number for number, value in known.items() if value == best)


def _labeller(
    measurements: Sequence[Measurement], in_common: Mapping[str, str]
) -> Callable[[Measurement], str]:
    """What names the rows: runtime and version, and all that differs between them."""
    varying = [
        part
        for part in _PARTS[2:]
        if part not in in_common and len({getattr(measurement, part) for measurement in measurements}) > 1
    ]
    with_runtime = "runtime" not in in_common
    names = attrgetter("runtime", "version")

    def label(measurement: Measurement) -> str:
        runtime, version = names(measurement)
        name = f"{runtime} {version}" if with_runtime else version
        return " ".join((name, *(getattr(measurement, part) for part in varying)))

    return label


def _title(
    in_common: Mapping[str, str], measurements: Sequence[Measurement], boards: Mapping[str, Board]
) -> str:
    """What the rows have in common, with the limits of the board."""
    same = {
        part: next(iter(values))
        for part in _PARTS
        if len(values := {getattr(measurement, part) for measurement in measurements}) == 1
    } | dict(in_common)
    what = " ".join(
        filter(None, (same.get("runtime") if "runtime" in in_common else None, _calls(measurements, same)))
    )
    board = boards.get(same.get("board", ""))
    where = same.get("board")
    if board is not None:
        where = f"{board.name} ({_size(board.flash.size)} flash, {_size(board.ram.size)} RAM)"
    how = ", ".join(same[part] for part in ("base", "profile") if part in same)
    return ", ".join(filter(None, (" on ".join(filter(None, (what, where))), how)))


def _size(size: int) -> str:
    """The size of a memory, in KiB as it is sold if it is a multiple of that."""
    return f"{size >> 10} KiB" if size % 1024 == 0 else f"{size:,} B"


def _calls(measurements: Sequence[Measurement], same: Mapping[str, str]) -> str | None:
    """The module; one of the user's with its warm call, and what that returned if all agree."""
    name = same.get("module")
    runs = [measurement.run for measurement in measurements if measurement.run and measurement.run.calls]
    if name is None or not runs or measurements[0].provenance.module is None:
        return name
    last = runs[-1].calls[-1]
    shown = {run.calls[-1].shown for run in runs if run.calls[-1].shown is not None}
    result = f" = {next(iter(shown))}" if len(shown) == 1 else ""
    return f"{name}, {last.text}{result}" if last.text else name


def _legend(
    ran: Sequence[Measurement],
    baselines: Sequence[Measurement],
    bounds: frozenset[str],
    columns: Sequence[Column],
    measurements: Iterable[Measurement],
) -> Iterator[LegendClause]:
    if any(column.is_marked for column in columns):
        names = dict.fromkeys(measurement.runtime for measurement in ran if measurement.runtime in bounds)
        but = (
            f" but for {' and '.join(names)}, which load{'s' if len(names) == 1 else ''} no module"
            if names
            else ""
        )
        yield LegendClause(f"{BEST} best{but}")
    if len(baselines) == 1 and baselines[0].size is not None:
        size = marked(f"{baselines[0].size.flash:,} B", baselines[0])
        yield LegendClause(f"over baseline: without a runtime it is {size}", ("flash_over_baseline",))
    if any(map(is_outdated, measurements)):
        yield LegendClause(OUTDATED_CLAUSE)
    if any(map(has_ram_bound, ran)):
        yield LegendClause(f"{AT_MOST.strip()} at most: {RAM_BOUND}", RAM_COLUMNS)
    yield LegendClause(
        "load, calls: instructions",
        ("instructions_start", "instructions_call", "instructions_first_call", "instructions_region"),
    )
    how = link_known(ran)
    yield LegendClause(
        f"≈ predicted{f'; error bars include code layout ({how})' if how else ''}",
        ("time_call", "time_start", "time_first_call", "time_region", "charge", "energy", "score"),
    )


def _was_compared(measurements: Iterable[Measurement]) -> bool:
    """Whether two results of one module in one setting could be compared with one another."""
    answered = (one for one in measurements if one.runtime != BASELINE and one.status in _ANSWERED)
    settings = Counter((one.module, one.board, one.base, one.profile) for one in answered)
    return any(number > 1 for number in settings.values())


_ANSWERED = frozenset({Status.OK, Status.WRONG_RESULT})


def _notes(ran: Sequence[Measurement], others: Sequence[Measurement], *, compared: bool) -> Iterator[str]:
    for measurement in others:
        yield from _against_release(measurement, others)
    unchecked = [
        measurement
        for measurement in ran
        if measurement.provenance.module is not None
        and measurement.run is not None
        and all(call.expected is None and call.right is None for call in measurement.run.calls)
    ]
    if (note := size_note([one for one in ran if one.provenance.module is not None])) is not None:
        yield note
    scores = {score.of: None for one in ran if (score := score_of(one)) is not None}
    for of in scores:
        own = ", ".join(
            f"{one.runtime} {score.own:.6g}" for one in ran if (score := score_of(one)) is not None
        )
        yield f"score: {of} a second of predicted time; by the clock that the module was given: {own}"
    yield from _clock_notes(ran)
    if unchecked:
        how = "results were compared between runtimes only" if compared else "the result was not checked"
        yield f"{how}: --expect says what is right"


def _without_figures(columns: Iterable[Column]) -> Iterator[str]:
    """That columns which somebody has asked for are empty."""
    names = [column.title or " ".join(column.heading) for column in columns if not any(column.texts)]
    if names:
        yield f"no figures: {', '.join(names)}"


def _clock_notes(ran: Sequence[Measurement]) -> Iterator[str]:
    """That results may differ where the real time is told, and where it could not be told exactly."""
    clocks = {
        one.runtime: one.run.clock
        for one in ran
        if one.run is not None and one.run.clock is not None and one.run.clock.error_s is not None
    }
    if not clocks:
        return
    yield "the clock tells predicted time, which differs between runtimes, and so may what the module returns"
    for runtime, clock in clocks.items():
        if clock.error_s is not None and clock.error_s >= _EXACT_S:
            yield (
                f"{runtime}: of {clock.readings:,} readings, the farthest is {clock.error_s:.3g} s off when "
                f"it was made, after {clock.passes} passes"
            )


def _against_release(measurement: Measurement, others: Sequence[Measurement]) -> Iterator[str]:
    """For a build of a checkout: how it differs from the release that it is built like."""
    release = release_of(measurement, others)
    if release is None or measurement.status is not Status.OK:
        return
    names = ("flash", "least_ram", "instructions_start", "instructions_call")
    differences = []
    for name in names:
        column = summary_column(name)
        before, after = column.values(SummaryCells([release, measurement], {}))
        if isinstance(before, int) and isinstance(after, int):
            differences.append(f"{column.title} {change(before, after)}")
    yield f"{measurement.runtime} {measurement.version} against {release.version}: {', '.join(differences)}"


def release_of(measurement: Measurement, measurements: Sequence[Measurement]) -> Measurement | None:
    """For a build of a checkout, the release to compare it with: the version that it is built like."""
    source = measurement.provenance.source
    if source is None:
        return None
    setting = attrgetter("runtime", "module", "board", "base", "profile")
    releases = [
        other
        for other in measurements
        if setting(other) == setting(measurement) and other.provenance.source is None
    ]
    same_recipe = [release for release in releases if release.version == source.built_like]
    return next(iter(same_recipe or releases), None)
