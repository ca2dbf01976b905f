"""Applications of an operating system that laze builds: what is written, and what is read of laze's plan."""

import json
import tomllib
from dataclasses import replace
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
    app = written(tmp_path, cell(catalog), catalog)
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


OUTFILE = "build/bin/nrf52840dk/cargo/thumbv7em-none-eabihf/release/wasmfit-app"


def info(**builders: object) -> str:
    """What laze writes of its plan."""
    return json.dumps(
        {
            "builds": {
                builder: {"wasmfit-app": {"outfile": outfile, "modules": {}}}
                for builder, outfile in builders.items()
            }
        }
    )


def test_the_image_is_where_laze_plans_it() -> None:
    assert laze.plans(info(nrf52840dk=OUTFILE, native="x")) == {"nrf52840dk": OUTFILE, "native": "x"}


def test_a_board_has_the_builder_that_this_revision_has(catalog: Catalog) -> None:
    base = catalog.base("ariel-os")
    assert laze.chosen(base, "nrf5340dk", {"nrf5340dk-app": "new", "nrf5340dk-net": "net"})[1] == "new"
    # Before v0.3.0 of Ariel OS.
    assert laze.chosen(base, "nrf5340dk", {"nrf5340dk": "old"}) == ("nrf5340dk", "old")
    with pytest.raises(BuildError, match=r"no builder nrf5340dk-app or nrf5340dk for nrf5340dk .* has a, b "):
        laze.chosen(base, "nrf5340dk", {"b": "", "a": ""})


@pytest.mark.parametrize("outfile", ["/etc/passwd", "../../elsewhere", 3])
def test_an_image_elsewhere_is_refused(outfile: object) -> None:
    with pytest.raises(BuildError, match="outside"):
        laze.plans(info(b=outfile))


@given(some.text() | some.sampled_from(['{"builds": 3}', '{"builds": {"b": []}}', "[]", "3"]))
def test_any_text_is_a_plan_or_an_error(text: str) -> None:
    with pytest.raises(BuildError):
        laze.plans(text)


def written(place: Path, one: Cell, catalog: Catalog) -> Path:
    """The application of a cell."""
    runner, home = ProcessRunner(), Home.at(place / "home")
    context = Context(catalog, home, find(Versions(home.tools, runner), {}, ()), runner)
    assert one.base.checkout is not None
    laze.write(context, FirmwareSpec.of(one), one.base.checkout, b"job", place / "app")
    return place / "app"


def test_cargos_profile_decides_what_the_systems_own_module_would(catalog: Catalog, tmp_path: Path) -> None:
    profile = catalog.profile("mixed")
    app = written(tmp_path, replace(cell(catalog), profile=profile), catalog)
    application = json.loads((app / "laze-project.yml").read_text())["apps"][0]
    assert application["disables"] == ["lto"]
    flags = application["env"]["global"]["RUSTFLAGS"]
    assert flags == [*profile.rust.rustflags, "-Csymbol-mangling-version=v0"]
    overrides = tomllib.loads((app / "Cargo.toml").read_text())["profile"]["release"]["package"]
    assert overrides["wasefire-interpreter"] == {"opt-level": 3}


def test_what_is_no_checkout_is_refused(tmp_path: Path) -> None:
    base = Catalog.load().base("ariel-os")
    with pytest.raises(UsageError, match=r"not a checkout of ariel-os: it has no laze-project\.yml"):
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


def test_runtimes_in_both_languages_are_planned_and_boards_that_it_does_not_know_are_not(
    catalog: Catalog,
) -> None:
    planned = plan(catalog, Experiment(runtimes=["wasm3", "wamr-aot", "wasefire"], bases=["ariel-os"]))
    assert not planned.skipped
    assert {one.build.runtime.language for one in planned.measured} == {"c", "rust"}
    elsewhere = plan(
        catalog, Experiment(runtimes=["wasefire"], boards=["stm32f4discovery"], bases=["ariel-os"])
    )
    assert {one.status for one in elsewhere.skipped} == {Status.UNSUPPORTED}
    assert elsewhere.baselines == ()
