"""What was measured of runtimes' features: the result of ``wasmfit features``."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from wasmfit.frames import frame
from wasmfit.model import Failing, RuntimeFeatures

if TYPE_CHECKING:
    import pandas

SCHEMA = 1


@dataclass(frozen=True)
class FeaturesMeasured:
    """What runtimes have of WebAssembly, as far as the W3C suite can tell.

    Attributes:
        runtimes: One for every runtime, board and profile.
        titles: Feature → heading of its row.
        look: Finds the assertions that do not hold; see :attr:`failing`.
        notes: What a reader must know: where assertions come from, and which are left out.
        failures: Cells that could not be measured though they should have been, and why.
        seconds: How long it took.
        reused: How many cells were in the store already.
        cells: How many there were.
    """

    runtimes: tuple[RuntimeFeatures, ...]
    titles: dict[str, str]
    look: Callable[[], tuple[Failing, ...]]
    notes: tuple[str, ...]
    failures: dict[str, str]
    seconds: float
    reused: int
    cells: int

    @cached_property
    def failing(self) -> tuple[Failing, ...]:
        """The assertions that do not hold: found when asked for, since a runtime without SIMD has 25,000."""
        return self.look()

    def to_dict(self) -> dict[str, Any]:
        """The contract of ``features --format json``."""
        runtimes = [one.model_dump(mode="json") for one in self.runtimes]
        return {"schema": SCHEMA, "runtimes": runtimes, "notes": list(self.notes)}

    def failing_to_dict(self) -> dict[str, Any]:
        """The contract of ``features --failing --format json``."""
        return {"schema": SCHEMA, "failing": [one.model_dump(mode="json") for one in self.failing]}

    def rows(self) -> list[dict[str, object]]:
        """One row for every runtime and feature."""
        return [
            {
                "runtime": one.runtime,
                "version": one.version,
                "board": one.board,
                "profile": one.profile,
                "group": feature.group.value,
                "feature": feature.feature,
                "verdict": feature.verdict.value,
                "passed": feature.passed,
                "total": feature.total,
                "reason": feature.reason,
            }
            for one in self.runtimes
            for feature in one.features
        ]

    def failing_rows(self) -> list[dict[str, object]]:
        """One row for every assertion that does not hold."""
        return [one.model_dump(mode="json") for one in self.failing]

    def to_frame(self) -> "pandas.DataFrame":
        """The rows as pandas has them.

        Raises:
            UsageError: pandas is not installed.
        """
        return frame(self.rows())


def merged(found: Iterable[RuntimeFeatures]) -> list[RuntimeFeatures]:
    """One record for every runtime, board and profile: each feature as the first that has it says."""
    settings: dict[tuple[str, str, str, str], RuntimeFeatures] = {}
    for one in found:
        setting = (one.runtime, one.version, one.board, one.profile)
        before = settings.setdefault(setting, one)
        known = {feature.feature for feature in before.features}
        more = tuple(feature for feature in one.features if feature.feature not in known)
        if more:
            settings[setting] = before.model_copy(update={"features": (*before.features, *more)})
    return list(settings.values())
