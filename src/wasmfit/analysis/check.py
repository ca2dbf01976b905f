"""Figures held against budgets."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from itertools import islice

from wasmfit.errors import UsageError
from wasmfit.model import Measurement, Status
from wasmfit.words import printable

from .amounts import Amount, shown
from .budget import Budget, Limit
from .metric_values import amount, value
from .metrics import OWNERS, Kind
from .quantities import Bound
from .snapshot import Snapshot, cell_of

_LOOKED_AT = 200
"""Cells whose owners are looked through for one of a similar name."""


class Verdict(Enum):
    """What became of a limit for a cell.

    Attributes:
        OK: Within it.
        NEAR: Within it, but the prediction's error bar reaches over it.
        BROKEN: Not within it.
        UNKNOWN: The figure, or what it is held against, is not known; which is not within it.
    """

    OK = "ok"
    NEAR = "near"
    BROKEN = "broken"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Outcome:
    """A limit held against a cell.

    Attributes:
        limit: The limit.
        cell: The cell's name.
        id: Its id.
        side: ``max`` or ``min``.
        verdict: Whether it holds.
        have: The figure.
        allowed: The limit in the figure's unit.
        baseline: What it is relative to.
        over: By how much it is broken, more than nothing.
        reason: Why it is unknown.
    """

    limit: Limit
    cell: str
    id: str
    side: str
    verdict: Verdict
    have: Amount | None
    allowed: float | None
    baseline: Amount | None = None
    over: float | None = None
    reason: str | None = None

    @property
    def fails(self) -> bool:
        """Whether it makes the check fail."""
        return self.limit.table.level == "hard" and self.verdict in (Verdict.BROKEN, Verdict.UNKNOWN)

    @property
    def warns(self) -> bool:
        """Whether it is worth a word all the same."""
        return not self.fails and self.verdict is not Verdict.OK

    @property
    def sentence(self) -> str:
        """What is the matter, with what and by how much."""
        unit, figure = self.limit.figure.unit, self.limit.figure.name
        if self.verdict is Verdict.UNKNOWN:
            return f"{figure} is not known: {self.reason}"
        assert self.allowed is not None
        have, allowed = shown(self.have, unit), shown(Amount(self.allowed), unit)
        if self.baseline is not None:
            allowed += f" ({self._bound.text} of {shown(self.baseline, unit)})"
        most = "at most" if self.side == "max" else "at least"
        if self.verdict is Verdict.BROKEN:
            over = shown(Amount(self.over or 0), unit)
            word = "too much" if self.side == "max" else "too little"
            return f"{figure} is {have}, {over} {word}: {most} {allowed}"
        words = ", and its error bar reaches over that" if self.verdict is Verdict.NEAR else ""
        return f"{figure} is {have}: {most} {allowed}{words}"

    @property
    def _bound(self) -> Bound:
        found = self.limit.max if self.side == "max" else self.limit.min
        assert found is not None
        return found


@dataclass(frozen=True)
class Checked:
    """A budget held against measurements.

    Attributes:
        path: The budget's file.
        title: What was checked.
        outcomes: One for each limit of each cell that it holds for.
        oldest, newest: When the first and the last of the cells were measured, ISO 8601.
    """

    path: str
    title: str
    outcomes: tuple[Outcome, ...]
    oldest: str
    newest: str

    @property
    def failed(self) -> tuple[Outcome, ...]:
        """What makes the check fail."""
        return tuple(one for one in self.outcomes if one.fails)

    @property
    def warned(self) -> tuple[Outcome, ...]:
        """What does not, and is worth a word."""
        return tuple(one for one in self.outcomes if one.warns)

    @property
    def summary(self) -> str:
        """How many limits hold, in a sentence's part."""
        total = len(self.outcomes)
        held = total - len(self.failed) - len(self.warned)
        cells = len({one.id for one in self.outcomes})
        return (
            f"{total:,} limit{'s' if total != 1 else ''} on {cells:,} cell{'s' if cells != 1 else ''}: "
            f"{held:,} held, {len(self.warned):,} warned, {len(self.failed):,} broken"
        )


def check(budget: Budget, measured: Snapshot, baselines: Mapping[str, Snapshot]) -> Checked:
    """Holds measurements against a budget.

    Args:
        budget: The limits.
        measured: What to check.
        baselines: What relative limits are held against, by the names that the budget has for them.

    Raises:
        UsageError: A limit holds for no cell, or names an owner that none of its cells has.
    """
    outcomes: list[list[Outcome]] = [[] for _ in budget.limits]
    predictions = any(limit.figure.kind is Kind.PREDICTED for limit in budget.limits)
    times: set[str] = set()
    for name, entry in measured.entries.items():
        cell = cell_of(entry)
        wanted = [
            (number, limit) for number, limit in enumerate(budget.limits) if limit.holds_for(name, cell)
        ]
        if not wanted:
            continue
        # One cell after the other, since thousands need not be held at once.
        one = measured.measurement(name, predictions=predictions)
        if one is not None:
            times.add(one.provenance.measured_at)
        for number, limit in wanted:
            outcomes[number] += _held(limit, name, cell, one, baselines, predictions)
    for limit, held in zip(budget.limits, outcomes, strict=True):
        if not held:
            raise _no_cell(budget, limit, measured)
        if limit.figure.name.startswith(OWNERS) and not any(one.have and one.have.value for one in held):
            raise _no_owner(budget, limit, measured)
    flat = tuple(one for held in outcomes for one in held)
    return Checked(budget.path, measured.title, flat, min(times, default=""), max(times, default=""))


def _held(
    limit: Limit,
    name: str,
    cell: str,
    one: Measurement | None,
    baselines: Mapping[str, Snapshot],
    predictions: bool,
) -> Iterator[Outcome]:
    for side, bound in (("max", limit.max), ("min", limit.min)):
        if bound is None:
            continue
        have, reason = _figure(limit, one)
        against: Amount | None = None
        if bound.relative and reason is None:
            against, reason = _baseline(limit, name, baselines, predictions)
        allowed = None if reason is not None else bound.allowed(None if against is None else against.value)
        if have is None or allowed is None:
            yield Outcome(limit, name, cell, side, Verdict.UNKNOWN, have, None, against, None, reason)
            continue
        over = have.value - allowed if side == "max" else allowed - have.value
        reach = have.most > allowed if side == "max" else have.least < allowed
        verdict = Verdict.BROKEN if over > 0 else Verdict.NEAR if reach else Verdict.OK
        yield Outcome(
            limit, name, cell, side, verdict, have, allowed, against, over if over > 0 else None, None
        )


def _figure(limit: Limit, one: Measurement | None) -> tuple[Amount | None, str | None]:
    """The figure of a cell, or why it is not known."""
    if one is None:
        return None, "its record is of an older wasmfit and is not understood; measure it anew"
    found = value(one, limit.figure.name)
    if found is None and limit.figure.name.startswith(OWNERS) and one.size is not None:
        found = 0  # Owners add up to the section: one that is not named has nothing of it.
    if found is not None:
        return amount(found), None
    if one.status is not Status.OK:
        return None, f"the cell ended as {one.status.value}{f': {one.reason}' if one.reason else ''}"
    return None, "it was not measured for this cell"


def _baseline(
    limit: Limit, name: str, baselines: Mapping[str, Snapshot], predictions: bool
) -> tuple[Amount | None, str | None]:
    assert limit.baseline is not None
    side = baselines[limit.baseline]
    if name not in side.entries:
        return None, (
            f"{side.title} does not have the cell to hold it against; give it an absolute limit, "
            "or name it in except"
        )
    found, reason = _figure(limit, side.measurement(name, predictions=predictions))
    return found, None if reason is None else f"in {side.title}, {reason}"


def _no_cell(budget: Budget, limit: Limit, measured: Snapshot) -> UsageError:
    globs = " or ".join(limit.table.cells)
    known = [cell_of(entry) for entry in measured.entries.values()]
    close = get_close_matches(limit.table.cells[0], known, n=1, cutoff=0.4)
    if not known:
        remedy = "Nothing was measured yet: --run measures the cells that the budget names."
    else:
        remedy = (
            f"{f'Perhaps you meant {close[0]}. ' if close else ''}"
            "Measure it first, with --run or `wasmfit compare`; ids are in `wasmfit list cells`."
        )
    return UsageError(
        f"{printable(budget.path)}:{limit.line}: the limit on {limit.figure.name} is for {printable(globs)}, "
        f"and {measured.title} has no such cell.",
        printable(remedy, 500),
    )


def _no_owner(budget: Budget, limit: Limit, measured: Snapshot) -> UsageError:
    records = (
        measured.measurement(name, predictions=False)
        for name, entry in measured.entries.items()
        if limit.holds_for(name, cell_of(entry))
    )
    names = sorted(
        f"{OWNERS}{section}/{owner}"
        for one in islice(records, _LOOKED_AT)
        if one is not None and one.size is not None
        for section, owners in one.size.owners.items()
        for owner in owners
    )
    close = get_close_matches(limit.figure.name, names, n=1, cutoff=0.6)
    return UsageError(
        f"{printable(budget.path)}:{limit.line}: none of its cells has a byte of "
        f"{printable(limit.figure.name)}.",
        f"Perhaps you meant {printable(close[0])}."
        if close
        else "Owners are in `wasmfit compare --format json`.",
    )
