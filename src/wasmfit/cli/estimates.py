"""What is left to do and how long it may take, in words."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator

from wasmfit.events import BuildPlan, Event, PlannedStep, TaskEnded
from wasmfit.words import counted, escape_unprintable

from .failed_lines import cells_by_reason

_LONGEST_REASON = 1000

_NAMED = 4
"""Builds that a sentence names."""


def about(seconds: float) -> str:
    """A duration as far as it can be foreseen."""
    if seconds < 10:
        return "a few seconds"
    if seconds < 55:
        return f"about {5 * round(seconds / 5)} s"
    minutes = seconds / 60
    if minutes < 59.5:
        return f"about {max(1, round(minutes))} min"
    return f"about {minutes / 60:.1f} h"


def plan_sentence(plan: BuildPlan) -> str:
    """What must be built first, and how long all of it takes."""
    cells = f"{counted(len(plan.cells), 'cell')} to be measured"
    if plan.unavailable:
        cells += f", and {len(plan.unavailable):,} unavailable without tools that are not here"
    if plan.impossible:
        cells += f", and {len(plan.impossible):,} that cannot be built for the board"
    if not plan.steps:
        return f"{cells}, {about(plan.seconds)}."
    kinds = Counter(step.kind for step in plan.steps)
    builds = ", ".join(counted(number, kind) for kind, number in kinds.items())
    longest = sorted(plan.steps, key=lambda step: -step.seconds)[:_NAMED]
    names = ", ".join(f"{_short(step)} {about(step.seconds)}" for step in longest if step.seconds >= 10)
    named = f" (longest: {names})" if names else ""
    return f"{builds} must be built first{named}; {cells}; {about(plan.seconds)} in all."


def _short(step: PlannedStep) -> str:
    return escape_unprintable(step.title.partition(" (")[0], 60)


def plan_lines(plan: BuildPlan) -> Iterator[str]:
    """What would be built and measured, a line each."""
    if plan.steps:
        yield "To be built first:"
        yield from (f"  {escape_unprintable(step.title)}: {about(step.seconds)}" for step in plan.steps)
    if plan.cells:
        yield "To be measured:"
        yield from (f"  {escape_unprintable(cell)}: {about(seconds)}" for cell, seconds in plan.cells)
    if plan.unavailable:
        yield "Unavailable, since tools are not here:"
        yield from _by_reason(plan.unavailable)
    if plan.impossible:
        yield "Not measured, since no machine can build it:"
        yield from _by_reason(plan.impossible)
    yield f"In the store already: {plan.stored:,}."
    yield f"In all: {about(plan.seconds)}." if plan.cells else "Nothing is left to do."


def _by_reason(ends: Iterable[tuple[str, str]]) -> Iterator[str]:
    """A line a cell, after the reason that it has in common with others."""
    for reason, names in cells_by_reason(ends).items():
        yield f"  {escape_unprintable(reason, _LONGEST_REASON)}"
        yield from (f"    {escape_unprintable(name)}" for name in names)


class TimeLeft:
    """How long the rest of a plan may take, as it goes on."""

    def __init__(self) -> None:
        self._plan: BuildPlan | None = None
        self._pending: dict[str, float] = {}
        self._builds: set[str] = set()
        self._total = 0.0
        self._started = time.monotonic()

    def watch(self, event: Event) -> None:
        """Takes notice of the plan, and of what has ended."""
        match event:
            case BuildPlan():
                self._plan, self._started = event, time.monotonic()
                self._builds = {step.title for step in event.steps}
                self._pending = {step.title: step.seconds for step in event.steps} | dict(event.cells)
                self._total = sum(self._pending.values())
            case TaskEnded(title):
                self._pending.pop(title, None)

    def text(self) -> str:
        """How many builds and cells are left, and about how long they take; empty if there is no plan."""
        if self._plan is None or not self._pending:
            return ""
        builds = len(self._builds & self._pending.keys())
        cells = len(self._pending) - builds
        # What was planned to take a while may take longer than that: then the rest does too.
        share = sum(self._pending.values()) / self._total if self._total else 0.0
        passed = time.monotonic() - self._started
        planned = self._plan.seconds * share
        done = 1 - share
        seconds = max(planned, passed * share / done if done > 0.2 else planned)
        built = f"{builds} of {counted(len(self._builds), 'build')} and " if builds else ""
        return f"left: {built}{counted(cells, 'cell')}, {about(seconds)}"
