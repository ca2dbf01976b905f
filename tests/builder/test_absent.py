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
from wasmfit.toolchain import Check, ProcessRunner, State, Versions, find


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

    monkeypatch.setattr(absent.shutil, "which", lambda name, **_: f"/usr/bin/{name}")
    assert refused().endswith("Install it with: get cc")
    monkeypatch.setattr(absent.shutil, "which", lambda *_, **__: None)
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
