"""The report's document as the page reads it: what cells share is said once, figures stand in columns."""

import shlex
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, fields
from operator import attrgetter, itemgetter
from typing import Any, Generic, TypeVar

from wasmfit.analysis.answer import RULE, Standing
from wasmfit.analysis.benchmark import BASELINE, NATIVE, factors_of
from wasmfit.analysis.c_libraries import caution
from wasmfit.analysis.comparison_metrics import MEASURES
from wasmfit.analysis.document import OwnerClass, ReportDocument, Trend
from wasmfit.analysis.metric_values import RAM_NEEDED_IS, ram_needed
from wasmfit.analysis.metrics import RAM_NEEDED
from wasmfit.model import Board, Measurement, Prediction, RuntimeFeatures
from wasmfit.words import printable

SCHEMA = 1
BETWEEN = "[between sections]"

_LONGEST = 400
_IN_RAM = (".data", ".bss")
_ONLY_IN_RAM = (".bss",)
_PREDICTED = ("load", "instantiate", "first_call", "call")

T = TypeVar("T", bound=Hashable)


class _Table(Generic[T]):
    """Values by their number, each once."""

    def __init__(self) -> None:
        self._numbers: dict[T, int] = {}

    def number(self, value: T) -> int:
        return self._numbers.setdefault(value, len(self._numbers))

    def values(self) -> list[T]:
        return list(self._numbers)


def packed(document: ReportDocument) -> dict[str, Any]:
    """All of the document but its trees, which are packed by themselves."""
    measures = [measure for measure in MEASURES if measure.unit or measure.key.startswith("instructions_")]
    getters = [*(measure.get for measure in measures), ram_needed]
    bounds = {one.name for one in document.runtimes if one.bound}
    factors = factors_of(document.measurements)
    owners, facts, made_of = _Table[str](), _Table[tuple[tuple[str, str], ...]](), _Table[_Made]()

    def cell(one: Measurement) -> dict[str, Any]:
        provenance = one.provenance
        return {
            "id": one.id,
            "runtime": one.runtime,
            "version": one.version,
            "module": one.module,
            "board": one.board,
            "base": one.base,
            "profile": one.profile,
            "status": one.status.value,
            "reason": None if one.reason is None else printable(one.reason, _LONGEST),
            "figures": [found if isinstance(found := get(one), int) else None for get in getters],
            "slow": factors.get(one.id),
            "time": _times(one),
            **_owned(one, owners),
            "published": dict(one.published) or None,
            "source": one.published_source,
            "facts": facts.number(tuple(one.facts.items())),
            "elf": provenance.elf_sha256,
            "measured": provenance.measured_at,
            "replay": provenance.replay,
            "made": made_of.number(_made(one)),
        }

    cells = [cell(one) for one in document.measurements]
    return {
        "schema": SCHEMA,
        "title": document.title,
        "made": document.made_at,
        "wasmfit": document.wasmfit,
        "rule": RULE,
        "libraries": caution(document.measurements),
        "summed": RAM_NEEDED_IS,
        "native": NATIVE,
        "baseline": BASELINE,
        "measures": [
            *({"key": one.key, "label": one.label, "unit": one.unit} for one in measures),
            {"key": RAM_NEEDED, "label": "RAM needed", "unit": "B"},
        ],
        "boards": [_board(board) for board in document.boards],
        "runtimes": [asdict(one) for one in document.runtimes],
        "classes": [one.value for one in OwnerClass],
        "owners": [
            [printable(name), _class_number(document.owner_classes.get(name, OwnerClass.OTHER))]
            for name in owners.values()
        ],
        "bounds": sorted(bounds),
        "facts": [dict(one) for one in facts.values()],
        "made_of": [
            {"flags": one[0], "features": dict(one[1]), "tools": dict(one[2])} for one in made_of.values()
        ],
        "cells": cells,
        "images_left_out": document.images_left_out,
        "answers": [
            {
                **vars(one),
                "standings": [_standing(standing) for standing in one.standings],
            }
            for one in document.answers
        ],
        "features": None if document.features is None else [_features(one) for one in document.features],
        "titles": dict(document.feature_titles),
        "history": None if document.history is None else [_trend(one) for one in document.history],
    }


def _features(one: RuntimeFeatures) -> dict[str, Any]:
    """A runtime's features, with the command that lists what does not hold."""
    setting = ("-r", f"{one.runtime}@{one.version}", "-b", one.board, "-p", one.profile)
    failing = shlex.join(("wasmfit", "features", *setting, "--failing", "--feature"))
    return {**one.model_dump(mode="json"), "failing": failing}


def _trend(one: Trend) -> dict[str, Any]:
    points = [
        [point.at, point.value, None if point.moved is None else printable(point.moved, _LONGEST)]
        for point in one.points
    ]
    return {**vars(one), "points": points}


_Pairs = tuple[tuple[str, str], ...]
_Made = tuple[tuple[str, ...], _Pairs, _Pairs]


def _made(one: Measurement) -> _Made:
    """Flags, features and tools, as what they can be told apart by; the C library is one of the tools."""
    provenance, library = one.provenance, one.provenance.c_library
    tools = {**provenance.tools, **({} if library is None else {"C library": library.label})}
    return provenance.flags, tuple(provenance.features.items()), tuple(tools.items())


_STANDING = tuple(field.name for field in fields(Standing) if field.name != "shortfalls")
_stated = attrgetter(*_STANDING)


def _standing(one: Standing) -> dict[str, Any]:
    """A standing, with reasons that are no longer than can be read."""
    lacks = [
        {
            "measure": lack.measure,
            "have": lack.have,
            "need": lack.need,
            "short": lack.short,
            "reason": printable(lack.sentence, _LONGEST),
        }
        for lack in one.shortfalls
    ]
    return {**dict(zip(_STANDING, _stated(one), strict=True)), "shortfalls": lacks}


def _board(board: Board) -> dict[str, Any]:
    return {
        "name": board.name,
        "title": board.title,
        "chip": board.chip,
        "flash": board.flash.size,
        "ram": board.ram.size,
        "erase": board.erase_unit,
        "clock": board.clock_hz,
    }


def _class_number(one: OwnerClass) -> int:
    return list(OwnerClass).index(one)


def _times(one: Measurement) -> dict[str, list[float]] | None:
    """Predicted seconds a phase: typical, least and most; no more digits than they deserve."""
    predicted = None if one.run is None else one.run.predicted
    if predicted is None:
        return None
    phases: dict[str, Prediction | None] = {name: getattr(predicted, name) for name in _PREDICTED}
    return {
        name: [float(f"{second:.4g}") for second in (found.time_s, found.time_low_s, found.time_high_s)]
        for name, found in phases.items()
        if found is not None
    }


def _owned(one: Measurement, owners: _Table[str]) -> dict[str, list[tuple[int, int]]]:
    """Owners' numbers with their bytes in each memory, the largest first.

    They add up to what the memory holds: bytes between sections have a row.
    """
    if one.size is None:
        return {"flash": [], "ram": []}
    sections = one.size.owners.items()
    flash = [rows for section, rows in sections if section not in _ONLY_IN_RAM]
    ram = [rows for section, rows in sections if section in _IN_RAM]
    return {
        "flash": _numbered(flash, one.size.flash, owners),
        "ram": _numbered(ram, one.size.ram_static, owners),
    }


def _numbered(sections: Sequence[Mapping[str, int]], size: int, owners: _Table[str]) -> list[tuple[int, int]]:
    total: dict[str, int] = {}
    for rows in sections:
        for owner, count in rows.items():
            total[owner] = total.get(owner, 0) + count
    rest = size - sum(total.values())
    if rest > 0:
        total[BETWEEN] = rest
    ranked = sorted(total.items())
    ranked.sort(key=itemgetter(1), reverse=True)
    return [(owners.number(owner), count) for owner, count in ranked]
