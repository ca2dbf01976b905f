"""What a run has to do: the steps that are not built yet, and the cells without a result."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from wasmfit.builder import BuildStep, Context
from wasmfit.events import BuildPlan, PlannedStep

from .durations import Durations, wall_seconds
from .job import Job

R = TypeVar("R")

_KINDS: Mapping[int, str] = {1: "module", 2: "firmware", 3: "host program"}
"""Stage of a step → what it builds."""


def build_plan(
    context: Context, jobs: Sequence[Job[R]], stored: int, durations: Durations, workers: int
) -> BuildPlan:
    """What is left to do.

    Args:
        context: What jobs are built with.
        jobs: Those without a stored result.
        stored: How many others there are.
        durations: What was recorded.
        workers: How many things are done at a time.
    """
    missing = {
        step.key: step for job in jobs for step in job.steps if not context.cache.has(step.kind, step.key)
    }
    impossible = {
        key: error.reason
        for key, step in missing.items()
        if (error := step.obstacle(context.cache)) is not None
    }
    unavailable = {
        job.id: next(impossible[step.key] for step in job.steps if step.key in impossible)
        for job in jobs
        if any(step.key in impossible for step in job.steps)
    }
    possible = [job for job in jobs if job.id not in unavailable]
    needed = {step.key for job in possible for step in job.steps}
    missing = {key: step for key, step in missing.items() if key in needed}
    seconds = step_seconds(missing, durations)
    cells = [(job.id, durations.of_cell(job.id)) for job in possible]
    parts = [(seconds[key], step.lock) for key, step in missing.items()]
    return BuildPlan(
        tuple(
            PlannedStep(step.title, _KINDS.get(step.stage, "step"), seconds[key])
            for key, step in sorted(missing.items(), key=lambda item: item[1].stage)
        ),
        tuple(cells),
        stored,
        wall_seconds([*parts, *((of_cell, None) for _, of_cell in cells)], workers),
        tuple(unavailable.items()),
    )


def step_seconds(missing: Mapping[str, BuildStep], durations: Durations) -> dict[str, float]:
    """Key of a step → how long it takes.

    The first step in a folder that is not there yet takes longer than it did as a later one, which may be
    what was recorded.
    """
    seconds: dict[str, float] = {}
    begun: set[Path] = set()
    for key, step in sorted(missing.items(), key=lambda item: item[1].stage):
        known = durations.of_step(step.title, step.estimate)
        if step.beginning and step.lock is not None and step.lock not in begun and not step.lock.is_dir():
            begun.add(step.lock)
            known = max(known, step.estimate + step.beginning)
        seconds[key] = known
    return seconds
