"""The timing models against the figures published for real boards, over our own programs."""

import pytest

import wasmfit
from tests.calibration.checks import Model, Ran
from tests.calibration.reference import OURS, PUBLISHED
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.model import Measurement, Status

# Four images of large runtimes, and two host programs: minutes each.
pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(3600)]

NAMES = sorted(path.parent.name for path in OURS.glob("workloads/*/workload.toml"))


def test_published_figures_are_met(warm_home: Home) -> None:
    comparison = wasmfit.compare(
        runtimes=["wasmi@0.51", "wasmtime@38"],
        workloads=NAMES,
        boards=["nrf52840dk", "pico2"],
        catalogs=[OURS],
        home=warm_home.root,
    )
    for (runtime, board), published in PUBLISHED.items():
        cells = [
            one
            for one in comparison.measurements
            if (f"{one.runtime}@{one.version}", one.board) == (runtime, board)
        ]
        assert [one.status for one in cells] == [Status.OK] * len(NAMES)
        low, typical, high = model(board).mean([ran(one) for one in cells])
        # Other programs than those that were measured: what is left over is not all the model's.
        assert abs(typical / published - 1) <= 0.05
        assert low < published < high


def model(name: str) -> Model:
    catalog = Catalog.load()
    board = catalog.board(name)
    core = catalog.core(board)
    assert core is not None
    assert board.timing is not None
    return Model(core, board.timing)


def ran(one: Measurement) -> Ran:
    assert one.run is not None
    assert one.run.activity.call is not None
    return Ran(f"{one.runtime}@{one.version}", one.board, one.module, one.run.activity.call)
