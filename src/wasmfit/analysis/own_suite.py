"""Modules of the user's as a suite of their own.

There is no native code of them, so runtimes are compared with one of themselves: the fastest of them.
"""

import math
import statistics
from collections.abc import Mapping, Sequence

from wasmfit.model import Measurement

from .counted import counted_instructions


def is_own(measurement: Measurement) -> bool:
    """Whether a cell is of a module of the user's."""
    return measurement.provenance.module is not None


def reference_of(measurements: Sequence[Measurement]) -> str | None:
    """The build that others are compared with: of those that ran most modules, the one that takes the fewest
    instructions (geometric mean over what all of those ran); ``None`` if none ran any.

    Args:
        measurements: Of modules of the user's, in one setting.
    """
    ran: dict[str, dict[str, float]] = {}
    for one in measurements:
        if count := counted_instructions(one):
            ran.setdefault(_label(one), {})[one.module] = math.log(count)
    if not ran:
        return None
    most = max(map(len, ran.values()))
    candidates = {label: counts for label, counts in ran.items() if len(counts) == most}
    common = set.intersection(*(set(counts) for counts in candidates.values()))

    def cost(label: str) -> tuple[float, str]:
        counts = candidates[label]
        return statistics.fmean(counts[module] for module in (common or counts)), label

    return min(candidates, key=cost)


def relative_to(reference: str | None, measurements: Sequence[Measurement]) -> Mapping[str, float | None]:
    """Id of a cell → its instructions as a multiple of the reference's on the same module.

    ``None`` where either is not known.
    """
    of_reference = {one.module: counted_instructions(one) for one in measurements if _label(one) == reference}
    factors: dict[str, float | None] = {}
    for one in measurements:
        own, other = counted_instructions(one), of_reference.get(one.module)
        factors[one.id] = own / other if own and other else None
    return factors


def _label(measurement: Measurement) -> str:
    return f"{measurement.runtime}@{measurement.version}"
