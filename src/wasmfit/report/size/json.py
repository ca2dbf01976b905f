"""The JSON of ``wasmfit size``, as docs/json.md says."""

from typing import Any

from wasmfit.footprint.analysis import SizeAnalysis
from wasmfit.footprint.views.diff import SizeChange, SizeDifference
from wasmfit.footprint.views.memories import MemoryUse
from wasmfit.footprint.views.tree import ViewRow
from wasmfit.json_text import dumped

Table = dict[str, Any]


def to_json(analysis: SizeAnalysis) -> str:
    """``{"schema": 1, "file", "sections": [...], ...}``; what is not known is null."""
    return dumped(to_dict(analysis))


def to_dict(analysis: SizeAnalysis) -> Table:
    """The analysis as plain data."""
    document: Table = {
        "schema": 1,
        "file": analysis.file,
        "kind": analysis.kind,
        "machine": analysis.machine,
        "bits": analysis.bits,
        "bytes": analysis.size,
        "sections": [
            {
                "name": section.name,
                "address": section.address,
                "size": section.size,
                "rows": [{"owner": row.owner, "bytes": row.bytes} for row in section.rows],
            }
            for section in analysis.sections
        ],
        "regions": [{**_use(use), "guessed": analysis.guessed} for use in analysis.uses],
        "by": [by.value for by in analysis.by],
        "view": {"bytes": analysis.view.bytes, "rows": [_row(row) for row in analysis.view.rows]},
        "notes": list(analysis.notes),
    }
    if analysis.difference is not None:
        document["difference"] = _difference(analysis.difference)
    return document


def _use(use: MemoryUse) -> Table:
    return {
        "name": use.name,
        "bytes": use.bytes,
        "size": use.size,
        "share": use.share,
        "page_size": use.page_size,
        "pages": use.pages,
        "flashed": use.flashed,
    }


def _row(row: ViewRow) -> Table:
    assert row.by is not None
    plain: Table = {"by": row.by.value, "name": row.name, "bytes": row.bytes}
    if row.count > 1:
        plain["count"] = row.count
    if row.symbol is not None:
        plain |= {"symbol": row.symbol, "address": row.address}
    if row.rows:
        plain["rows"] = [_row(inner) for inner in row.rows]
    return plain


def _difference(difference: SizeDifference) -> Table:
    return {
        "base": difference.base,
        "before": difference.view.before,
        "after": difference.view.after,
        "bytes": difference.view.bytes,
        "rows": [_change(row) for row in difference.view.rows],
        "moved": [
            {
                "name": move.name,
                "before": {"section": move.before[0], "owner": move.before[1], "bytes": move.bytes_before},
                "after": {"section": move.after[0], "owner": move.after[1], "bytes": move.bytes_after},
            }
            for move in difference.moves
        ],
        "crates": [
            {"crate": crate.crate, "before": crate.before, "after": crate.after, "what": crate.what}
            for crate in difference.crates
        ],
    }


def _change(change: SizeChange) -> Table:
    assert change.by is not None
    plain: Table = {
        "by": change.by.value,
        "name": change.name,
        "before": change.before,
        "after": change.after,
        "bytes": change.bytes,
        "how": change.kind.value,
    }
    if change.count > 1:
        plain["count"] = change.count
    if change.rows:
        plain["rows"] = [_change(row) for row in change.rows]
    return plain
