"""Applications of an operating system that laze builds: what is written, and what is read of laze's plan."""

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from wasmfit.builder import BuildError, Context, FirmwareSpec
from wasmfit.builder.systems import clone, driver_of, laze
from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.home import Home
from wasmfit.model import Cell, Status
from wasmfit.plan import plan
from wasmfit.requests import Experiment
from wasmfit.toolchain import ProcessRunner, Versions, find

SYSTEM = Path(__file__).parents[2] / "ariel-os"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    found = Catalog.load()
    base = found.base("ariel-os")
    checkout = driver_of(base).inspect(ProcessRunner(), base, SYSTEM)
    base = base.model_copy(update={"checkout": checkout})
    return Catalog(**{**vars(found), "bases": {**found.bases, base.name: base}})


def cell(catalog: Catalog, runtime: str = "wasefire") -> Cell:
    planned = plan(catalog, Experiment(runtimes=[runtime], bases=["ariel-os"], select=[f"{runtime}@*"]))
    return planned.cells[0]


def test_the_application_is_what_an_out_of_tree_one_is(catalog: Catalog, tmp_path: Path) -> None:
    runner = ProcessRunner()
    home = Home.at(tmp_path / "home")
    context = Context(catalog, home, find(Versions(home.tools, runner), {}, ()), runner)
    one = cell(catalog)
    assert one.base.checkout is not None
    app = tmp_path / "app"
    laze.write(context, FirmwareSpec.of(one), one.base.checkout, b"job", app)
    project = json.loads((app / "laze-project.yml").read_text())
    assert project["imports"] == [{"path": str(SYSTEM), "symlink": True}]
    assert project["apps"][0]["selects"] == ["alloc"]
    manifest = tomllib.loads((app / "Cargo.toml").read_text())
    assert manifest["package"]["name"] == project["apps"][0]["name"]
    assert manifest["dependencies"]["ariel-os"] == {"path": "build/imports/ariel-os/src/ariel-os"}
    config = tomllib.loads((app / ".cargo" / "config.toml").read_text())
    assert config == {"include": ["../build/imports/ariel-os/ariel-os-cargo.toml"]}
    assert "#[ariel_os::task(autostart)]" in (app / "src" / "main.rs").read_text()
    assert (app / "src" / "job.bin").read_bytes() == b"job"
    inner = tomllib.loads((app / "firmware" / "Cargo.toml").read_text())
    assert inner["lib"]["crate-type"] == ["rlib"]
    assert "os" in inner["dependencies"]["wasmfit-harness"]["features"]
    assert not {"profile", "workspace"} & inner.keys(), "these are the application's"


def test_the_image_is_where_laze_plans_it() -> None:
    outfile = "build/bin/nrf52840dk/cargo/thumbv7em-none-eabihf/release/wasmfit-app"
    info = json.dumps({"builds": {"nrf52840dk": {"wasmfit-app": {"outfile": outfile, "modules": {}}}}})
    assert laze.planned(info, "nrf52840dk") == outfile
    with pytest.raises(BuildError, match="plans no image for rpi-pico"):
        laze.planned(info, "rpi-pico")


@pytest.mark.parametrize("outfile", ["/etc/passwd", "../../elsewhere", 3])
def test_an_image_elsewhere_is_refused(outfile: object) -> None:
    info = json.dumps({"builds": {"b": {"wasmfit-app": {"outfile": outfile}}}})
    with pytest.raises(BuildError, match="outside"):
        laze.planned(info, "b")


@given(some.text())
def test_any_text_is_a_plan_or_an_error(text: str) -> None:
    with pytest.raises(BuildError):
        laze.planned(text, "b")


def test_what_is_no_checkout_is_refused(tmp_path: Path) -> None:
    base = Catalog.load().base("ariel-os")
    with pytest.raises(UsageError, match=r"no checkout of ariel-os: it has no laze-project\.yml"):
        driver_of(base).inspect(ProcessRunner(), base, tmp_path)


def test_a_clone_that_fails_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    place = tmp_path / "checkouts" / "system"
    why = clone(ProcessRunner(), str(tmp_path / "nowhere"), place, tmp_path / "log")
    assert why is not None
    assert "nowhere" in why
    assert not place.exists()


def test_without_a_checkout_every_cell_is_unavailable_and_says_what_to_do() -> None:
    found = Catalog.load()
    base = found.base("ariel-os").model_copy(update={"missing": "none could be had. Name one with --source"})
    lacking = Catalog(**{**vars(found), "bases": {**found.bases, base.name: base}})
    planned = plan(lacking, Experiment(runtimes=["wasmi", "wasm3"], bases=["ariel-os"]))
    assert planned.measured == ()
    assert {(one.status, one.reason) for one in planned.skipped} == {(Status.UNAVAILABLE, base.missing)}


def test_c_and_boards_that_it_does_not_know_are_unsupported(catalog: Catalog) -> None:
    planned = plan(catalog, Experiment(runtimes=["wasm3"], bases=["ariel-os"]))
    (one,) = planned.skipped
    assert one.status is Status.UNSUPPORTED
    elsewhere = plan(
        catalog, Experiment(runtimes=["wasefire"], boards=["stm32f4discovery"], bases=["ariel-os"])
    )
    assert {one.status for one in elsewhere.skipped} == {Status.UNSUPPORTED}
    assert elsewhere.baselines == ()
