"""Everything that is known of one cell, as tables."""

from collections.abc import Iterator, Mapping

from wasmfit.model import Board, Measurement, Prediction, Run, Status
from wasmfit.table import Alignment, Table, text_column, value_column
from wasmfit.words import counted

from .amounts import amount_text
from .basis import MEASURED, OUTDATED, is_outdated
from .cell_page import CellPage
from .comparison_metrics import COMPARISON_METRICS, RESULT_METRICS
from .feature_tables import feature_lines
from .hardware import HARDWARE_METRICS, hardware_measurement
from .layouts import link_sentence
from .numbers import grouped
from .own_calls import warm_call
from .supply import coulombs_of, joules_of, seconds_of

_OWNERS = 12
"""Owners that are listed; the others are one row."""

_REGION = "region"
"""A phase that few modules have: those that mark it themselves."""

_PHASES = (
    ("load", "load"),
    ("instantiate", "instantiate"),
    ("start-up: both", "start"),
    ("cold call", "first_call"),
    ("warm call", "call"),
    ("region of interest", _REGION),
)
_STACKS = {"load": "load", "instantiate": "instantiate", "first_call": "call", "call": "call"}
_DIVISIONS = {
    "exact": "divisions cost exactly what their operands ask for",
    "range": "divisions cost a range of cycles, whatever their operands",
}
_IN_PHASES = ("instructions_", "stack_peak_", "cycles_", "time_", "rate_", "measured_")
"""Beginnings of metrics that the table of phases has."""


def cell_tables(page: CellPage) -> list[Table]:
    """What is known of the cell, table by table; what is not known has no row."""
    return [table for table in _tables(page) if table.labels or table.notes]


def _tables(page: CellPage) -> Iterator[Table]:
    measurement = page.measurement
    outdated = ", outdated" if is_outdated(measurement) else ""
    call = warm_call(measurement)
    name = measurement.id if call is None else f"{measurement.id}, {call}"
    yield _words(f"{name}: {measurement.status.value}{outdated}", _identity(page))
    yield _metrics(page)
    yield _phases(measurement)
    yield _owners(measurement)
    facts = {name: fact for name, fact in measurement.facts.items() if name not in (MEASURED, OUTDATED)}
    yield _words("what differs in kind", facts)
    yield Table("features", (), (), notes=(*feature_lines(page.features), *page.notes))
    yield _published(measurement)
    yield _words("how it was made", _provenance(page))


def _words(title: str, rows: Mapping[str, str]) -> Table:
    return Table(
        title, tuple(rows), (text_column((), rows.values(), Alignment.LEFT, wraps=True),), label_name="what"
    )


def _identity(page: CellPage) -> dict[str, str]:
    measurement = page.measurement
    rows = {}
    if measurement.reason is not None and measurement.status is not Status.OK:
        rows["reason"] = measurement.reason
    elif measurement.reason is not None:
        rows["note"] = measurement.reason
    if page.board is not None:
        rows["board"] = _board(page.board)
    made = measurement.provenance
    rows["measured"] = measurement.facts.get(MEASURED, f"{made.measured_at}, by wasmfit {made.wasmfit}")
    if page.runs:
        rows["shown in"] = f"{'run' if len(page.runs) == 1 else 'runs'} {', '.join(map(str, page.runs[:10]))}"
    return rows


def _board(board: Board) -> str:
    return f"{board.title}: {board.flash.size:,} B of flash, {board.ram.size:,} B of RAM"


def _metrics(page: CellPage) -> Table:
    measurement = page.measurement
    metrics = [metric for metric in COMPARISON_METRICS if not metric.key.startswith(_IN_PHASES)]
    if hardware_measurement(measurement) is not None:
        metrics += [metric for metric in HARDWARE_METRICS if metric.key == "measured_flashed"]
    if measurement.provenance.module is not None:
        metrics += RESULT_METRICS
    known = [metric for metric in metrics if metric.get(measurement) is not None]
    columns = [value_column(("value",), [metric.get(measurement) for metric in known], grouped)]
    if measurement.baseline is not None:
        sizes = [getattr(measurement.baseline, metric.key, None) for metric in known]
        columns.append(value_column(("without a", "runtime"), sizes, grouped))
    labels = tuple(f"{metric.label}{', B' if metric.unit else ''}" for metric in known)
    return Table("size and memory", labels, tuple(columns), label_name="metric")


def _phases(measurement: Measurement) -> Table:
    run = measurement.run
    if run is None:
        return Table("phases", (), ())
    phases = [one for one in _PHASES if one[1] != _REGION or run.instructions.region is not None]
    instructions = [_instructions(run, key) for _, key in phases]
    stacks = [getattr(run.stack_peaks, _STACKS[key]) if key in _STACKS else None for _, key in phases]
    columns = [
        value_column(("instructions",), instructions, "{:,}".format),
        value_column(("stack, B",), stacks, "{:,}".format),
    ]
    predictions = [getattr(run.predicted, key, None) for _, key in phases]
    notes = []
    if any(predictions):
        columns.append(text_column(("predicted time",), map(_predicted, predictions)))
        charges = [coulombs_of(prediction) for prediction in predictions]
        energies = [joules_of(prediction) for prediction in predictions]
        columns += [
            text_column(
                (f"predicted {name}",), ("" if one is None else amount_text(one, unit) for one in amounts)
            )
            for name, unit, amounts in (("charge", "C", charges), ("energy", "J", energies))
            if any(amounts)
        ]
        assert run.predicted is not None
        notes.append(f"predicted, not measured: {run.predicted.source}")
        if run.predicted.link is not None:
            notes.append(f"warm call: {link_sentence(run.predicted.link)}")
        if run.predicted.divisions is not None:
            notes.append(f"warm call: {_DIVISIONS[run.predicted.divisions]}")
    on_board = hardware_measurement(measurement)
    if on_board is not None:
        by_key = {metric.key: metric for metric in HARDWARE_METRICS}
        values = [
            metric.get(measurement) if (metric := by_key.get(f"measured_{key}")) is not None else None
            for _, key in phases
        ]
        columns.append(value_column(("measured", "on the board"), values, grouped))
        notes.append(f"measured on {on_board.chip} at {on_board.probe}, by {on_board.counter}")
    return Table(
        "phases", tuple(name for name, _ in phases), tuple(columns), tuple(notes), label_name="phase"
    )


def _instructions(run: Run, phase: str) -> int | None:
    """Instructions of a phase, or of load and instantiation together."""
    counts = run.instructions
    if phase != "start":
        count: int | None = getattr(counts, phase)
        return count
    return None if counts.load is None or counts.instantiate is None else counts.load + counts.instantiate


def _predicted(prediction: Prediction | None) -> str:
    amount = seconds_of(prediction)
    return "" if amount is None else amount_text(amount, "s")


def _owners(measurement: Measurement) -> Table:
    """Owner × section: the largest owners first."""
    owners = {} if measurement.size is None else measurement.size.owners
    sections = [section for section, sizes in owners.items() if sizes]
    totals: dict[str, int] = {}
    for sizes in owners.values():
        for owner, size in sizes.items():
            totals[owner] = totals.get(owner, 0) + size
    names = sorted(totals, key=lambda owner: (-totals[owner], owner))
    shown, others = names[:_OWNERS], names[_OWNERS:]
    columns = []
    for section in sections:
        values = [owners[section].get(owner) for owner in shown]
        if others:
            values.append(sum(owners[section].get(owner, 0) for owner in others) or None)
        columns.append(value_column((section,), values, "{:,}".format, metric=section, unit="B"))
    labels = (*shown, *([f"[{counted(len(others), 'other')}]"] if others else []))
    has_image = others and measurement.provenance.elf is not None
    notes = ("`wasmfit size` has every owner and symbol of the image",) if has_image else ()
    return Table("bytes by owner", labels, tuple(columns), notes, label_name="owner")


def _published(measurement: Measurement) -> Table:
    theirs = measurement.published
    by_key = {metric.key: metric for metric in COMPARISON_METRICS}
    keys = [key for key in theirs if key in by_key]
    columns = (
        value_column(("published",), [theirs[key] for key in keys], "{:,}".format),
        value_column(("measured",), [by_key[key].get(measurement) for key in keys], grouped),
    )
    notes = () if measurement.published_source is None else (f"published: {measurement.published_source}",)
    return Table("published", tuple(by_key[key].label for key in keys), columns, notes, label_name="metric")


def _provenance(page: CellPage) -> dict[str, str]:
    made = page.measurement.provenance
    rows = {
        "image": made.elf,
        "its SHA-256": made.elf_sha256,
        "what ran instead": None
        if made.twin is None
        else ": ".join(filter(None, (made.twin.elf, made.twin.differs))),
        "log": made.log,
        "module": made.module or None,
        "its length": None if made.module_bytes is None else f"{made.module_bytes:,} B",
        "module's SHA-256": made.module_sha256,
        "lockfile's SHA-256": made.lockfile_sha256,
        "built from": None
        if made.source is None
        else f"{made.source.path}, {made.source.commit or 'no commit'}",
        "C library": None if made.c_library is None else made.c_library.label,
        "dependencies": _joined(made.features),
        "stubs": _joined(made.stubs),
        "flags": " ".join(made.flags) or None,
        "tools": _joined(made.tools),
        "worker": made.worker,
    }
    return {name: text for name, text in rows.items() if text}


def _joined(values: Mapping[str, str]) -> str:
    return "; ".join(f"{name} {text}" for name, text in values.items())
