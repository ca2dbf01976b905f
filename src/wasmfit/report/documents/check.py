"""What ``wasmfit check`` prints as JSON."""

from typing import Literal

from wasmfit.analysis.check import BudgetCheck, LimitResult, LimitStatus
from wasmfit.analysis.metrics import MetricKind
from wasmfit.model.contract import JsonDocument, JsonRecord, Number, Text

from .amounts import AmountRecord, amount_record


class LimitRecord(JsonRecord):
    """A limit compared with a cell.

    Attributes:
        id: The cell's id.
        figure: The metric's name.
        unit: Its unit.
        kind: Where its value is from.
        side: Whether it is the most or the least that is allowed.
        level: Whether a broken limit makes the check fail.
        verdict: Whether the cell is within it.
        fails: Whether it makes the check fail.
        have: The metric.
        allowed: The limit in the metric's unit.
        over: By how much it is exceeded; null if it is not.
        baseline: What a relative limit is compared with.
        message: All of this as a sentence.
        line: The line of the budget.
    """

    id: Text
    figure: Text
    unit: str
    kind: MetricKind
    side: Literal["max", "min"]
    level: Literal["hard", "soft"]
    verdict: LimitStatus
    fails: bool
    have: AmountRecord | None
    allowed: Number | None
    over: Number | None
    baseline: AmountRecord | None
    message: Text
    line: int


class CheckDocument(JsonDocument):
    """What ``check --format json`` prints.

    Attributes:
        budget: The budget's file.
        checked: What was checked, in words.
        measured_from, measured_to: When the first and the last of the cells were measured, ISO 8601.
        ok: Whether no hard limit is broken.
        outcomes: One for each limit of each cell that it applies to.
        notes: What it rests on, where that is not this machine's measurements alone.
    """

    budget: Text
    checked: Text
    measured_from: str | None
    measured_to: str | None
    ok: bool
    outcomes: tuple[LimitRecord, ...]
    notes: tuple[Text, ...] = ()


def check_document(checked: BudgetCheck) -> CheckDocument:
    """The document of a checked budget."""
    return CheckDocument(
        budget=checked.path,
        checked=checked.title,
        measured_from=checked.oldest or None,
        measured_to=checked.newest or None,
        ok=not checked.failed,
        outcomes=tuple(map(limit_record, checked.results)),
        notes=checked.notes,
    )


def limit_record(result: LimitResult) -> LimitRecord:
    """A limit compared with a cell."""
    metric = result.limit.metric
    return LimitRecord(
        id=result.id,
        figure=metric.name,
        unit=metric.unit,
        kind=metric.kind,
        side=result.side,
        level=result.limit.table.level,
        verdict=result.status,
        fails=result.fails,
        have=amount_record(result.actual),
        allowed=result.allowed,
        over=result.excess,
        baseline=amount_record(result.baseline),
        message=result.message,
        line=result.limit.line,
    )
