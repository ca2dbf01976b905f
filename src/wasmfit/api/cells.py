"""One cell that was measured, here or for the measured set: what is known of it, and its image."""

from collections.abc import Sequence
from pathlib import Path

from wasmfit.analysis.basis import with_origin
from wasmfit.analysis.cell_page import CellPage
from wasmfit.analysis.stored_cells import find_stored
from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.home import Home
from wasmfit.model import Measurement
from wasmfit.plan import BASELINE, plan
from wasmfit.requests import Experiment
from wasmfit.run.completion import completed
from wasmfit.store import MeasuredSet, Store
from wasmfit.store.measurements import Reader, StoredCell

from .board_setup import with_setup
from .recorded import recorded_features
from .set_origins import features_notes, set_origins
from .verdicts import completing, cost_models


def show(
    cell: str,
    *,
    home: Path | None = None,
    catalogs: Sequence[Path] = (),
    clock: str | None = None,
    assume: Sequence[str] = (),
) -> CellPage:
    """Everything that is known of one cell, from its newest measurement here, or that of the measured set.

    Args:
        cell: Its id, or a part of it; what that leaves open is the default board, profile and so on.
        home, catalogs: As for :func:`wasmfit.compare`.
        clock, assume: What time is predicted for, as for :func:`wasmfit.compare`.

    Raises:
        UsageError: There is no such cell, there are several, or its board's timing model does not know what
            is assumed.
    """
    own = Home.to_read(home)
    catalog, measured_set = Catalog.load(*catalogs), MeasuredSet()
    with Store(own.results).reading(measured_set) as reader:
        stored = find_stored(reader, cell)
        measurement = _measurement(reader, stored)
        baseline = _baseline(reader, measurement)
        points = reader.points(measurement.id)
        runs = [point.run for point in points if point.run is not None and point.number == stored.number]
    as_set_up = catalog
    if measurement.board in catalog.boards:
        as_set_up = with_setup(catalog, (measurement.board,), clock, assume)
    page = _completed(as_set_up, measurement, baseline)
    if stored.is_of_set:
        page = with_origin(page, set_origins(catalog, measured_set, [stored.cell])[stored.cell])
    setting = (measurement.runtime, measurement.version, measurement.board, measurement.profile)
    features = recorded_features(own, measured_set, [setting])
    return CellPage(
        page,
        as_set_up.boards.get(measurement.board),
        tuple(one for one, _ in features),
        tuple(sorted(set(runs), reverse=True)),
        features_notes(catalog, measured_set, features),
    )


def image_of(cell: str, *, home: Path | None = None) -> tuple[Path, str]:
    """The image of a cell that was measured, and the name of its board.

    Args:
        cell: As for :func:`show`.
        home: As for :func:`wasmfit.compare`.

    Raises:
        UsageError: There is no such cell, it was measured elsewhere, or its image is gone.
    """
    with Store(Home.to_read(home).results).reading(MeasuredSet()) as reader:
        stored = find_stored(reader, cell)
        measurement = _measurement(reader, stored)
    if stored.is_of_set:
        raise UsageError(
            f"{stored.cell} was not measured on this machine, and what comes with wasmfit has no images.",
            f"`wasmfit show {stored.cell}` has its bytes by owner. To build its image: "
            f"{measurement.provenance.replay}",
        )
    elf = measurement.provenance.elf
    if elf is None:
        raise UsageError(
            f"{measurement.id} has no image: {measurement.status.value}: {measurement.reason}.",
            "Name a cell that was built.",
        )
    if not Path(elf).is_file():
        raise UsageError(
            f"The image of {measurement.id} is gone.", f"Build it again: {measurement.provenance.replay}"
        )
    return Path(elf), measurement.board


def _measurement(reader: Reader, stored: StoredCell) -> Measurement:
    measurement = reader.measurement(stored)
    if measurement is None:
        raise UsageError(
            f"The record of {stored.cell} is of another wasmfit, and is not understood.", "Measure it again."
        )
    return measurement


def _completed(catalog: Catalog, measurement: Measurement, baseline: Measurement | None) -> Measurement:
    """The measurement with what a comparison adds to it, as far as the catalogue still knows its cell."""
    try:
        planned = plan(
            catalog,
            Experiment(
                runtimes=(f"{measurement.runtime}@{measurement.version}",),
                workloads=(measurement.module,),
                boards=(measurement.board,),
                bases=(measurement.base,),
                profiles=(measurement.profile,),
            ),
        )
    except UsageError:
        planned = None
    known = {one.id: one for one in (measurement, baseline) if one is not None}
    if planned is not None and known.keys() == {cell.id for cell in planned.all_cells}:
        return next(one for one in completed(catalog, planned, known) if one.id == measurement.id)
    size = None if baseline is None else baseline.size
    return completing(cost_models(catalog))(measurement).model_copy(update={"baseline": size})


def _baseline(reader: Reader, measurement: Measurement) -> Measurement | None:
    """The newest baseline of the same setting."""
    setting = "/".join(measurement.id.split("/")[1:])
    for stored in reader.newest():
        if stored.cell.startswith(f"{BASELINE}@") and stored.cell.endswith(f"/{setting}"):
            return reader.measurement(stored)
    return None
