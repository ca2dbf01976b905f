"""Everything that is known of one cell."""

from dataclasses import dataclass
from typing import Any

from wasmfit.model import Board, Measurement, RuntimeFeatures
from wasmfit.model.contract import JsonDocument, Text
from wasmfit.notebook import ShownResult
from wasmfit.table import Table


class CellDocument(JsonDocument):
    """What ``show --format json`` prints.

    Attributes:
        cell: The newest measurement, with baseline and predictions.
        features: What ``wasmfit features`` has found of its runtime.
        runs: Numbers of the runs that have shown this very measurement, the newest first.
        notes: Which of the features are outdated.
    """

    cell: Measurement
    features: tuple[RuntimeFeatures, ...]
    runs: tuple[int, ...]
    notes: tuple[Text, ...]


@dataclass(frozen=True, repr=False)
class CellPage(ShownResult):
    """One cell.

    Attributes:
        measurement: Its newest measurement, with baseline and predictions.
        board: Its board; ``None`` if the catalogue no longer has it.
        features: What ``wasmfit features`` has found of its runtime.
        runs: Numbers of the runs that have shown this very measurement, the newest first.
        notes: Which of the features are outdated, in sentences.
    """

    measurement: Measurement
    board: Board | None
    features: tuple[RuntimeFeatures, ...] = ()
    runs: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()

    def _short(self) -> str:
        return f"{self.measurement.id}, {self.measurement.status.value}"

    def _tables(self) -> list[Table]:
        from .cell_tables import cell_tables

        return cell_tables(self)

    @property
    def document(self) -> CellDocument:
        """What ``show --format json`` prints."""
        return CellDocument(cell=self.measurement, features=self.features, runs=self.runs, notes=self.notes)

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return self.document.model_dump(mode="json")
