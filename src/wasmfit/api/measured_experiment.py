"""An experiment with its measurements: measured now, or found among what was measured before."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wasmfit.analysis.comparison import Comparison
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.plan import Plan
from wasmfit.store import MeasuredSet

if TYPE_CHECKING:
    from wasmfit.builder import Context


@dataclass(frozen=True)
class MeasuredExperiment:
    """An experiment that was run, or whose measurements were found.

    Attributes:
        catalog: The catalogue, with the checkouts of its operating systems.
        home: wasmfit's folder.
        plan: Its cells.
        comparison: Its measurements.
        context: What it was built with; ``None`` where nothing was built.
        measured_set: The set that measurements were found in; ``None`` where none was asked for.
        features_notes: Which of the comparison's features are outdated, for answers that show them.
    """

    catalog: Catalog
    home: Home
    plan: Plan
    comparison: Comparison
    context: "Context | None" = None
    measured_set: MeasuredSet | None = None
    features_notes: tuple[str, ...] = ()

    @property
    def with_features(self) -> Comparison:
        """The comparison, which says of its features as well what they rest on."""
        notes = (*self.comparison.notes, *self.features_notes)
        return replace(self.comparison, notes=notes)
