"""The timing models against the figures published for real boards, over our own programs."""

from statistics import mean

import pytest

import wasmfit
from tests.calibration.reference import OURS, PUBLISHED, per_instruction
from wasmfit.home import Home
from wasmfit.model import Status

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]

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
        low, typical, high = (mean(each) for each in zip(*map(per_instruction, cells), strict=True))
        # Other programs than those that were measured: what is left over is not all the model's.
        assert abs(typical / published - 1) <= 0.08
        assert low < published < high
