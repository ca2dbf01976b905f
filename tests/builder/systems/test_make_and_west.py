"""Systems that make and west build: checkouts, boards and what their builds are told, on the stand-ins."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from wasmfit.api.systems import with_systems
from wasmfit.builder import BuildError, Context, FirmwareSpec
from wasmfit.builder.systems import application, driver_of, make
from wasmfit.catalog import Catalog
from wasmfit.errors import MissingToolError, UsageError
from wasmfit.home import Home
from wasmfit.model import Base, Status
from wasmfit.plan import c_targets, plan
from wasmfit.requests import Experiment
from wasmfit.toolchain import ProcessRunner, Versions, find

TESTS = Path(__file__).parents[2]
RIOT, ZEPHYR = TESTS / "riot", TESTS / "zephyr"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.load()


@pytest.mark.parametrize(("name", "file"), [("riot", r"Makefile\.include"), ("zephyr", r"Kconfig\.zephyr")])
def test_what_is_no_checkout_is_refused(catalog: Catalog, name: str, file: str, tmp_path: Path) -> None:
    base = catalog.base(name)
    driver = driver_of(base)
    with pytest.raises(UsageError, match=f"not a checkout of {name}: it has no {file}"):
        driver.inspect(ProcessRunner(), base, tmp_path)
    with pytest.raises(UsageError, match=f"not a checkout of {name}"):
        driver.inspect(ProcessRunner(), base, tmp_path / "nowhere")


@pytest.mark.parametrize("named", [ZEPHYR, ZEPHYR / "zephyr"])
def test_a_workspace_stands_for_the_system_in_it(catalog: Catalog, named: Path) -> None:
    base = catalog.base("zephyr")
    assert driver_of(base).inspect(ProcessRunner(), base, named).path == ZEPHYR / "zephyr"


def _with_board(base: Base, name: str) -> Base:
    assert base.system is not None
    system = base.system.model_copy(update={"boards": {**base.system.boards, "nrf52840dk": name}})
    return base.model_copy(update={"system": system})


def test_a_board_that_the_checkout_lacks_is_told_with_those_that_it_has(catalog: Catalog) -> None:
    base = catalog.base("riot")
    found = driver_of(base).inspect(ProcessRunner(), base, RIOT)
    assert make.board_in(base, found, "nrf52840dk", "nrf52840dk") == "nrf52840dk"
    other = _with_board(base, "nrf52840")
    with pytest.raises(
        BuildError, match=r"has no board nrf52840 in boards, .* nearest is nrf52840dk"
    ) as error:
        make.board_in(other, found, "nrf52840", "nrf52840dk")
    assert error.value.status is Status.UNSUPPORTED
    with pytest.raises(BuildError, match="it has microbit-v2, nrf52840dk, stm32f4discovery"):
        make.board_in(other, found, "z", "nrf52840dk")


def test_boards_that_a_system_has_no_name_for_are_unsupported_and_have_no_baseline(catalog: Catalog) -> None:
    planned = plan(catalog, Experiment(runtimes=["wasm3"], boards=["esp32c3"], bases=["riot"]))
    assert planned.measured == ()
    (one,) = {(skip.status, skip.reason) for skip in planned.skipped}
    assert one[0] is Status.UNSUPPORTED
    assert "riot" in one[1]


def test_the_compiler_of_c_is_needed_for_runtimes_in_rust_too(catalog: Catalog) -> None:
    on_riot = plan(catalog, Experiment(runtimes=["wasefire"], bases=["riot"])).measured
    assert set(c_targets(catalog, on_riot)) == {"thumbv7em-none-eabihf"}
    assert c_targets(catalog, plan(catalog, Experiment(runtimes=["wasefire"])).measured) == {}


def test_without_a_repository_there_is_no_checkout_to_get(catalog: Catalog, tmp_path: Path) -> None:
    for program in ("west", "cmake", "ninja"):
        if shutil.which(program) is None:
            (tmp_path / program).write_text("#!/bin/sh\n")
            (tmp_path / program).chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(tmp_path), prepend=":")
        found = with_systems(catalog, ProcessRunner(), Home.at(tmp_path / "home"), ["zephyr"], {})
    missing = found.base("zephyr").missing
    assert "wasmfit gets none by itself" in missing
    assert "--source zephyr=PATH" in missing


def test_a_program_that_is_missing_is_told_with_what_installs_it(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingToolError, match="west is not installed, and zephyr is built with it") as error:
        with_systems(catalog, ProcessRunner(), Home.at(tmp_path), ["zephyr"], {"zephyr": ZEPHYR})
    assert "pip install west" in (error.value.remedy or "")


def test_a_stand_in_runs_where_the_image_cannot(catalog: Catalog) -> None:
    riot, zephyr = catalog.base("riot"), catalog.base("zephyr")
    nrf, stm, pico = (catalog.boards[name] for name in ("nrf52840dk", "stm32f4discovery", "pico2"))
    assert riot.runs_emulated(nrf)
    assert riot.stand_in(nrf) is None
    moved = riot.stand_in(stm)
    assert moved is not None
    assert (moved.board, moved.settings["ROM_START_ADDR"]) == ("stm32f4discovery", "0x00000000")
    for name, stand_in in (riot.system.stand_ins if riot.system is not None else {}).items():
        memory = catalog.boards[name].emulated
        assert int(stand_in.settings["ROM_START_ADDR"], 0) == memory.flash.origin
        assert int(stand_in.settings["RAM_START_ADDR"], 0) == memory.ram.origin
    other = zephyr.stand_in(nrf)
    assert other is not None
    assert other.board == "mps2/an386"
    assert nrf.emulator.machine == other.board.replace("/", "-"), "the machine is that board"
    assert not riot.runs_emulated(pico)
    assert "riot for pico2 are not run in the emulator" in riot.unexecuted(pico)
    assert catalog.base("ariel-os").unexecuted(pico) == catalog.base("ariel-os").emulator


def test_a_runtime_that_the_system_builds_itself_is_of_its_version(catalog: Catalog, tmp_path: Path) -> None:
    tree = Path(shutil.copytree(RIOT, tmp_path / "tree"))
    (tree / "pkg" / "wamr").mkdir(parents=True)
    (tree / "pkg" / "wamr" / "Makefile").write_text("PKG_VERSION=8af15507\n  #release tag: WAMR-2.1.1\n")
    found = with_systems(
        catalog, ProcessRunner(), Home.at(tmp_path / "home"), ["riot-wamr"], {"riot-wamr": tree}
    )
    planned = plan(found, Experiment(runtimes=["wamr", "wasm3"], bases=["riot-wamr"]))
    cells = {cell.build.name: cell for cell in planned.cells}
    assert cells.keys() == {"wamr-classic", "wasm3"}
    assert cells["wamr-classic"].build.number == "2.1.1+source"
    assert cells["wasm3"].build.checkout is None, "every other runtime is the catalogue's"
    reasons = {skip.cell.build.name: (skip.status, skip.reason) for skip in planned.skipped}
    refused = Status.UNSUPPORTED, "riot-wamr builds wamr itself, as wamr-classic"
    assert reasons == {"wamr-fast": refused, "wamr-mini": refused}


def test_its_embedding_is_compiled_by_the_system_and_wasmfits_port_of_it_is_not(catalog: Catalog) -> None:
    runner = ProcessRunner()
    home = Home.at(Path("nowhere"))
    context = Context(catalog, home, find(Versions(home.tools, runner), {}, ()), runner)
    own = plan(catalog, Experiment(runtimes=["wamr-classic"], bases=["riot-wamr"])).cells[0]
    spec = FirmwareSpec.of(own)
    files = application.embedding(context, spec)
    assert files.keys() == {"glue.c", "bytes.h", "wasmfit.h", "wasmfit_any.h", "wasmfit_suite.h"}
    assert application.settings(spec) == {"WASMFIT_PACKAGES": "wamr"}
    given = FirmwareSpec.of(plan(catalog, Experiment(runtimes=["wasm3"], bases=["riot-wamr"])).cells[0])
    assert (application.embedding(context, given), application.settings(given)) == ({}, {})


def test_each_board_that_stands_in_is_one_that_the_system_is_built_for(catalog: Catalog) -> None:
    for base in catalog.bases.values():
        if base.system is not None:
            known = catalog.boards.keys()
            assert base.system.boards.keys() <= known
            assert base.system.stand_ins.keys() <= base.system.boards.keys()
            assert set(base.system.emulated) <= base.system.boards.keys()
            assert replace(catalog).is_built_in(base)
