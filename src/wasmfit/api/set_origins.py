"""Where measurements of the measured set were made, and whether they still hold."""

from collections.abc import Iterable, Mapping

from wasmfit.analysis.basis import Origin, basis_notes
from wasmfit.catalog import Catalog
from wasmfit.catalog.inputs import InputDigests, changed
from wasmfit.defaults import BASE, WORKLOAD
from wasmfit.model import RuntimeFeatures
from wasmfit.plan import cell_by_id, cells_by_id
from wasmfit.store import MeasuredSet
from wasmfit.store.measured_set import SetEntry, features_cell


def set_origins(catalog: Catalog, measured_set: MeasuredSet, cells: Iterable[str]) -> dict[str, Origin]:
    """The origins of cells that are the set's.

    Args:
        catalog: The catalogue, from which follows what has changed since.
        measured_set: The set.
        cells: Their ids.
    """
    digests, names = InputDigests(catalog), tuple(cells)
    known = cells_by_id(catalog, names)
    origins = {}
    for name in names:
        cell, entry = known.get(name), measured_set.cells[name]
        # What the catalogue no longer has is of a runtime, board or profile that has changed.
        origins[name] = set_origin(entry, {} if cell is None else digests.of_cell(cell))
    return origins


def set_origin(entry: SetEntry, inputs: Mapping[str, str]) -> Origin:
    """The origin of an entry of the set.

    Args:
        entry: The entry.
        inputs: Part → digest, as the catalogue is now; empty where it no longer has the cell.
    """
    since = changed(entry.inputs, inputs) if inputs else ("catalogue",)
    return Origin(False, entry.wasmfit, entry.system, entry.measured_at, since)


def features_notes(
    catalog: Catalog, measured_set: MeasuredSet, found: Iterable[tuple[RuntimeFeatures, bool]]
) -> tuple[str, ...]:
    """Which of the verdicts that an answer shows are outdated, in sentences.

    Args:
        catalog: The catalogue.
        measured_set: The set.
        found: Verdicts, and whether they are of this machine.
    """
    digests, origins = InputDigests(catalog), {}
    for one in (one for one, here in found if not here):
        cell = cell_by_id(catalog, f"{one.runtime}@{one.version}/{WORKLOAD}/{one.board}/{BASE}/{one.profile}")
        inputs = {} if cell is None else digests.of_features(cell.build, cell.board, cell.profile)
        name = features_cell(one.runtime, one.version, one.board, one.profile)
        origin = set_origin(measured_set.features[name], inputs)
        if origin.changed:
            origins[name] = origin
    # The first note says where they were measured, as the note on cells does.
    return tuple(f"verdicts on features: {note}" for note in basis_notes(origins)[1:])
