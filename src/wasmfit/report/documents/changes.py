"""What ``wasmfit diff`` prints as JSON."""

from collections.abc import Iterator

from wasmfit.analysis.changes import (
    CellChange,
    CellChangeKind,
    CellOutcome,
    ChangeEffect,
    Changes,
    MetricChange,
)
from wasmfit.analysis.metrics import MetricKind
from wasmfit.model import Status
from wasmfit.model.contract import JsonDocument, JsonRecord, Number, Text

from .amounts import AmountRecord, amount_record


class OutcomeRecord(JsonRecord):
    """How a cell ended.

    Attributes:
        id: Its id.
        status: Its status.
        reason: Why it ended so.
        outdated: What has changed since it was measured, of a cell of the measured set.
    """

    id: Text
    status: Status
    reason: Text | None
    outdated: tuple[str, ...]


class MetricChangeRecord(JsonRecord):
    """A metric that changed.

    Attributes:
        figure: The metric's name.
        unit: Its unit.
        kind: Where its value is from.
        how: Whether it changed, or only within the error bars.
        verdict: Whether that is better.
        before, after: Its values.
        by: The difference; null where the two are of different calls, or modules, of the user's.
        percent: The difference in percent of the value before.
    """

    figure: Text
    unit: str
    kind: MetricKind
    how: CellChangeKind
    verdict: ChangeEffect
    before: AmountRecord | None
    after: AmountRecord | None
    by: Number | None
    percent: Number | None


class SymbolChangeRecord(JsonRecord):
    """A symbol of an image that grew or shrank.

    Attributes:
        symbol: Its name.
        before, after: Its bytes.
    """

    symbol: Text
    before: int
    after: int


class CellChangeRecord(JsonRecord):
    """A cell that changed.

    Attributes:
        name: What it is called on both sides.
        how: What became of it.
        before, after: How it ended; null on a side that does not have it.
        figures: The metrics that changed.
        unchanged: How many did not.
        why: What differs in the provenance of the two.
        symbols: The symbols that changed most, if both images still exist.
    """

    name: Text
    how: CellChangeKind
    before: OutcomeRecord | None
    after: OutcomeRecord | None
    figures: tuple[MetricChangeRecord, ...]
    unchanged: int
    why: tuple[Text, ...]
    symbols: tuple[SymbolChangeRecord, ...] | None


class ChangesDocument(JsonDocument):
    """What ``diff --format json`` prints.

    Attributes:
        before, after: What was compared, in words.
        unchanged: How many cells did not change.
        notes: What a reader must know.
        cells: The cells that changed.
        unmeasured: Ids of cells that were never measured on one side: of versions and profiles.
    """

    before: Text
    after: Text
    unchanged: int
    notes: tuple[Text, ...]
    unmeasured: tuple[Text, ...] = ()
    cells: tuple[CellChangeRecord, ...]


def changes_document(changes: Changes) -> ChangesDocument:
    """The document without its cells: of ten thousand, there is one at a time."""
    return ChangesDocument(
        before=changes.before,
        after=changes.after,
        unchanged=changes.unchanged,
        notes=changes.notes,
        unmeasured=changes.unmeasured,
        cells=(),
    )


def cell_changes(changes: Changes) -> Iterator[CellChangeRecord]:
    """The document's cells, each made when it is needed."""
    return (_cell(cell, changes) for cell in changes.cells)


def _cell(cell: CellChange, changes: Changes) -> CellChangeRecord:
    symbols = (changes.symbols or {}).get(cell.name)
    return CellChangeRecord(
        name=cell.name,
        how=cell.kind,
        before=_outcome(cell.before, changes),
        after=_outcome(cell.after, changes),
        figures=tuple(map(_metric, cell.metrics)),
        unchanged=cell.unchanged,
        why=cell.why,
        symbols=None
        if symbols is None
        else tuple(
            SymbolChangeRecord(symbol=symbol.name, before=symbol.before, after=symbol.after)
            for symbol in symbols
        ),
    )


def _outcome(outcome: CellOutcome | None, changes: Changes) -> OutcomeRecord | None:
    if outcome is None:
        return None
    return OutcomeRecord(
        id=outcome.id,
        status=outcome.status,
        reason=outcome.reason,
        outdated=changes.outdated.get(outcome.id, ()),
    )


def _metric(change: MetricChange) -> MetricChangeRecord:
    metric, kind = change.metric, change.kind
    return MetricChangeRecord(
        figure=metric.name,
        unit=metric.unit,
        kind=metric.kind,
        how=kind,
        verdict=change.effect_of(kind),
        before=amount_record(change.before),
        after=amount_record(change.after),
        by=change.by,
        percent=change.percent,
    )
