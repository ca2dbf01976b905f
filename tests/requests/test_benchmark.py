"""What can be benchmarked: workloads, modules of the user's, or both."""

from pathlib import Path

import pytest

from tests.wat import assembled
from wasmfit.api.benchmark import bench, benchmark_cells
from wasmfit.errors import UsageError
from wasmfit.requests import BenchmarkExperiment
from wasmfit.requests.flat import from_flat


def test_modules_are_instead_of_workloads_unless_those_are_named() -> None:
    plain = BenchmarkExperiment()
    assert benchmark_cells(plain).workloads == ("*",)
    alone = BenchmarkExperiment(
        modules=(Path("a.wasm"), Path("b.wasm")), preset="embench", runtimes=("wasm3",)
    )
    assert benchmark_cells(alone).workloads == ()
    assert benchmark_cells(alone).runtimes == ("wasm3",)
    assert [one.path.name for one in alone.module_requests] == ["a.wasm", "b.wasm"]
    assert {one.preset for one in alone.module_requests} == {"embench"}
    both = BenchmarkExperiment(modules=(Path("a.wasm"),), workloads=("*",), runtimes=("wasm3",))
    assert benchmark_cells(both).workloads == ("*",)
    assert benchmark_cells(both).runtimes == ("native", "wasm3")


def test_what_is_of_modules_needs_some() -> None:
    with pytest.raises(UsageError, match="are of modules, and none is named"):
        from_flat(BenchmarkExperiment, {"preset": "embench"})


def test_a_module_that_is_wrong_is_named(tmp_path: Path) -> None:
    main = '(func (export "main") (result i32) (i32.const 0))'
    marks = '(import "env" "start_trigger" (func)) (import "env" "stop_trigger" (func))'
    right = f"(module {marks} {main})"
    wrong = f"(module {main})"
    modules = [assembled(right, tmp_path, "right"), assembled(wrong, tmp_path, "wrong")]
    with pytest.raises(UsageError, match=r"wrong\.wasm: The module imports nothing that modules of Embench"):
        bench(modules=modules, preset="embench", imports={}, home=tmp_path)
    with pytest.raises(UsageError, match="are in no measured set"):
        bench(modules=modules, measured=True, home=tmp_path)
