"""The report's document as the page reads it: what cells share is stored once, metrics are columns."""

import shlex
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import asdict, fields
from operator import attrgetter, itemgetter
from typing import Any, Generic, TypeVar

from wasmfit.analysis.basis import OUTDATED_MARK, outdated_notes
from wasmfit.analysis.benchmark import BASELINE, NATIVE, references, relative_factors, slowdowns
from wasmfit.analysis.c_libraries import library_note
from wasmfit.analysis.comparison_metrics import COMPARISON_METRICS
from wasmfit.analysis.counted import (
    counted_instructions,
    counted_prediction,
    counted_region,
    is_called_once,
)
from wasmfit.analysis.document import OwnerClass, ReportDocument, Trend
from wasmfit.analysis.layouts import layouts_of, link_notes
from wasmfit.analysis.metric_values import SUM_OF_PEAKS, has_ram_bound, ram_needed
from wasmfit.analysis.metrics import RAM_NEEDED
from wasmfit.analysis.module_metrics import sent_bytes
from wasmfit.analysis.own_suite import is_own
from wasmfit.analysis.setting_rankings import RULE, RankingEntry
from wasmfit.analysis.supply import charge_of, energy_of
from wasmfit.analysis.unowned import unowned_notes
from wasmfit.model import Board, Measurement, Prediction, RuntimeFeatures
from wasmfit.timing import setup_notes
from wasmfit.words import escape_unprintable

SCHEMA = 1
BETWEEN = "[between sections]"

_LONGEST = 400
_IN_RAM = (".data", ".bss")
_ONLY_IN_RAM = (".bss",)
_PREDICTED = ("load", "instantiate", "start", "first_call", "call")

T = TypeVar("T", bound=Hashable)


class _Numbered(Generic[T]):
    """Distinct values, each with a number."""

    def __init__(self) -> None:
        self._numbers: dict[T, int] = {}

    def number(self, value: T) -> int:
        return self._numbers.setdefault(value, len(self._numbers))

    def values(self) -> list[T]:
        return list(self._numbers)


def packed(document: ReportDocument) -> dict[str, Any]:
    """The document without its trees, which are packed separately."""
    metrics = [
        metric for metric in COMPARISON_METRICS if metric.unit or metric.key.startswith("instructions_")
    ]
    getters = [*(metric.get for metric in metrics), ram_needed]
    bounds = {runtime.name for runtime in document.runtimes if runtime.bound}
    factors = slowdowns(document.measurements)
    relative = relative_factors(document.measurements)
    owners, facts, builds = _Numbered[str](), _Numbered[tuple[tuple[str, str], ...]](), _Numbered[_Build]()

    def cell(measurement: Measurement) -> dict[str, Any]:
        provenance = measurement.provenance
        return {
            **measurement.identity,
            "status": measurement.status.value,
            "reason": None
            if measurement.reason is None
            else escape_unprintable(measurement.reason, _LONGEST),
            "values": [value if isinstance(value := get(measurement), int) else None for get in getters],
            "slowdown": factors.get(measurement.id),
            **_of_own_module(measurement, relative),
            "time": _times(measurement),
            **_counted(measurement),
            **({"ram_at_most": True} if has_ram_bound(measurement) else {}),
            **_drawn(measurement),
            **_owned(measurement, owners),
            "published": dict(measurement.published) or None,
            "source": measurement.published_source,
            "facts": facts.number(tuple(measurement.facts.items())),
            "elf": provenance.elf_sha256,
            "measured": provenance.measured_at,
            "replay": provenance.replay,
            "build": builds.number(_build(measurement)),
        }

    cells = [cell(measurement) for measurement in document.measurements]
    return {
        "schema": SCHEMA,
        "title": document.title,
        "made": document.made_at,
        "wasmfit": document.wasmfit,
        "rule": RULE,
        "libraries": library_note(document.measurements),
        "notes": [
            escape_unprintable(note, _LONGEST)
            for note in (
                *outdated_notes(document.measurements),
                *unowned_notes(document.measurements),
                *setup_notes(document.boards),
                *link_notes(document.measurements),
                *document.notes,
            )
        ],
        "outdated": OUTDATED_MARK,
        "summed": SUM_OF_PEAKS,
        "native": NATIVE,
        "references": list(references(document.measurements)),
        "baseline": BASELINE,
        "metrics": [
            *({"key": metric.key, "label": metric.label, "unit": metric.unit} for metric in metrics),
            {"key": RAM_NEEDED, "label": "RAM needed", "unit": "B"},
        ],
        "boards": [_board(board) for board in document.boards],
        "runtimes": [asdict(runtime) for runtime in document.runtimes],
        "classes": [owner_class.value for owner_class in OwnerClass],
        "owners": [
            [escape_unprintable(name), _class_number(document.owner_classes.get(name, OwnerClass.OTHER))]
            for name in owners.values()
        ],
        "bounds": sorted(bounds),
        "facts": [dict(shared) for shared in facts.values()],
        "builds": [
            {"flags": flags, "features": dict(features), "tools": dict(tools)}
            for flags, features, tools in builds.values()
        ],
        "cells": cells,
        "images_omitted": document.images_omitted,
        "rankings": [
            {**vars(ranking), "entries": [_entry(entry) for entry in ranking.entries]}
            for ranking in document.rankings
        ],
        "features": None if document.features is None else list(map(_features, document.features)),
        "titles": dict(document.feature_titles),
        "history": None if document.history is None else list(map(_trend, document.history)),
    }


def _features(features: RuntimeFeatures) -> dict[str, Any]:
    """A runtime's features, with the command that lists the assertions that do not hold."""
    setting = ("-r", f"{features.runtime}@{features.version}", "-b", features.board, "-p", features.profile)
    failing = shlex.join(("wasmfit", "features", *setting, "--failing", "--feature"))
    return {**features.model_dump(mode="json"), "failing": failing}


def _trend(trend: Trend) -> dict[str, Any]:
    points = [
        [point.at, point.value, None if point.change is None else escape_unprintable(point.change, _LONGEST)]
        for point in trend.points
    ]
    return {**vars(trend), "points": points}


_Pairs = tuple[tuple[str, str], ...]
_Build = tuple[tuple[str, ...], _Pairs, _Pairs]


def _build(measurement: Measurement) -> _Build:
    """Flags, features and tools, hashable; the C library is one of the tools."""
    provenance, library = measurement.provenance, measurement.provenance.c_library
    tools = {**provenance.tools, **({} if library is None else {"C library": library.label})}
    return provenance.flags, tuple(provenance.features.items()), tuple(tools.items())


_ENTRY_FIELDS = tuple(field.name for field in fields(RankingEntry) if field.name != "shortfalls")
_values_of = attrgetter(*_ENTRY_FIELDS)


def _entry(entry: RankingEntry) -> dict[str, Any]:
    """An entry, with reasons that are no longer than can be read."""
    shortfalls = [
        {
            "criterion": shortfall.criterion,
            "available": shortfall.available,
            "required": shortfall.required,
            "missing": shortfall.missing,
            "reason": escape_unprintable(shortfall.sentence, _LONGEST),
        }
        for shortfall in entry.shortfalls
    ]
    return {**dict(zip(_ENTRY_FIELDS, _values_of(entry), strict=True)), "shortfalls": shortfalls}


def _board(board: Board) -> dict[str, Any]:
    return {
        "name": board.name,
        "title": board.title,
        "chip": board.chip,
        "flash": board.flash.size,
        "ram": board.ram.size,
        "erase": board.erase_unit,
        "clock": board.predicted_clock_hz,
    }


def _class_number(owner_class: OwnerClass) -> int:
    return list(OwnerClass).index(owner_class)


def _times(measurement: Measurement) -> dict[str, list[float]] | None:
    """Predicted seconds per phase: typical, least and most; four significant digits.

    Over layouts, these are the median, least and most, and the share of the cache follows.
    """
    predicted = None if measurement.run is None else measurement.run.predicted
    if predicted is None:
        return None
    phases: dict[str, Prediction | None] = {name: getattr(predicted, name) for name in _PREDICTED}
    spread = layouts_of(measurement)
    over = (
        {}
        if spread is None
        else {
            "layouts": [
                *_rounded(spread.median_s, spread.least_s, spread.most_s),
                float(spread.number),
                *(() if spread.cache_share is None else _rounded(spread.cache_share)),
            ]
        }
    )
    return over | {name: _seconds(phase) for name, phase in phases.items() if phase is not None}


def _seconds(phase: Prediction) -> list[float]:
    return _rounded(phase.time_s, phase.time_low_s, phase.time_high_s)


def _counted(measurement: Measurement) -> dict[str, Any]:
    """What speed is taken of, where that is not a warm call: its name, instructions, and seconds as above."""
    region = counted_region(measurement) is not None
    if not region and not is_called_once(measurement):
        return {}
    predicted = counted_prediction(measurement)
    return {
        "counted": {
            "what": "the region of interest" if region else "the only call",
            "instructions": counted_instructions(measurement),
            "time": None if predicted is None else _seconds(predicted),
        }
    }


def _of_own_module(measurement: Measurement, relative: Mapping[str, float | None]) -> dict[str, Any]:
    """Of a module of the user's: its cost relative to the fastest runtime's, and its bytes as sent."""
    if not is_own(measurement):
        return {}
    made = measurement.provenance
    return {
        "own": {
            "relative": relative.get(measurement.id),
            "sent": sent_bytes(measurement),
            "zlib": made.sent_zlib_bytes,
            "update": made.update_bytes,
        }
    }


def _drawn(measurement: Measurement) -> dict[str, Any]:
    """Coulombs and joules of what speed is taken of, with their ends; nothing where none are predicted."""
    amounts = {"charge": charge_of(measurement), "energy": energy_of(measurement)}
    return {
        name: _rounded(amount.value, amount.least, amount.most)
        for name, amount in amounts.items()
        if amount is not None
    }


def _rounded(*seconds: float) -> list[float]:
    return [float(f"{time:.4g}") for time in seconds]


def _owned(measurement: Measurement, owners: _Numbered[str]) -> dict[str, list[tuple[int, int]]]:
    """Owners' numbers with their bytes in each memory, the largest first.

    They add up to the memory's use: bytes between sections are an owner of their own.
    """
    if measurement.size is None:
        return {"flash": [], "ram": []}
    sections = measurement.size.owners.items()
    flash = [rows for section, rows in sections if section not in _ONLY_IN_RAM]
    ram = [rows for section, rows in sections if section in _IN_RAM]
    return {
        "flash": _numbered(flash, measurement.size.flash, owners),
        "ram": _numbered(ram, measurement.size.ram_static, owners),
    }


def _numbered(
    sections: Sequence[Mapping[str, int]], size: int, owners: _Numbered[str]
) -> list[tuple[int, int]]:
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
