"""Every store of runtimes, looked at: those that are known to go astray are named, and no other is."""

import shutil
from collections import Counter
from pathlib import Path

import pytest

import wasmfit
from tests.hostile.differential import (
    Device,
    End,
    Verdict,
    case_of,
    cases_of,
    context_of,
    generated,
    generator,
    in_node,
    verdict,
)
from tests.hostile.suite_calls import Interpreter
from wasmfit.home import Home
from wasmfit.model import Measurement, Status, StoreCheck
from wasmfit.plan import plan, select_builds
from wasmfit.requests import Experiment
from wasmfit.run.stores import store_check

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]

ASTRAY = Path(__file__).parents[1] / "hostile" / "astray"
CALLS = {"g000194": "x2(-0.0, 0.0)", "m01446": "x0()"}
BOARDS = ("nrf52840dk", "esp32c6")


def _stores(cell: Measurement) -> StoreCheck:
    assert cell.run is not None
    assert cell.run.stores is not None
    return cell.run.stores


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("name", CALLS)
def test_wasm3_stores_out_of_bounds(warm_home: Home, name: str, board: str) -> None:
    """On the board with more RAM nothing else tells: the call gives its result."""
    found = wasmfit.compare(
        module=ASTRAY / f"{name}.wasm",
        calls=(CALLS[name],),
        runtimes=("wasm3",),
        boards=(board,),
        home=warm_home.root,
        check_stores=True,
    )
    cell = next(one for one in found.measurements if one.runtime == "wasm3")
    stray = _stores(cell).stray
    assert stray is not None
    assert stray.phase == "call"
    assert stray.function is not None
    if board == "nrf52840dk":
        assert stray.what == "outside the memory of the board" or cell.status is not Status.OK
    else:
        assert stray.what.startswith("free memory of the heap")


@pytest.mark.slow
@pytest.mark.parametrize("runtime", ["wasm3", "wamr", "wasefire"])
def test_no_workload_stores_astray(warm_home: Home, runtime: str) -> None:
    context = context_of(warm_home, (runtime,), BOARDS)
    workloads = tuple(sorted(context.catalog.workloads))
    planned = plan(context.catalog, Experiment(runtimes=(runtime,), boards=BOARDS, workloads=workloads))
    cells = [cell for cell in planned.cells if cell.build.runtime.name == runtime]
    assert len(cells) > len(workloads)
    for cell in cells:
        check = store_check(context, cell)
        assert check.stray is None, cell.id
        assert check.reason is None, cell.id
        assert check.stores, cell.id


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
def test_generated_modules_end_as_in_node(warm_home: Home, tmp_path: Path) -> None:
    """Some that no list of disagreements has; thousands in ``scripts/differential.py``."""
    cases = [case_of(path) for path in generated(generator(warm_home.work / "generate"), tmp_path, 0, 20)]
    context, ends = context_of(warm_home, ("wasm3", "wamr-classic"), BOARDS), Counter[Verdict]()
    for case, node in zip(cases, in_node(cases), strict=True):
        for runtime in ("wasm3", "wamr-classic"):
            device = Device(context, runtime, "esp32c6")
            cell = device.cell(case)
            end = cell if isinstance(cell, End) else device.end(cell)
            ends[verdict(node, end)] += 1
    assert not ends[Verdict.DISAGREES]
    assert ends[Verdict.VALUE] + ends[Verdict.TRAP] > ends[Verdict.REFUSED] > 0


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("node") is None, reason="Node is not installed")
@pytest.mark.parametrize("runtime", ["wasm3", "wamr-classic"])
def test_thousands_of_calls_end_as_in_node(warm_home: Home, tmp_path: Path, runtime: str) -> None:
    """Every function of the modules, one after the other in the image that runs the suite."""
    paths = generated(generator(warm_home.work / "generate"), tmp_path, 40, 100)
    cases = [case for path in paths for case in cases_of(path)]
    context = context_of(warm_home, (runtime,), BOARDS)
    (build,) = select_builds(context.catalog, (runtime,))
    interpreter = Interpreter(context, build, context.catalog.board(BOARDS[0]))
    ends = Counter(map(verdict, in_node(cases), interpreter.ends(cases, tmp_path / "log")))
    assert ends.total() == 400
    assert not ends[Verdict.DISAGREES]
    assert ends[Verdict.VALUE] + ends[Verdict.TRAP] > 200
