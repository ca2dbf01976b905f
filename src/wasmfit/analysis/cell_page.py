"""Everything that is known of one cell."""

from dataclasses import dataclass
from typing import Any

from wasmfit.model import Board, Measurement, RuntimeFeatures

from .comparison import SCHEMA


@dataclass(frozen=True)
class CellPage:
    """One cell.

    Attributes:
        measurement: Its newest measurement, with baseline and predictions.
        board: Its board; ``None`` if the catalogue no longer has it.
        features: What ``wasmfit features`` has found of its runtime.
        runs: Numbers of the runs that have shown it, the newest first.
    """

    measurement: Measurement
    board: Board | None
    features: tuple[RuntimeFeatures, ...] = ()
    runs: tuple[int, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The contract of ``show --format json``."""
        return {
            "schema": SCHEMA,
            "cell": self.measurement.model_dump(mode="json"),
            "features": [features.model_dump(mode="json") for features in self.features],
            "runs": list(self.runs),
        }
