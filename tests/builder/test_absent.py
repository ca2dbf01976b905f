"""What needs a compiler that is only known from images ends as unavailable, with what to install."""

from dataclasses import replace
from pathlib import Path

import pytest

from wasmfit.builder import BuildError, Context, StepContext, absent, guest
from wasmfit.builder.digest import Shared
from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.model import Status
from wasmfit.plan import plan
from wasmfit.requests import Experiment
from wasmfit.run.build_plan import build_plan
from wasmfit.run.cells import cell_jobs
from wasmfit.run.durations import Durations
from wasmfit.toolchain import ProcessRunner, Versions, find


@pytest.fixture
def context(tmp_path: Path) -> Context:
    home, runner, catalog = Home.at(tmp_path), ProcessRunner(), Catalog.load()
    targets = {name: target.c for name, target in catalog.targets.items() if name.startswith("thumbv7em")}
    emulators = [catalog.board("nrf52840dk").emulator]
    tools = find(Versions(home.tools, runner), targets, emulators)
    c = {name: replace(one, is_here=False) for name, one in tools.c.items()}
    return Context(catalog, home, replace(tools, rust=replace(tools.rust, is_here=False), c=c), runner)


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
