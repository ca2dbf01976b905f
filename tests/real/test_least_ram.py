"""The least RAM of runtimes in Rust and in C on both architectures: on a board that has no more, they run."""

from dataclasses import replace
from pathlib import Path

import pytest

import wasmfit
from wasmfit.builder import Context, FirmwareSpec, StepContext, image
from wasmfit.catalog import Catalog
from wasmfit.emulation import Execution, ExpectedCalls, QemuRunner, compiled, execute, symbols
from wasmfit.home import Home
from wasmfit.model import Cell, LeastRam, Measurement, Region, Status
from wasmfit.plan import plan
from wasmfit.requests import Experiment
from wasmfit.toolchain import ProcessRunner, Versions, find

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]

RUNTIMES = ("wasmi", "wasm3")
BOARDS = ("nrf52840dk", "esp32c6")


@pytest.fixture(scope="module")
def measured(warm_home: Home) -> dict[str, Measurement]:
    comparison = wasmfit.compare(runtimes=[*RUNTIMES, "native"], boards=BOARDS, home=warm_home.root)
    return {one.id: one for one in comparison.measurements}


@pytest.fixture(scope="module")
def context(warm_home: Home) -> Context:
    catalog, runner = Catalog.load(), ProcessRunner()
    cells = plan(catalog, Experiment(runtimes=RUNTIMES, boards=BOARDS)).cells
    c_targets = {cell.board.target: catalog.target(cell.board).c for cell in cells}
    emulators = [cell.board.emulator for cell in cells]
    return Context(catalog, warm_home, find(Versions(warm_home.tools, runner), c_targets, emulators), runner)


def least_of(one: Measurement) -> LeastRam:
    assert one.run is not None
    assert one.run.least_ram is not None
    return one.run.least_ram


def run(context: Context, cell: Cell, elf: Path, folder: Path) -> Execution:
    return execute(
        elf,
        QemuRunner(cell.board, compiled(folder, context.runner, cell.board.emulator.qemu), context.runner),
        ExpectedCalls(cell.workload.calls),
    )


def cell_of(context: Context, runtime: str, board: str) -> Cell:
    (cell,) = plan(context.catalog, Experiment(runtimes=[runtime], boards=[board])).cells
    return cell


def test_every_cell_has_one_and_it_is_no_more_than_the_board_has(measured: dict[str, Measurement]) -> None:
    catalog = Catalog.load()
    assert len(measured) == 2 * (len(RUNTIMES) + 2)
    for one in measured.values():
        least = least_of(one)
        assert least.reason is None
        assert least.bytes is not None
        assert least.bytes <= catalog.board(one.board).ram.size
        assert one.size is not None
        assert least.static is not None
        assert one.size.ram_static <= least.static < one.size.ram_static + 16


def test_runtimes_need_more_than_native_code(measured: dict[str, Measurement]) -> None:
    """By the linear memory, which native code of this workload has not, at the least."""
    for board in BOARDS:
        here = {one.runtime: least_of(one).bytes or 0 for one in measured.values() if one.board == board}
        assert here["native"] <= here["baseline"] + 256
        assert all(here[runtime] > here["native"] + 65_536 for runtime in RUNTIMES)


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("board", BOARDS)
def test_the_same_image_runs_with_that_heap_and_not_with_less(
    measured: dict[str, Measurement], context: Context, runtime: str, board: str, tmp_path: Path
) -> None:
    cell = cell_of(context, runtime, board)
    least = least_of(measured[cell.id])
    assert least.heap is not None
    assert least.resolution is not None
    ran = image(context, StepContext(tmp_path / "log"), FirmwareSpec.of(cell)).ran
    heap = symbols.read(ran).heap
    assert heap is not None
    ends = []
    for size in (least.heap, least.heap - least.resolution):
        changed = tmp_path / f"{size}.elf"
        changed.write_bytes(ran.read_bytes())
        assert symbols.patch(changed, heap.word, heap.start + size)
        ends.append(run(context, cell, changed, tmp_path).status)
    assert ends[0] is Status.OK
    assert ends[1] is not Status.OK


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("board", BOARDS)
def test_a_board_with_no_more_ram_runs_it_and_one_with_less_does_not(
    measured: dict[str, Measurement], context: Context, runtime: str, board: str, tmp_path: Path
) -> None:
    """Linked anew, with no more stack than was used: the sum of the parts is what a board must have."""
    cell = cell_of(context, runtime, board)
    least = least_of(measured[cell.id])
    assert least.bytes is not None
    assert least.resolution is not None
    ends = []
    for ram in (least.bytes, least.bytes - least.resolution):
        smaller = Region(origin=cell.board.ram.origin, size=ram)
        tight = replace(
            cell,
            board=cell.board.model_copy(update={"ram": smaller}),
            build=cell.build.model_copy(
                update={"runtime": cell.build.runtime.model_copy(update={"stack": least.stack})}
            ),
        )
        ran = image(context, StepContext(tmp_path / "log"), FirmwareSpec.of(tight)).ran
        ends.append(run(context, tight, ran, tmp_path).status)
    assert ends[0] is Status.OK
    assert ends[1] is not Status.OK
