"""A base that is an operating system built with laze: on a stand-in of the shape of Ariel OS's checkout."""

import os
import shutil
from pathlib import Path

import pytest

import wasmfit
from wasmfit.analysis.comparison import Comparison
from wasmfit.builder.systems.laze import PROGRAM
from wasmfit.home import Home
from wasmfit.model import Status
from wasmfit.toolchain import ProcessRunner

pytestmark = [pytest.mark.real, pytest.mark.slow, pytest.mark.timeout(3600)]

SYSTEM = Path(__file__).parents[1] / "ariel-os"


@pytest.fixture(scope="module")
def laze(warm_home: Home) -> Path:
    """The folder that laze is in; it is built once, and kept."""
    root = warm_home.root / "tools" / "laze-0.1.39"
    if not (root / "bin" / PROGRAM).is_file():
        install = ["cargo", "install", "laze", "--version", "0.1.39", "--locked", "--root", str(root)]
        finished = ProcessRunner().run(install, timeout=1800)
        assert finished.code == 0, finished.output
    return root / "bin"


@pytest.fixture(scope="module")
def system(warm_home: Home) -> Path:
    """A checkout apart from this one, whose state is none of its business."""
    return Path(shutil.copytree(SYSTEM, warm_home.root / "stand-in" / "ariel-os", dirs_exist_ok=True))


@pytest.fixture(scope="module")
def on_system(warm_home: Home, laze: Path, system: Path) -> Comparison:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{laze}{os.pathsep}{os.environ['PATH']}")
        return wasmfit.compare(
            runtimes=["wasefire", "wasm3"],
            bases=["ariel-os"],
            sources=[("ariel-os", system)],
            select=["wasefire@*", "wasm3@*"],
            home=warm_home.root,
        )


def test_it_is_built_and_sized_and_says_that_it_did_not_run(on_system: Comparison) -> None:
    cells = {one.runtime: one for one in on_system.measurements}
    baseline, wasefire = cells["baseline"], cells["wasefire"]
    for one in (baseline, wasefire):
        assert one.status is Status.OK
        assert one.size is not None
        assert one.run is None
        assert one.reason is not None
        assert "not run in the emulator" in one.reason
        assert one.provenance.lockfile_sha256 is not None
    assert baseline.size is not None
    assert wasefire.size is not None
    assert baseline.size.runtime_crates == 0
    assert wasefire.size.runtime_crates == wasefire.size.owners[".text"]["wasefire_interpreter"]
    assert wasefire.size.owners[".rodata"]["module"] >= (wasefire.provenance.module_bytes or 0)
    # The allocator is the system's: one, in the same crate as the harness's on other bases.
    assert wasefire.size.owners[".text"]["embedded_alloc"] > 0
    assert wasefire.baseline == baseline.size


def test_on_a_board_that_the_emulator_has_no_memory_for_it_has_no_twin(
    warm_home: Home, laze: Path, system: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", f"{laze}{os.pathsep}{os.environ['PATH']}")
    comparison = wasmfit.compare(
        runtimes=["wasefire"],
        boards=["pico2"],
        bases=["ariel-os"],
        sources=[("ariel-os", system)],
        select=["wasefire@*"],
        home=warm_home.root,
    )
    for one in comparison.measurements:
        assert one.status is Status.OK, one.reason
        assert one.size is not None
        assert one.provenance.twin is None


def test_a_runtime_in_c_is_linked_by_the_applications_build_script(on_system: Comparison) -> None:
    cells = {one.runtime: one for one in on_system.measurements}
    wasm3, baseline = cells["wasm3"], cells["baseline"]
    assert wasm3.status is Status.OK, wasm3.reason
    assert wasm3.size is not None
    assert baseline.size is not None
    # Its own objects, as the linker's map has them, and none of them is unknown.
    assert wasm3.size.owners[".text"]["wasm3"] == wasm3.size.runtime_crates > 30_000
    unknown = [one.owners[".text"].get("[unknown]", 0) for one in (wasm3.size, baseline.size)]
    assert unknown[0] == unknown[1] < 100
    assert wasm3.provenance.c_library is not None
    assert wasm3.size.owners[".text"][wasm3.provenance.c_library.name] > 0
    assert wasm3.size.flash > baseline.size.flash + wasm3.size.runtime_crates


@pytest.mark.parametrize("runtime", ["wasefire", "wasm3"])
def test_the_embedding_is_counted_alike_on_every_base(
    warm_home: Home, on_system: Comparison, runtime: str
) -> None:
    """What the harness calls is the embedding's, and the harness stays what it is."""
    others = wasmfit.compare(
        runtimes=[runtime], bases=["bare", "embassy"], select=[f"{runtime}@*"], home=warm_home.root
    )
    sizes = {(one.base, one.runtime): one.size for one in (*others.measurements, *on_system.measurements)}
    for base in ("bare", "embassy", "ariel-os"):
        own, baseline = sizes[base, runtime], sizes[base, "baseline"]
        assert own is not None
        assert baseline is not None
        assert own.glue > 100
        # Reporting the runtime's errors, and what C asks of it, are the harness's.
        grown = own.owners[".text"]["harness"] - baseline.owners[".text"]["harness"]
        assert 0 <= grown < 1_000
    # A runtime in C is the same objects everywhere; what is inlined where differs in Rust.
    reference = sizes["bare", runtime]
    assert reference is not None
    most = 0 if runtime == "wasm3" else 0.1
    for base in ("embassy", "ariel-os"):
        own = sizes[base, runtime]
        assert own is not None
        wanted = reference.runtime_crates + reference.glue
        assert own.runtime_crates + own.glue == pytest.approx(wanted, rel=most, abs=64)
