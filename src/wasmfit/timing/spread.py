"""What a warm call takes over several layouts of the same objects."""

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from wasmfit.model import OF_MISSES, Activity, LayoutSpread

from .predict import CostModel


def layout_spread(calls: Sequence[Activity], model: CostModel, reason: str | None = None) -> LayoutSpread:
    """The spread of the typical predictions of a warm call.

    Args:
        calls: What the core did in the call, layout by layout, the reported image's first.
        model: The board's cost model.
        reason: Why there are fewer layouts than were asked for.
    """
    times = [model.predict(call).time_s for call in calls]
    return LayoutSpread(
        number=len(times),
        median_s=median(times),
        least_s=min(times),
        most_s=max(times),
        cache_share=_cache_share(calls, model),
        reason=reason,
    )


def _cache_share(calls: Sequence[Activity], model: CostModel) -> float | None:
    """How much of the spread comes from misses: by the spreads of what misses cost, and of all else."""
    hits = dict.fromkeys(OF_MISSES, 0)
    all_of_it = [model.predict(call).time_s for call in calls]
    without = [model.predict(replace(call, **hits)).time_s for call in calls]
    misses = [whole - rest for whole, rest in zip(all_of_it, without, strict=True)]
    of_misses, of_others = (max(times) - min(times) for times in (misses, without))
    total = of_misses + of_others
    return of_misses / total if total > 0 else None
