"""A cell by its names is the same cell again."""

from pathlib import Path

import pytest

from tests.user_modules import module
from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.plan import CellName, cell_of, name_of, plan
from wasmfit.requests import Experiment

CATALOG = Catalog.load()


def experiment(**settings: object) -> Experiment:
    return Experiment(runtimes=["all"], boards=sorted(CATALOG.boards), **settings)


def test_every_cell_of_the_catalogue_comes_back() -> None:
    planned = plan(CATALOG, experiment(workloads=["add-with-extra", "crc32"], profiles=["small", "fast"]))
    assert len(planned.all_cells) > 100
    for cell in planned.all_cells:
        sent = name_of(cell).model_dump_json()
        assert cell_of(CATALOG, CellName.model_validate_json(sent)) == cell


def test_a_module_of_the_users_comes_back_with_its_calls(tmp_path: Path) -> None:
    planned = plan(CATALOG, experiment(), module=module().model_copy(update={"path": tmp_path / "m.wasm"}))
    for cell in planned.all_cells:
        sent = name_of(cell).model_dump_json()
        assert cell_of(CATALOG, CellName.model_validate_json(sent)) == cell


@pytest.mark.parametrize("field", ["runtime", "build", "workload", "board", "profile"])
def test_what_the_catalogue_does_not_have(field: str) -> None:
    name = name_of(plan(CATALOG, Experiment()).cells[0])
    with pytest.raises(UsageError, match="nonsense"):
        cell_of(CATALOG, name.model_copy(update={field: "nonsense"}))
