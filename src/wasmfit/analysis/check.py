"""Metrics of cells compared with budgets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import Literal

from wasmfit.errors import UsageError
from wasmfit.model import Measurement, Status
from wasmfit.words import closest, counted, escape_unprintable

from .amounts import Amount, amount_text
from .budget import Budget, Limit
from .metric_values import metric_value, to_amount
from .metrics import OWNERS, MetricKind
from .own_calls import other_work
from .quantities import LimitValue
from .snapshot import Snapshot, SnapshotKey, cell_of

_MOST_SEARCHED = 200
"""Cells whose owners are searched for a similar name."""


class LimitStatus(Enum):
    """Whether a cell is within a limit.

    Attributes:
        OK: Within it.
        NEAR: Within it, but the prediction's error bar exceeds it.
        BROKEN: Not within it.
        UNKNOWN: The metric, or its baseline, is not known, which counts as not within it.
    """

    OK = "ok"
    NEAR = "near"
    BROKEN = "broken"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class LimitResult:
    """A limit compared with a cell.

    Attributes:
        limit: The limit.
        cell: The cell's name.
        id: Its id.
        side: ``max`` or ``min``.
        status: Whether the cell is within it.
        actual: The metric.
        allowed: The limit in the metric's unit.
        baseline: What a relative limit is compared with.
        excess: By how much the limit is exceeded; ``None`` if it is not.
        reason: Why it is unknown.
    """

    limit: Limit
    cell: str
    id: str
    side: Literal["max", "min"]
    status: LimitStatus
    actual: Amount | None
    allowed: float | None
    baseline: Amount | None = None
    excess: float | None = None
    reason: str | None = None

    @property
    def fails(self) -> bool:
        """Whether it makes the check fail."""
        exceeded = self.status in (LimitStatus.BROKEN, LimitStatus.UNKNOWN)
        return self.limit.table.level == "hard" and exceeded

    @property
    def warns(self) -> bool:
        """Whether it deserves a warning."""
        return not self.fails and self.status is not LimitStatus.OK

    @property
    def sentence(self) -> str:
        """The metric, the limit, and by how much it is exceeded."""
        unit, name = self.limit.metric.unit, self.limit.metric.name
        if self.status is LimitStatus.UNKNOWN:
            return f"{name} is not known: {self.reason}"
        assert self.allowed is not None
        actual, allowed = amount_text(self.actual, unit), amount_text(Amount(self.allowed), unit)
        if self.baseline is not None:
            allowed += f" ({self._value.text} of {amount_text(self.baseline, unit)})"
        most = "at most" if self.side == "max" else "at least"
        if self.status is LimitStatus.BROKEN:
            excess = amount_text(Amount(self.excess or 0), unit)
            word = "too much" if self.side == "max" else "too little"
            return f"{name} is {actual}, {excess} {word}: {most} {allowed}"
        words = ", and its error bar exceeds that" if self.status is LimitStatus.NEAR else ""
        return f"{name} is {actual}: {most} {allowed}{words}"

    @property
    def message(self) -> str:
        """The sentence, and why the limit exists."""
        reason = self.limit.table.reason
        return f"{self.sentence}{f' ({reason})' if reason else ''}"

    @property
    def _value(self) -> LimitValue:
        value = self.limit.max if self.side == "max" else self.limit.min
        assert value is not None
        return value


@dataclass(frozen=True)
class BudgetCheck:
    """A budget compared with measurements.

    Attributes:
        path: The budget's file.
        title: What was checked.
        results: One for each limit of each cell that it applies to.
        oldest, newest: When the first and the last of the cells were measured, ISO 8601.
        notes: What it rests on, where that is not this machine's measurements alone.
    """

    path: str
    title: str
    results: tuple[LimitResult, ...]
    oldest: str
    newest: str
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[LimitResult, ...]:
        """The results that make the check fail."""
        return tuple(result for result in self.results if result.fails)

    @property
    def warned(self) -> tuple[LimitResult, ...]:
        """The results that do not, and deserve a warning."""
        return tuple(result for result in self.results if result.warns)

    @property
    def summary(self) -> str:
        """How many limits hold, as a clause; what is not known is counted apart from what is broken."""
        total = len(self.results)
        held = total - len(self.failed) - len(self.warned)
        cells = len({result.id for result in self.results})
        unknown = sum(result.status is LimitStatus.UNKNOWN for result in self.failed)
        return (
            f"{counted(total, 'limit')} on {counted(cells, 'cell')}: "
            f"{held:,} held, {len(self.warned):,} warned, {len(self.failed) - unknown:,} broken"
            f"{f', {unknown:,} not known' if unknown else ''}"
        )


def check_budget(budget: Budget, measured: Snapshot, baselines: Mapping[str, Snapshot]) -> BudgetCheck:
    """Compares measurements with a budget.

    Args:
        budget: The limits.
        measured: What to check.
        baselines: What relative limits are compared with, by the names that the budget has for them.

    Raises:
        UsageError: A limit applies to no cell, or names an owner that none of its cells has.
    """
    results: list[list[LimitResult]] = [[] for _ in budget.limits]
    predictions = any(limit.metric.kind is MetricKind.PREDICTED for limit in budget.limits)
    times: set[str] = set()
    for name, entry in measured.entries.items():
        cell = cell_of(entry)
        applying = [
            (number, limit) for number, limit in enumerate(budget.limits) if limit.applies_to(name, cell)
        ]
        if not applying:
            continue
        # One cell after the other, so that thousands need not be in memory at once.
        measurement = measured.measurement(name, predictions=predictions)
        if measurement is not None:
            times.add(measurement.provenance.measured_at)
        for number, limit in applying:
            results[number] += _results(limit, name, cell, measurement, baselines, predictions)
    for limit, of_limit in zip(budget.limits, results, strict=True):
        if not of_limit:
            raise _no_cell(budget, limit, measured)
        is_owner = limit.metric.name.startswith(OWNERS)
        if is_owner and not any(result.actual and result.actual.value for result in of_limit):
            raise _no_owner(budget, limit, measured)
    return BudgetCheck(
        budget.path,
        measured.title,
        tuple(result for of_limit in results for result in of_limit),
        min(times, default=""),
        max(times, default=""),
    )


def _results(
    limit: Limit,
    name: str,
    cell: str,
    measurement: Measurement | None,
    baselines: Mapping[str, Snapshot],
    predictions: bool,
) -> Iterator[LimitResult]:
    sides: tuple[tuple[Literal["max", "min"], LimitValue | None], ...]
    sides = ("max", limit.max), ("min", limit.min)
    for side, value in sides:
        if value is None:
            continue
        actual, reason = _amount(limit, measurement)
        baseline: Amount | None = None
        if value.relative and reason is None:
            baseline, reason = _baseline(limit, name, measurement, baselines, predictions)
        allowed = None if reason is not None else value.allowed(None if baseline is None else baseline.value)
        if actual is None or allowed is None:
            yield LimitResult(
                limit, name, cell, side, LimitStatus.UNKNOWN, actual, None, baseline, None, reason
            )
            continue
        excess = actual.value - allowed if side == "max" else allowed - actual.value
        bar_exceeds = actual.most > allowed if side == "max" else actual.least < allowed
        status = LimitStatus.BROKEN if excess > 0 else LimitStatus.NEAR if bar_exceeds else LimitStatus.OK
        yield LimitResult(
            limit, name, cell, side, status, actual, allowed, baseline, excess if excess > 0 else None, None
        )


def _amount(limit: Limit, measurement: Measurement | None) -> tuple[Amount | None, str | None]:
    """The metric of a cell, or why it is not known."""
    if measurement is None:
        return None, "its record is of an older wasmfit and is not understood; measure it again"
    value = metric_value(measurement, limit.metric.name)
    if value is None and limit.metric.name.startswith(OWNERS) and measurement.size is not None:
        value = 0  # Owners add up to the section: one that is not named owns nothing of it.
    if value is not None:
        return to_amount(value), None
    if measurement.status is not Status.OK:
        reason = f": {measurement.reason}" if measurement.reason else ""
        return None, f"the cell ended as {measurement.status.value}{reason}"
    return None, "it was not measured for this cell"


def _baseline(
    limit: Limit,
    name: str,
    measurement: Measurement | None,
    baselines: Mapping[str, Snapshot],
    predictions: bool,
) -> tuple[Amount | None, str | None]:
    assert limit.baseline is not None
    side = baselines[limit.baseline]
    if name not in side.entries:
        return None, (
            f"{side.title} does not have the cell to compare it with; give it an absolute limit, "
            "or name it in except"
        )
    before = side.measurement(name, predictions=predictions)
    if before is not None and measurement is not None:
        follows = side.key is SnapshotKey.CELL
        if (other := other_work(before, measurement, follows_module=follows)) is not None:
            return None, f"{side.title} has {other}"
    amount, reason = _amount(limit, before)
    return amount, None if reason is None else f"in {side.title}, {reason}"


def _no_cell(budget: Budget, limit: Limit, measured: Snapshot) -> UsageError:
    globs = " or ".join(limit.table.cells)
    known = [cell_of(entry) for entry in measured.entries.values()]
    close = closest(limit.table.cells[0], known, 0.4)
    if not known:
        remedy = (
            "Nothing was measured yet: --run measures the cells that the budget names, and --measured takes "
            "the measurements that come with wasmfit."
        )
    else:
        elsewhere = "" if measured.of_set() else ", or take what comes with wasmfit, with --measured"
        remedy = (
            f"{f'Perhaps you meant {close}. ' if close else ''}"
            f"Measure it first, with --run or `wasmfit compare`{elsewhere}; ids are in `wasmfit list cells`."
        )
    return UsageError(
        f"{escape_unprintable(budget.path)}:{limit.line}: the limit on {limit.metric.name} is for "
        f"{escape_unprintable(globs)}, and {measured.title} has no such cell.",
        escape_unprintable(remedy, 500),
    )


def _no_owner(budget: Budget, limit: Limit, measured: Snapshot) -> UsageError:
    measurements = (
        measured.measurement(name, predictions=False)
        for name, entry in measured.entries.items()
        if limit.applies_to(name, cell_of(entry))
    )
    names = sorted(
        f"{OWNERS}{section}/{owner}"
        for measurement in islice(measurements, _MOST_SEARCHED)
        if measurement is not None and measurement.size is not None
        for section, owners in measurement.size.owners.items()
        for owner in owners
    )
    close = closest(limit.metric.name, names, 0.6)
    return UsageError(
        f"{escape_unprintable(budget.path)}:{limit.line}: none of its cells has a byte of "
        f"{escape_unprintable(limit.metric.name)}.",
        f"Perhaps you meant {escape_unprintable(close)}."
        if close
        else "Owners are in `wasmfit compare --format json`.",
    )
