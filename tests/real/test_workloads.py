"""Workloads, really built and run: all on four runtimes that build fast, three on every one."""

import pytest

import wasmfit
from wasmfit.analysis.benchmark import Benchmark
from wasmfit.analysis.comparison import Comparison
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.model import Status

pytestmark = [pytest.mark.real, pytest.mark.timeout(3600)]

CATALOG = Catalog.load()
CHEAP = ("native", "wasm3", "wasm2c", "spacewasm")
EVERYWHERE = ("sha256", "matmul-int", "host-calls")


@pytest.fixture(scope="module")
def cheap(warm_home: Home) -> Benchmark:
    """Every workload on the runtimes that build fast, one of which is in Rust."""
    return wasmfit.bench(runtimes=CHEAP, home=warm_home.root, rerun=True)


def test_every_workload_runs_and_is_right(cheap: Benchmark) -> None:
    ends = {one.id: (one.status, one.reason) for one in cheap.measurements}
    assert ends == dict.fromkeys(ends, (Status.OK, None))
    # Native, three runtimes and the baseline.
    assert len(ends) == 5 * len(CATALOG.workloads)
    for one in cheap.measurements:
        assert one.run is not None
        for call in one.run.calls:
            assert call.result == call.expected


def test_workloads_are_work_and_fit_the_smallest_stacks(cheap: Benchmark) -> None:
    for one in cheap.measurements:
        if one.runtime == "native" and one.module != "add-with-extra":
            assert one.run is not None
            assert one.run.instructions.call is not None
            assert 5_000 < one.run.instructions.call < 3_000_000
        if one.runtime == "wasm3":
            assert one.run is not None
            assert one.run.linear_memory is not None
            pages = 2 if one.module == "memory-grow" else 1
            assert one.run.linear_memory // 65_536 == (3 if pages == 2 else 1)  # Growing copies.


def test_native_code_is_the_floor(cheap: Benchmark) -> None:
    by_runtime = {one.runtime: one for one in cheap.summaries}
    assert by_runtime["native"].slow_down is not None
    assert by_runtime["native"].slow_down.mean == 1
    for name in ("wasm2c", "wasm3", "spacewasm"):
        found = by_runtime[name].slow_down
        assert found is not None
        assert len(found.workloads) == len(CATALOG.workloads)
        assert found.least > 1
    order = [by_runtime[name].slow_down for name in ("wasm2c", "wasm3", "spacewasm")]
    means = [one.mean for one in order if one]
    assert means == sorted(means)


def test_a_runtime_without_floats_says_so(warm_home: Home) -> None:
    found = wasmfit.bench(workloads=["fft"], runtimes=["wasefire"], home=warm_home.root)
    ends = {one.runtime: (one.status, one.reason) for one in found.measurements}
    assert ends["wasefire"] == (Status.UNSUPPORTED, "refused to load the module: Unsupported(())")
    assert ends["wasefire-float"] == (Status.OK, None)
    assert not found.failed


def test_a_runtime_whose_memory_cannot_grow_traps(warm_home: Home) -> None:
    found = wasmfit.bench(workloads=["memory-grow"], runtimes=["wasmtime"], home=warm_home.root)
    ends = {one.runtime: one.status for one in found.measurements}
    assert ends["wasmtime"] is Status.TRAPPED
    assert not found.failed


@pytest.fixture(scope="module")
def some(warm_home: Home) -> Comparison:
    """Three workloads on every runtime."""
    return wasmfit.bench(workloads=EVERYWHERE, home=warm_home.root).comparison


def test_every_runtime_runs_workloads_or_says_why_not(some: Comparison) -> None:
    for one in some.measurements:
        if one.status is Status.OUT_OF_MEMORY:
            # Its code for this module takes more than the board's RAM.
            assert (one.runtime, one.module) == ("tinywasm", "sha256")
            continue
        assert one.status in (Status.OK, Status.UNAVAILABLE), one.reason


def test_guests_are_built_alike_in_two_places(cheap: Benchmark, warm_home: Home) -> None:
    """What is pinned makes the same bytes elsewhere; here for a guest with dependencies, in two folders."""
    again = wasmfit.bench(
        workloads=["crc32"], runtimes=["wasm3"], home=warm_home.root / "elsewhere", rerun=True
    )
    before = {one.id: one.provenance for one in cheap.measurements}
    for one in again.measurements:
        assert one.provenance.module_sha256 == before[one.id].module_sha256
        assert one.provenance.elf_sha256 == before[one.id].elf_sha256
