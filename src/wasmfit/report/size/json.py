"""The JSON of ``wasmfit size``, as docs/json.md says."""

from wasmfit.footprint.analysis import SizeAnalysis
from wasmfit.footprint.views.diff import SizeChange, SizeDifference
from wasmfit.footprint.views.memories import MemoryUse
from wasmfit.footprint.views.tree import ViewRow
from wasmfit.json_text import dumped

from .documents import (
    ChangeRecord,
    CrateRecord,
    DifferenceRecord,
    MemoryRecord,
    MoveRecord,
    OwnerRow,
    PlaceRecord,
    RowRecord,
    SectionRecord,
    SizeDocument,
    ViewRecord,
)


def to_json(analysis: SizeAnalysis) -> str:
    """``{"schema": 1, "file", "sections": [...], ...}``; what is not known is null."""
    return dumped(to_dict(analysis))


def to_dict(analysis: SizeAnalysis) -> SizeDocument:
    """The analysis as plain data."""
    document = SizeDocument(
        schema=1,
        file=analysis.file,
        kind=analysis.kind,
        machine=analysis.machine,
        bits=analysis.bits,
        bytes=analysis.size,
        sections=[
            SectionRecord(
                name=section.name,
                address=section.address,
                size=section.size,
                rows=[OwnerRow(owner=row.owner, bytes=row.bytes) for row in section.rows],
            )
            for section in analysis.sections
        ],
        regions=[_use(use, guessed=analysis.guessed) for use in analysis.uses],
        by=[by.value for by in analysis.by],
        view=ViewRecord(bytes=analysis.view.bytes, rows=[_row(row) for row in analysis.view.rows]),
        notes=list(analysis.notes),
    )
    if analysis.difference is not None:
        document["difference"] = _difference(analysis.difference)
    return document


def _use(use: MemoryUse, *, guessed: bool) -> MemoryRecord:
    return MemoryRecord(
        name=use.name,
        bytes=use.bytes,
        size=use.size,
        share=use.share,
        page_size=use.page_size,
        pages=use.pages,
        flashed=use.flashed,
        guessed=guessed,
    )


def _row(row: ViewRow) -> RowRecord:
    assert row.by is not None
    plain = RowRecord(by=row.by.value, name=row.name, bytes=row.bytes)
    if row.count > 1:
        plain["count"] = row.count
    if row.symbol is not None:
        plain["symbol"], plain["address"] = row.symbol, row.address
    if row.rows:
        plain["rows"] = [_row(inner) for inner in row.rows]
    return plain


def _difference(difference: SizeDifference) -> DifferenceRecord:
    return DifferenceRecord(
        base=difference.base,
        before=difference.view.before,
        after=difference.view.after,
        bytes=difference.view.bytes,
        rows=[_change(row) for row in difference.view.rows],
        moved=[
            MoveRecord(
                name=move.name,
                before=_location(move.before, move.bytes_before),
                after=_location(move.after, move.bytes_after),
            )
            for move in difference.moves
        ],
        crates=[
            CrateRecord(crate=crate.crate, before=crate.before, after=crate.after, what=crate.what)
            for crate in difference.crates
        ],
    )


def _location(where: tuple[str, str], size: int) -> PlaceRecord:
    section, owner = where
    return PlaceRecord(section=section, owner=owner, bytes=size)


def _change(change: SizeChange) -> ChangeRecord:
    assert change.by is not None
    plain = ChangeRecord(
        by=change.by.value,
        name=change.name,
        before=change.before,
        after=change.after,
        bytes=change.bytes,
        how=change.kind.value,
    )
    if change.count > 1:
        plain["count"] = change.count
    if change.rows:
        plain["rows"] = [_change(row) for row in change.rows]
    return plain
