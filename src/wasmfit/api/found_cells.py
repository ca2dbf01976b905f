"""Cells that were measured before, here or for the set that comes with wasmfit."""

from collections.abc import Iterable
from dataclasses import dataclass

from wasmfit import __version__
from wasmfit.analysis.basis import Origin
from wasmfit.catalog import Catalog
from wasmfit.catalog.inputs import InputDigests
from wasmfit.model import Cell, Measurement, Status
from wasmfit.store import MeasuredSet
from wasmfit.store.measurements import Reader

from .set_origins import set_origin, set_origins

_WORTH_ANOTHER_TRY = frozenset({Status.BUILD_FAILED, Status.TIMEOUT, Status.UNAVAILABLE})
"""Ends that may have been this machine's fault."""


@dataclass(frozen=True)
class FoundCells:
    """Where measurements are looked up.

    Attributes:
        reader: The store.
        measured_set: The set.
        digests: What the catalogue has today, from which follows what is outdated.
    """

    reader: Reader
    measured_set: MeasuredSet
    digests: InputDigests

    def find(self, cell: Cell) -> tuple[Measurement, Origin] | None:
        """The measurement of a cell that an answer rests on, and its origin; ``None`` where there is none.

        A measurement made here comes first, unless another version of wasmfit made it and the set has one of
        this version's catalogue, or it failed, or a tool was missing here, where the set has the cell.
        """
        own, entry = self.reader.own(cell.id), self.measured_set.cells.get(cell.id)
        if own is not None and own.provenance.module is not None:
            own = None  # A module of the user's has the workload's name.
        origin = None if entry is None else set_origin(entry, self.digests.of_cell(cell))
        if own is not None and (
            origin is None
            or (
                own.status not in _WORTH_ANOTHER_TRY
                and (own.provenance.wasmfit == __version__ or origin.changed)
            )
        ):
            return own, own_origin(own)
        theirs = self.measured_set.measurement(cell.id)
        return None if theirs is None or origin is None else (theirs, origin)


def origins_of_answer(
    catalog: Catalog, measured_set: MeasuredSet, reader: Reader, elsewhere: Iterable[str], here: Iterable[str]
) -> dict[str, Origin]:
    """The origins of all cells that an answer rests on, where some of them are the set's; else none.

    Args:
        catalog: The catalogue.
        measured_set: The set.
        reader: The store.
        elsewhere: Ids of those that are the set's.
        here: Ids of those that were measured here.
    """
    origins = set_origins(catalog, measured_set, elsewhere)
    if not origins:
        return {}
    own = {cell: measurement for cell in here if (measurement := reader.own(cell)) is not None}
    return {**origins, **{cell: own_origin(measurement) for cell, measurement in own.items()}}


def own_origin(measurement: Measurement) -> Origin:
    """The origin of a measurement that was made here."""
    made = measurement.provenance
    return Origin(True, made.wasmfit, "", made.measured_at)
