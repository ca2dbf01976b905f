"""What tasks need, what workers have, and the words for what is lacking."""

from dataclasses import replace
from pathlib import Path

import pytest

from wasmfit.builder import FirmwareSpec
from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError, WasmfitError
from wasmfit.model import Cell
from wasmfit.plan import plan
from wasmfit.requests import Experiment
from wasmfit.run.cluster.resources import (
    Requirements,
    capabilities,
    given,
    identity,
    missing,
    require_same,
)
from wasmfit.toolchain import CCompiler, ProcessRunner, Toolchain, Versions, c_compiler, find

from ...toolchain.gcc import Library, gcc, newlib, picolibc

CATALOG = Catalog.load()
OURS = "wasmfit 0.1.0 (code aaaa)"
NEEDS = {OURS: 1.0, "rustc rustc 1.96.0": 1.0, "qemu": 1.0}
WHOLE = {OURS: 1e9, "rustc rustc 1.96.0": 1e9, "qemu": 4.0}


def test_amounts_as_the_user_writes_them() -> None:
    assert given(["probe:nrf52840dk=1", "qemu=4", "build=0"]) == {
        "probe:nrf52840dk": 1,
        "qemu": 4,
        "build": 0,
    }


@pytest.mark.parametrize("argument", ["qemu", "=1", "qemu=", "qemu=many", "qemu=-1", "qemu=nan", "qemu=inf"])
def test_amounts_that_are_none(argument: str) -> None:
    with pytest.raises(UsageError, match="--resource takes NAME=AMOUNT"):
        given([argument])


def test_nothing_is_lacking() -> None:
    assert missing(NEEDS, {"w1": {}, "w2": WHOLE}) is None


def test_nobody_works() -> None:
    assert missing(NEEDS, {}) == "The cluster has no workers"


def test_nobody_has_a_board() -> None:
    needs = {**NEEDS, "probe:nrf52840dk": 1.0}
    assert missing(needs, {"w1": WHOLE}) == "No worker has probe:nrf52840dk"


def test_another_version_is_named() -> None:
    old = {OURS: 1e9, "rustc rustc 1.95.0": 1e9, "qemu": 4.0}
    assert missing(NEEDS, {"w1": old}) == "No worker has rustc rustc 1.96.0 (they have rustc rustc 1.95.0)"


def test_each_has_a_part() -> None:
    parts = {"w1": {OURS: 1e9, "rustc rustc 1.96.0": 1e9}, "w2": {"qemu": 1.0}}
    assert (missing(NEEDS, parts) or "").startswith("No worker has all of qemu, rustc")


def test_the_same_wasmfit_at_both_ends() -> None:
    require_same(OURS, {})
    require_same(OURS, {"w1": WHOLE, "w2": {}})


def test_another_wasmfit_is_refused_with_both_versions() -> None:
    others = {"w1": {"wasmfit 0.2.0 (code bbbb)": 1e9}, "w2": {"qemu": 1.0}}
    with pytest.raises(WasmfitError) as caught:
        require_same(OURS, others)
    assert caught.value.message == (
        f"No worker has this wasmfit, {OURS}: w1 has wasmfit 0.2.0 (code bbbb); w2 has none."
    )


def on_a_machine(place: Path, *libraries: Library) -> Toolchain:
    """The tools of a machine whose GCC for Arm has these libraries."""
    versions = Versions(place / "tools.json", ProcessRunner())
    gcc(place / "bin" / "arm-none-eabi-gcc", *libraries)
    board = CATALOG.board("nrf52840dk")
    compiler = c_compiler(versions, CATALOG.target(board).c, {"PATH": str(place / "bin")})
    assert isinstance(compiler, CCompiler)
    return replace(find(versions, {}, [board.emulator]), c={board.target: compiler})


def test_a_worker_with_another_c_library_is_given_no_cell_in_c(tmp_path: Path) -> None:
    here = on_a_machine(tmp_path / "here", picolibc(tmp_path / "here/picolibc", "."))
    there = on_a_machine(tmp_path / "there", *newlib(tmp_path / "there/newlib"))
    wanted = Experiment(runtimes=("wasm3", "wasmi"), boards=("nrf52840dk",))
    cells = {cell.build.name: cell for cell in plan(CATALOG, wanted).measured}
    requirements = Requirements(identity(), here)

    def said(cell: Cell, worker: Toolchain) -> str | None:
        return missing(requirements.run(FirmwareSpec.of(cell)), {"w1": {**capabilities(worker), "qemu": 4.0}})

    assert said(cells["wasm3"], here) is None
    assert said(cells["wasmi"], there) is None
    reason = said(cells["wasm3"], there)
    assert reason is not None
    assert reason.startswith("No worker has libc-thumbv7em-none-eabihf picolibc 1.8.6 (")
    assert "(they have libc-thumbv7em-none-eabihf newlib-nano 4.3.0 (" in reason
