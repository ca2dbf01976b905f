"""JSON, as the contract says."""

from typing import Any

from wasmfit.footprint.analysis import Survey
from wasmfit.footprint.views.diff import Change, Difference
from wasmfit.footprint.views.memories import Use
from wasmfit.footprint.views.tree import Node
from wasmfit.json_text import dumped

Table = dict[str, Any]


def to_json(survey: Survey) -> str:
    """``{"schema": 1, "file", "sections": [...], ...}``; what is not known is null."""
    return dumped(to_dict(survey))


def to_dict(survey: Survey) -> Table:
    """The survey as plain data."""
    made: Table = {
        "schema": 1,
        "file": survey.file,
        "kind": survey.kind,
        "machine": survey.machine,
        "bits": survey.bits,
        "bytes": survey.size,
        "sections": [
            {
                "name": section.name,
                "address": section.address,
                "size": section.size,
                "rows": [{"owner": row.owner, "bytes": row.bytes} for row in section.rows],
            }
            for section in survey.sections
        ],
        "regions": [{**_use(use), "guessed": survey.guessed} for use in survey.uses],
        "by": [by.value for by in survey.by],
        "view": {"bytes": survey.view.bytes, "rows": [_node(row) for row in survey.view.rows]},
        "notes": list(survey.notes),
    }
    if survey.difference is not None:
        made["difference"] = _difference(survey.difference)
    return made


def _use(use: Use) -> Table:
    return {
        "name": use.name,
        "bytes": use.bytes,
        "size": use.size,
        "share": use.share,
        "page_size": use.page_size,
        "pages": use.pages,
        "flashed": use.flashed,
    }


def _node(node: Node) -> Table:
    assert node.by is not None
    made: Table = {"by": node.by.value, "name": node.name, "bytes": node.bytes}
    if node.count > 1:
        made["count"] = node.count
    if node.symbol is not None:
        made |= {"symbol": node.symbol, "address": node.address}
    if node.rows:
        made["rows"] = [_node(row) for row in node.rows]
    return made


def _difference(difference: Difference) -> Table:
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


def _change(change: Change) -> Table:
    assert change.by is not None
    made: Table = {
        "by": change.by.value,
        "name": change.name,
        "before": change.before,
        "after": change.after,
        "bytes": change.bytes,
        "how": change.how.value,
    }
    if change.count > 1:
        made["count"] = change.count
    if change.rows:
        made["rows"] = [_change(row) for row in change.rows]
    return made
