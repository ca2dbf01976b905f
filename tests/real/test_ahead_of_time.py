"""WAMR ahead of time, really compiled: every workload by its compiler for this machine, run and compared."""

import pytest

import wasmfit
from wasmfit.analysis.comparison import Comparison
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.model import Status

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]

CATALOG = Catalog.load()
ROWS = ("wamr-aot", "wamr-aot-xip", "wamr-aot-xip-tuned")
BOARDS = ("nrf52840dk", "nrf5340dk", "picow", "esp32c6", "esp32c3")


@pytest.fixture(scope="module")
def compiled(warm_home: Home) -> Comparison:
    """Every workload on every way to compile it."""
    return wasmfit.compare(
        runtimes=[*ROWS, "wamr-classic"], workloads=sorted(CATALOG.workloads), home=warm_home.root
    )


def test_native_code_computes_what_is_expected(compiled: Comparison) -> None:
    ends = {one.id: (one.status, one.reason) for one in compiled.measurements}
    assert ends == dict.fromkeys(ends, (Status.OK, None))
    assert len(ends) == (len(ROWS) + 2) * len(CATALOG.workloads)
    for one in compiled.measurements:
        assert one.run is not None
        for call in one.run.calls:
            assert call.result == call.expected


def test_it_is_quicker_than_interpreting_and_what_is_sent_is_longer(compiled: Comparison) -> None:
    cells = {(one.runtime, one.module): one for one in compiled.measurements}
    for module in CATALOG.workloads:
        classic = cells["wamr-classic", module]
        assert classic.provenance.prepared_bytes is None
        for name in ROWS:
            one = cells[name, module]
            assert one.run is not None
            assert classic.run is not None
            assert one.run.instructions.call is not None
            assert classic.run.instructions.call is not None
            assert one.run.instructions.call < classic.run.instructions.call
            assert one.provenance.prepared_bytes is not None
            assert one.provenance.module_bytes is not None
            assert one.provenance.prepared_bytes > one.provenance.module_bytes
            assert one.provenance.tools["llvm"]


def test_code_in_flash_takes_less_heap_than_code_in_ram(compiled: Comparison) -> None:
    heap = {
        (one.runtime, one.module): one.run.heap_peak for one in compiled.measurements if one.run is not None
    }
    for module in CATALOG.workloads:
        in_ram, in_flash = heap["wamr-aot", module], heap["wamr-aot-xip", module]
        assert in_ram is not None
        assert in_flash is not None
        assert in_flash < in_ram


def test_it_runs_on_every_core(warm_home: Home) -> None:
    found = wasmfit.compare(runtimes=ROWS[:2], boards=BOARDS, home=warm_home.root)
    ends = {one.id: (one.status, one.reason) for one in found.measurements}
    assert ends == dict.fromkeys(ends, (Status.OK, None))
    assert len(ends) == len(BOARDS) * 3
