"""What needs a compiler that is only known from images ends as unavailable, with what to install."""

from dataclasses import replace
from pathlib import Path

import pytest

from wasmfit.builder import (
    BuildError,
    Context,
    FirmwareSpec,
    OpenPayload,
    StepContext,
    absent,
    guest,
    image,
    prelinking,
)
from wasmfit.builder.digest import Shared
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.model import Cell, Embedding, Status
from wasmfit.plan import plan
from wasmfit.provided import FORMAT, LeftOut, Manifest, ProvidedImages, artefact_name
from wasmfit.requests import Experiment
from wasmfit.run.build_plan import build_plan
from wasmfit.run.cells import cell_jobs
from wasmfit.run.durations import Durations
from wasmfit.run.job import steps_of_others
from wasmfit.toolchain import Check, ProcessRunner, State, Versions, find, recorded


@pytest.fixture
def context(tmp_path: Path) -> Context:
    home, runner, catalog = Home.at(tmp_path), ProcessRunner(), Catalog.load()
    targets = {name: target.c for name, target in catalog.targets.items() if name.startswith("thumbv7em")}
    emulators = [catalog.board("nrf52840dk").emulator]
    tools = find(Versions(home.tools, runner), targets, emulators)
    c = {name: replace(one, is_here=False) for name, one in tools.c.items()}
    rust = replace(tools.rust, is_here=False)
    return Context(catalog, home, replace(tools, rust=rust, c=c, lacking=(RUST,)), runner)


RUST = Check("Rust for bare metal", "rust", "builds", State.MISSING, remedy="Install it with: get rust")
CC = Check("C compiler for this machine (cc)", "cc", "links", State.MISSING, remedy="Install it with: get cc")


def lacks(context: Context, *checks: Check) -> Context:
    return replace(context, toolchain=replace(context.toolchain, lacking=checks))


def test_the_remedy_names_what_is_missing(context: Context) -> None:
    def refused(*checks: Check) -> str:
        with pytest.raises(BuildError) as caught:
            absent.require_rust(lacks(context, *checks), "the module")
        return caught.value.reason

    assert refused(RUST).endswith("and there is no compiler for it here. Install it with: get rust")
    assert refused(CC).endswith(
        "nothing is built here without the C compiler for this machine (cc). Install it with: get cc"
    )
    assert refused(RUST, CC).endswith("Install them with: get rust && get cc")
    assert refused().endswith("WASMFIT_RUST=images has nothing built here. Leave WASMFIT_RUST unset.")


def test_a_c_compiler_that_is_there_is_not_to_be_installed(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    (target,) = context.toolchain.c

    def refused() -> str:
        with pytest.raises(BuildError) as caught:
            absent.require_c(lacks(context, CC), target, "the image of wasm3")
        return caught.value.reason

    monkeypatch.setattr("wasmfit.builder.absent.shutil.which", lambda name, **_: f"/usr/bin/{name}")
    assert refused().endswith("Install it with: get cc")
    monkeypatch.setattr("wasmfit.builder.absent.shutil.which", lambda *_, **__: None)
    assert "arm-none-eabi" in refused()


def test_rust(context: Context, tmp_path: Path) -> None:
    workload = context.catalog.workload("crc32")
    with pytest.raises(
        BuildError, match=r"does not have this workload's module, and there is no compiler"
    ) as caught:
        guest.step(context, workload, None, Shared()).ensure(context.cache, StepContext(tmp_path / "log"))
    assert caught.value.status is Status.UNAVAILABLE


def test_a_plan_counts_nothing_that_cannot_be_built(context: Context) -> None:
    cells = plan(context.catalog, Experiment(runtimes=("wasm3", "native"), boards=("nrf52840dk",))).measured
    planned = build_plan(context, cell_jobs(context, cells), 0, Durations(), 2)
    assert planned.steps == ()
    assert planned.cells == ()
    assert {cell.id for cell in cells} == {cell for cell, _ in planned.unavailable}
    assert all("there is no compiler for it here" in reason for _, reason in planned.unavailable)


def test_c(context: Context) -> None:
    (target,) = context.toolchain.c
    with pytest.raises(BuildError, match="does not have the image of wasm3") as caught:
        absent.require_c(context, target, "the image of wasm3")
    assert caught.value.status is Status.UNAVAILABLE


def one_cell(context: Context, runtime: str) -> Cell:
    experiment = Experiment(runtimes=(runtime,), workloads=("crc32",), boards=("nrf52840dk",))
    (cell,) = (one for one in plan(context.catalog, experiment).measured if one.build.name == runtime)
    return cell


def without(context: Context, cell: Cell, status: Status, reason: str) -> Context:
    """With images that lack the cell's, and say why."""
    spec = FirmwareSpec.of(cell)
    step = prelinking.step(context, replace(spec, payload=OpenPayload(Embedding.STATIC)), Shared())
    assert step is not None
    manifest = Manifest(
        format=FORMAT,
        wasmfit="0",
        tools=recorded.record("another", context.toolchain.rust, {}),
        groups={},
        plugins={},
        left_out={artefact_name(step.kind, step.key): LeftOut(status=status, reason=reason)},
    )
    read = Manifest.model_validate_json(manifest.model_dump_json())
    images = ProvidedImages(context.home.work, read)
    return replace(context, toolchain=replace(context.toolchain, images=images))


def test_what_runs_on_no_such_chip_is_unsupported(context: Context, tmp_path: Path) -> None:
    cell = one_cell(context, "wasmi")
    reason = "needs atomic compare-and-swap, which thumbv6m-none-eabi lacks"
    context = without(context, cell, Status.UNSUPPORTED, reason)
    # Its module is there.
    rust = replace(context.toolchain.rust, is_here=True)
    jobs = cell_jobs(replace(context, toolchain=replace(context.toolchain, rust=rust)), [cell])
    planned = build_plan(context, jobs, 0, Durations(), 2)
    assert planned.impossible == ((cell.id, reason),)
    assert not (planned.unavailable)
    assert not (planned.cells)
    assert not (planned.steps)
    last = jobs[0].image
    last = replace(last, needs={"refused": last.needs["refused"]})
    with pytest.raises(BuildError, match="needs atomic compare-and-swap") as caught:
        image(context, StepContext(tmp_path / "log"), FirmwareSpec.of(cell), last)
    assert caught.value.status is Status.UNSUPPORTED


@pytest.mark.parametrize(
    ("runtime", "said"),
    [
        ("wasm3", "each module must be linked for the chip, since it cannot be linked for any module, and"),
        ("wasm2c", "each module must be compiled for the chip, since it is translated to C, and"),
    ],
)
def test_what_must_be_built_for_each_module_says_so(context: Context, runtime: str, said: str) -> None:
    cell = one_cell(context, runtime)
    if runtime == "wasm3":
        context = without(context, cell, Status.BUILD_FAILED, "it cannot be linked for any module")
    else:
        context = without(context, one_cell(context, "wasm3"), Status.BUILD_FAILED, "it is another")
    (job,) = cell_jobs(context, [cell])
    assert job.image.needs["refused"] in job.steps
    assert job.image.needs["refused"] not in steps_of_others(job)
    refusal = job.image.needs["refused"].obstacle(context.cache)
    assert refusal is not None
    assert refusal.status is Status.UNAVAILABLE
    assert refusal.reason.startswith(said)
