"""A comparison: the measurements of one experiment, in the order in which they are shown."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wasmfit.frames import frame
from wasmfit.model import Board, Measurement, RuntimeFeatures, Status
from wasmfit.model.contract import JsonDocument, Text
from wasmfit.timing import setup_notes

from .flat_rows import flat_row
from .layouts import link_notes

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes

CONCLUSIVE = frozenset({Status.OK, Status.UNAVAILABLE, Status.UNSUPPORTED, Status.DOES_NOT_FIT})
"""Statuses that say whether a runtime fits; any other is a failure of the cell."""


class ComparisonDocument(JsonDocument):
    """What ``compare --format json`` prints.

    Attributes:
        cells: One for every cell, baselines first.
        features: What ``wasmfit features`` has found of the runtimes.
        notes: What the measurements rest on, where they were found and not made, and what predictions assume.
    """

    cells: tuple[Measurement, ...]
    features: tuple[RuntimeFeatures, ...]
    notes: tuple[Text, ...]


@dataclass(frozen=True, repr=False)
class Comparison:
    """The measurements of an experiment.

    Attributes:
        measurements: One for every cell, baselines first.
        seconds: How long it took.
        reused: How many of them were in the store already.
        run: The number of this run in the store; ``None`` if it was not recorded.
        features: What ``wasmfit features`` has found of the runtimes, if it has measured all features.
        notes: What the measurements rest on, where they were found and not made.
        boards: The boards of the measurements, for their limits.
        bounds: Names of builds that load no module: what runtimes are read against, and none of them.
    """

    measurements: tuple[Measurement, ...]
    seconds: float
    reused: int
    run: int | None = None
    features: tuple[RuntimeFeatures, ...] = ()
    notes: tuple[str, ...] = ()
    boards: tuple[Board, ...] = ()
    bounds: frozenset[str] = frozenset()

    @property
    def failed(self) -> tuple[Measurement, ...]:
        """Cells that ended in a failure."""
        return tuple(measurement for measurement in self.measurements if measurement.status not in CONCLUSIVE)

    @property
    def all_notes(self) -> tuple[str, ...]:
        """What predictions assume that is not the default, what their error bars have of the link, and what
        the measurements rest on.
        """
        return (*setup_notes(self.boards), *link_notes(self.measurements), *self.notes)

    @property
    def summary_notes(self) -> tuple[str, ...]:
        """The same without error bars: the legends of a summary explain them."""
        return (*setup_notes(self.boards), *self.notes)

    @property
    def document(self) -> ComparisonDocument:
        """What ``compare --format json`` prints."""
        return ComparisonDocument(cells=self.measurements, features=self.features, notes=self.all_notes)

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return self.document.model_dump(mode="json")

    def to_frame(self) -> "pandas.DataFrame":
        """One row per cell, one column per metric, as in the CSV output.

        Raises:
            UsageError: pandas is not installed.
        """
        return frame([flat_row(measurement) for measurement in self.measurements])

    def plot(self, x: str = "flash", y: str = "instructions_call") -> "Axes":
        """A point for each runtime, by two metrics; flash against instructions of a warm call.

        Args:
            x, y: Names of columns or metrics, as ``wasmfit compare --columns`` takes them.

        Raises:
            UsageError: A metric is unknown, no cell has both, or matplotlib is not installed.
        """
        from .display import plot

        return plot(self, x, y)

    def __repr__(self) -> str:
        from .display import short

        return short(self)

    def _repr_html_(self) -> str:
        from .display import as_html

        return as_html(self)
