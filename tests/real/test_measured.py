"""Cells of a measured set whose image comes out as it was are carried over, and others are not."""

import runpy
from pathlib import Path

import pytest

import wasmfit
from tests.samples import renamed
from wasmfit.catalog import Catalog
from wasmfit.catalog.inputs import InputDigests
from wasmfit.home import Home
from wasmfit.model import Measurement
from wasmfit.plan import cell_by_id
from wasmfit.requests import Experiment, RunOptions
from wasmfit.store import MeasuredSet, Store
from wasmfit.store.measured_set import SetCell, write_set

pytestmark = pytest.mark.real

SCRIPT = runpy.run_path(str(Path(__file__).parents[2] / "scripts" / "measured.py"))


@pytest.fixture(scope="module")
def measured(warm_home: Home) -> Measurement:
    run = wasmfit.compare(runtimes=["wasm3"], home=warm_home.root).run
    assert run is not None
    with Store(warm_home.results).reading() as reader:
        found = [reader.measurement(cell) for cell in reader.shown(run) if cell.cell.startswith("wasm3@")]
    (one,) = found
    assert one is not None
    return one


@pytest.mark.parametrize(
    ("part", "sha256", "is_carried"),
    [("harness", None, True), ("harness", "0" * 64, False), ("board", None, False)],
)
def test_an_image_that_is_the_same_is_not_run_again(
    warm_home: Home, measured: Measurement, tmp_path: Path, part: str, sha256: str | None, is_carried: bool
) -> None:
    catalog = Catalog.load()
    digests = InputDigests(catalog)
    cell = cell_by_id(catalog, measured.id)
    assert cell is not None
    now = digests.of_cell(cell)
    if sha256 is not None:
        provenance = measured.provenance.model_copy(update={"elf_sha256": sha256})
        measured = measured.model_copy(update={"provenance": provenance})
    other = renamed(measured, measured.id.replace("wasm3@0.5.0", "wasm3@0.0.0"))
    inputs = {**now, part: "0" * 16}
    system = SCRIPT["system"]()
    write_set(tmp_path / "set.zip", [SetCell(one, system, inputs) for one in (measured, other)], [])
    old, new = MeasuredSet(tmp_path / "set.zip"), SCRIPT["NewSet"](catalog, digests)
    new.take(old)
    assert set(new.outdated) == {measured.id}
    step = SCRIPT["Step"]("wasm3", Experiment(runtimes=("wasm3",)))
    SCRIPT["carry_over"](step, old, new, RunOptions(home=warm_home.root))
    assert (measured.id in new.cells) is is_carried
    if is_carried:
        assert new.cells[measured.id].inputs == now
        assert new.cells[measured.id].measurement.size == measured.size


def test_owners_are_found_out_again_and_old_cells_are_not_current(
    warm_home: Home, measured: Measurement, tmp_path: Path
) -> None:
    catalog = Catalog.load()
    digests = InputDigests(catalog)
    cell = cell_by_id(catalog, measured.id)
    assert cell is not None
    assert measured.size is not None
    others = measured.size.model_copy(update={"owners": {".text": {"harness": measured.size.text}}})
    said = measured.model_copy(update={"size": others})
    system = SCRIPT["system"]()
    write_set(tmp_path / "set.zip", [SetCell(said, system, digests.of_cell(cell))], [])
    old = MeasuredSet(tmp_path / "set.zip")
    for before, is_current in ((None, True), ("2026-01-01", True), ("2100-01-01", False)):
        new = SCRIPT["NewSet"](catalog, digests)
        new.take(old, before)
        assert (measured.id in new.cells) is is_current
    step = SCRIPT["Step"]("wasm3", Experiment(runtimes=("wasm3",)))
    SCRIPT["carry_over"](step, old, new, RunOptions(home=warm_home.root))
    assert new.cells[measured.id].measurement.size == measured.size
