"""Features measured: the result of ``wasmfit features``."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from wasmfit.frames import frame
from wasmfit.model import Failing, RuntimeFeatures
from wasmfit.model.contract import JsonDocument
from wasmfit.notebook import ShownResult
from wasmfit.store.measured_set import features_cell
from wasmfit.table import Table
from wasmfit.words import counted

from .basis import Origin, outdated_cells

if TYPE_CHECKING:
    import pandas


class FeaturesDocument(JsonDocument):
    """What ``features --format json`` prints.

    Attributes:
        runtimes: One for every runtime, board and profile.
        notes: What a reader must know: where assertions come from, and which are excluded.
        outdated: ``RUNTIME@VERSION/features/BOARD/bare/PROFILE`` → what has changed since that was measured.
    """

    runtimes: tuple[RuntimeFeatures, ...]
    notes: tuple[str, ...]
    outdated: dict[str, tuple[str, ...]]


class FailingDocument(JsonDocument):
    """What ``features --failing --format json`` prints.

    Attributes:
        failing: The assertions that do not hold.
    """

    failing: tuple[Failing, ...]


@dataclass(frozen=True, repr=False)
class FeaturesMeasured(ShownResult):
    """Which features of WebAssembly runtimes have, as measured by the W3C suite.

    Attributes:
        runtimes: One for every runtime, board and profile.
        titles: Feature → heading of its row.
        look: Finds the assertions that do not hold; see :attr:`failing`.
        notes: What a reader must know: where assertions come from, and which are excluded.
        failures: Cells that could not be measured though they should have been, and why.
        seconds: How long it took.
        reused: How many cells were in the store already.
        cells: How many there were.
        origins: Where verdicts were measured that were found and not made now, by the same ids.
    """

    runtimes: tuple[RuntimeFeatures, ...]
    titles: dict[str, str]
    look: Callable[[], tuple[Failing, ...]]
    notes: tuple[str, ...]
    failures: dict[str, str]
    seconds: float
    reused: int
    cells: int
    origins: Mapping[str, Origin] = field(default_factory=dict)

    def _short(self) -> str:
        return f"{counted(len(self.titles), 'feature')} of {counted(len(self.runtimes), 'runtime')}"

    def _tables(self) -> list[Table]:
        from .feature_tables import feature_tables

        return feature_tables(self)

    def is_outdated(self, runtime: RuntimeFeatures) -> bool:
        """Whether something that a runtime's verdicts were measured from has changed since."""
        names = (runtime.runtime, runtime.version, runtime.board, runtime.profile)
        return bool((origin := self.origins.get(features_cell(*names))) and origin.changed)

    @cached_property
    def failing(self) -> tuple[Failing, ...]:
        """The assertions that do not hold, read only if asked for: a runtime without SIMD has 25,000."""
        return self.look()

    @property
    def document(self) -> FeaturesDocument:
        """What ``features --format json`` prints."""
        return FeaturesDocument(
            runtimes=self.runtimes, notes=self.notes, outdated=outdated_cells(self.origins)
        )

    @property
    def failing_document(self) -> FailingDocument:
        """What ``features --failing --format json`` prints."""
        return FailingDocument(failing=self.failing)

    def to_dict(self) -> dict[str, Any]:
        """The document as plain data."""
        return self.document.model_dump(mode="json")

    def rows(self) -> list[dict[str, object]]:
        """One row for every runtime and feature."""
        return [
            {
                "runtime": runtime.runtime,
                "version": runtime.version,
                "board": runtime.board,
                "profile": runtime.profile,
                "group": feature.group.value,
                "feature": feature.feature,
                "verdict": feature.verdict.value,
                "passed": feature.passed,
                "total": feature.total,
                "reason": feature.reason,
                "outdated": self.is_outdated(runtime),
            }
            for runtime in self.runtimes
            for feature in runtime.features
        ]

    def failing_rows(self) -> list[dict[str, object]]:
        """One row for every assertion that does not hold."""
        return [assertion.model_dump(mode="json") for assertion in self.failing]

    def to_frame(self) -> "pandas.DataFrame":
        """The rows as a data frame.

        Raises:
            UsageError: pandas is not installed.
        """
        return frame(self.rows())


def merged(records: Iterable[RuntimeFeatures]) -> list[RuntimeFeatures]:
    """One record per runtime, board and profile, with each feature from the first record that has it."""
    settings: dict[tuple[str, str, str, str], RuntimeFeatures] = {}
    for record in records:
        setting = (record.runtime, record.version, record.board, record.profile)
        first = settings.setdefault(setting, record)
        known = {feature.feature for feature in first.features}
        more = tuple(feature for feature in record.features if feature.feature not in known)
        if more:
            settings[setting] = first.model_copy(update={"features": (*first.features, *more)})
    return list(settings.values())
