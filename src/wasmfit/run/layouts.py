"""A cell in several layouts: the same objects linked in other orders, each run once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from wasmfit.builder import (
    BuildStep,
    Context,
    FirmwareSpec,
    LinkOrder,
    StepContext,
    digest,
    image,
    linked_in_layout,
    steps,
)
from wasmfit.model import Activity, Cell, Measurement, Status
from wasmfit.timing import CostModel, layout_spread

from . import measure
from .job import FAILURES, log_of, reason_of

_CALL, _ENDED = "call", "ended"


@dataclass(frozen=True)
class _Ran:
    """How a layout ran: what the core did in a warm call, or why that is not known."""

    call: Activity | None
    ended: str = ""


def with_layouts(
    context: Context, cell: Cell, measurement: Measurement, model: CostModel, number: int
) -> Measurement:
    """The measurement with the spread of its warm call over layouts; the reported image is the first of them.

    The spread is in the error bar of the warm call as well.

    Every layout is linked and run once, and kept. One that executes another number of instructions is no
    layout of the same program: then there is no spread, and the reason says so.

    Args:
        context: What it is built with.
        cell: The cell.
        measurement: What was measured of it.
        model: Its board's cost model.
        number: How many layouts, the image's own among them.
    """
    run = measurement.run
    if measurement.status is not Status.OK or run is None or run.activity.call is None:
        return measurement
    calls, reason = [run.activity.call], None
    for ran in _ran(context, cell, number):
        if ran.call is None:
            reason = ran.ended
        elif ran.call.instructions != calls[0].instructions:
            calls = calls[:1]
            reason = (
                f"another layout executes {ran.call.instructions:,} instructions in a warm call, and not "
                f"{calls[0].instructions:,}"
            )
            break
        else:
            calls.append(ran.call)
    return measurement.model_copy(update={"run": model.in_layouts(run, layout_spread(calls, model, reason))})


def _ran(context: Context, cell: Cell, number: int) -> Iterator[_Ran]:
    """The other layouts of a cell, one after the other."""
    spec = FirmwareSpec.of(cell)
    step = StepContext(log_of(context.home, f"layouts of {cell.id}"))
    try:
        last = steps(context, spec)
        decided_by = measure.decided_by(context, cell, last.key)
        for seed in range(1, number):
            key = digest.of("layout", decided_by, seed)
            make = partial(_make, context, cell, last, LinkOrder(seed), step)
            yield _read(context.cache.get("layouts", key, make))
    except FAILURES as error:
        yield _Ran(None, reason_of(error))


def _make(
    context: Context, cell: Cell, last: BuildStep, layout: LinkOrder, step: StepContext, folder: Path
) -> None:
    """Links and runs a layout, and keeps what came of it."""
    spec = FirmwareSpec.of(cell)
    built = image(context, step, spec, last)
    elf = linked_in_layout(context, step, spec, last, layout, folder)
    execution = measure.executed(context, step, cell, replace(built, ran=elf))
    for path in folder.iterdir():
        path.unlink()
    call = execution.run.activity.call if execution.status is Status.OK else None
    ended = (
        "" if call is not None else f"another layout ended as {execution.status.value}: {execution.reason}"
    )
    counts = None if call is None else {name: getattr(call, name) for name in Activity.__slots__}
    (folder / "layout.json").write_text(json.dumps({_CALL: counts, _ENDED: ended}), encoding="utf-8")


def _read(folder: Path) -> _Ran:
    kept = json.loads((folder / "layout.json").read_text(encoding="utf-8"))
    return _Ran(None if kept[_CALL] is None else Activity(**kept[_CALL]), kept[_ENDED])
