"""Several modules of one's own in every report, and what a call takes from the supply, on Arm and RISC-V."""

import json
from pathlib import Path

import pytest

import wasmfit
from tests.wat import assembled, guest
from wasmfit.analysis.benchmark import relative_factors, summaries
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.model import Status
from wasmfit.report.html import to_html
from wasmfit.report.html.pack import packed

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]

QUICK = ("wasm3", "wamr-fast")
LONGER = """(module
 (import "env" "start_trigger" (func $begin)) (import "env" "stop_trigger" (func $end))
 (global $noise (mut i32) (i32.const 1))
 (func (export "main") (result i32) (local $left i32)
  (local.set $left (i32.const 3000)) (call $begin)
  (loop $again
   (global.set $noise (i32.mul (global.get $noise) (i32.const 1664525)))
   (br_if $again (local.tee $left (i32.sub (local.get $left) (i32.const 1)))))
  (call $end) (i32.const 0)))"""


@pytest.mark.parametrize("board", ["nrf52840dk", "esp32c6"])
def test_a_suite_is_in_every_report(warm_home: Home, tmp_path: Path, board: str) -> None:
    modules = [guest("marked", tmp_path), assembled(LONGER, tmp_path, "longer")]
    document = wasmfit.make_report(
        tmp_path / "suite.html",
        module=modules[0],
        more_modules=modules[1:],
        preset="embench",
        runtimes=QUICK,
        boards=[board],
        home=warm_home.root,
    )
    rows = [one for one in document.measurements if one.runtime in QUICK]
    assert len(rows) == 4
    assert {one.status for one in rows} == {Status.OK}
    assert {one.module for one in rows} == {"marked", "longer"}
    # Each factor is of the region, and the mean is over both modules.
    factors = relative_factors(document.measurements)
    for summary in summaries(document.measurements):
        assert summary.slow_down is not None
        assert set(summary.slow_down.workloads) == {"marked", "longer"}
        own = [factors[one.id] for one in rows if one.runtime == summary.runtime]
        assert all(own)
        product = (own[0] or 0) * (own[1] or 0)
        assert summary.slow_down.mean == pytest.approx(product**0.5)
    cells = {cell["id"]: cell for cell in packed(document)["cells"]}
    for one in rows:
        assert one.run is not None
        assert cells[one.id]["own"]["relative"] == factors[one.id]
        assert cells[one.id]["counted"]["instructions"] == one.run.instructions.region
    assert "relative" in to_html(document)
    # What fits has to run both; it is the same code that ranks in the report.
    fit = wasmfit.fit(
        module=modules[0],
        more_modules=modules[1:],
        preset="embench",
        runtimes=QUICK,
        board=board,
        home=warm_home.root,
    )
    assert set(fit.modules) == {"marked", "longer"}
    assert fit.speed_metric == "run.predicted.region.time_s"


def test_a_call_takes_time_by_the_current_of_the_board(warm_home: Home, tmp_path: Path) -> None:
    rows = {
        board: wasmfit.compare(
            module=guest("marked", tmp_path),
            preset="embench",
            runtimes=["wasm3"],
            boards=[board],
            home=warm_home.root,
        ).measurements[-1]
        for board in ("esp32c6", "nrf52840dk")
    }
    timing = Catalog.load().board("esp32c6").timing
    assert timing is not None
    (current,) = (one for one in timing.currents if one.clock_hz == 160_000_000)
    run = rows["esp32c6"].run
    assert run is not None
    assert run.predicted is not None
    for phase in (run.predicted.load, run.predicted.start, run.predicted.call, run.predicted.region):
        assert phase is not None
        assert phase.charge_c == pytest.approx(phase.time_s * current.milliamperes.typical / 1000)
        assert phase.charge_high_c == pytest.approx(phase.time_high_s * current.milliamperes.high / 1000)
        assert phase.energy_j == pytest.approx((phase.charge_c or 0) * 3.3)
    document = json.loads(rows["nrf52840dk"].model_dump_json())
    assert document["run"]["predicted"]["call"]["charge_c"] is None
