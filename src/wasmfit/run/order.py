"""The order in which one machine builds: what the cheapest job needs comes first, so that rows come early."""

from collections.abc import Sequence
from typing import TypeVar

from .job import Job

R = TypeVar("R")


def places_of_steps(jobs: Sequence[Job[R]]) -> dict[str, int]:
    """Key of each step → the place of the first job that needs it, where the cheapest job is the first.

    A module that only a slow runtime takes waits until that runtime's turn has come, instead of delaying
    the first row.

    Args:
        jobs: The jobs; of those that cost the same, the earlier goes first.
    """
    places: dict[str, int] = {}
    cheapest_first = sorted(jobs, key=lambda job: sum(step.estimate for step in job.steps))
    for place, job in enumerate(cheapest_first):
        for step in job.steps:
            places.setdefault(step.key, place)
    return places
