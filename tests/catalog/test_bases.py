"""Bases as data."""

from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest
from pydantic import ValidationError

from wasmfit.builder import PackageSpec, firmware
from wasmfit.catalog import Catalog, CatalogError
from wasmfit.errors import UsageError
from wasmfit.model import Base, BaseCrate, Status, builds
from wasmfit.plan import plan
from wasmfit.requests import Experiment

CATALOG = Catalog.load()
BARE, EMBASSY = CATALOG.base("bare"), CATALOG.base("embassy")


def base_crate(board: str) -> BaseCrate:
    found = EMBASSY.base_crate(CATALOG.board(board))
    assert found is not None
    return found


def test_bare_has_nothing_below_the_harness_on_any_board() -> None:
    for board in CATALOG.boards.values():
        assert BARE.serves(board)
        assert BARE.base_crate(board) is None


def test_the_hal_and_its_features_follow_the_chip() -> None:
    nordic, st = base_crate("nrf52840dk"), base_crate("stm32f4discovery")
    assert (nordic.hal.crate, nordic.features, nordic.label) == (
        "embassy-nrf",
        ("nrf52840",),
        "embassy-nrf52840",
    )
    assert nordic.dependencies["embassy-nrf"].features == ("rt", "time-driver-rtc1", "nrf52840")
    assert (st.hal.name, st.features) == ("stm32", ("stm32f407vg",))
    assert base_crate("picow").features == ("rp2040", "boot2-none")
    assert base_crate("pico2").features == base_crate("pico2w").features == ("rp235xa", "imagedef-none")


def test_start_up_code_that_needs_peripherals_is_called_through_the_base() -> None:
    flags = {board: base_crate(board).linker for board in ("nrf52840dk", "picow", "pico2")}
    assert flags == {
        "nrf52840dk": (),
        "picow": ("--wrap=__pre_init",),
        "pico2": ("--wrap=__pre_init",),
    }


def test_what_is_in_a_chips_rom_is_told_to_the_linker_by_address() -> None:
    three, six = base_crate("esp32c3"), base_crate("esp32c6")
    assert {"--wrap=__pre_init", "--wrap=_start_rust", "--defsym=ets_delay_us=0x40000050"} < {*three.linker}
    assert "--defsym=ets_delay_us=0x40000040" in six.linker
    assert three.hal.linker_script == six.hal.linker_script == "esp.x"


def test_what_a_base_names_in_its_folder_is_there() -> None:
    folder = CATALOG.folder(EMBASSY)
    sources = "".join(path.read_text(encoding="utf-8") for path in sorted((folder / "crate").glob("*.rs")))
    for hal in EMBASSY.hals:
        assert (folder / "locks" / f"{hal.name}.lock").is_file()
        assert hal.linker_script is None or (folder / "link" / hal.linker_script).is_file()
        for function in hal.guarded:
            assert f"fn __wrap_{function}(" in sources
            assert f"fn __real_{function}(" in sources


def test_a_hal_for_one_of_a_chips_two_kinds_of_core_is_for_no_other_and_the_reason_is_told() -> None:
    arm, riscv = CATALOG.board("pico2w"), CATALOG.board("pico2w-riscv")
    assert arm.probe_rs_chip == riscv.probe_rs_chip
    assert EMBASSY.serves(arm)
    assert EMBASSY.obstacle(arm) is None
    assert not EMBASSY.serves(riscv)
    with pytest.raises(ValueError, match="has nothing for RP235x"):
        EMBASSY.base_crate(riscv)
    planned = plan(
        CATALOG, Experiment(runtimes=["wasm3"], boards=["pico2w-riscv"], bases=["bare", "embassy"])
    )
    assert {cell.base.name for cell in planned.measured} == {"bare"}
    assert {one.status for one in planned.skipped} == {Status.UNSUPPORTED}
    assert {one.reason for one in planned.skipped} == {EMBASSY.obstacle(riscv)}
    assert "it does not compile for Hazard3" in str(EMBASSY.obstacle(riscv))


def test_a_board_without_a_hal_is_unsupported_and_says_so() -> None:
    board = CATALOG.board("esp32c6").model_copy(update={"name": "mine", "probe_rs_chip": "esp32c61"})
    catalog = replace(CATALOG, boards={**CATALOG.boards, "mine": board})
    planned = plan(catalog, Experiment(runtimes=["wasm3"], boards=["mine"], bases=["embassy"]))
    assert planned.cells == ()
    ends = {one.cell.build.name: (one.status, one.reason) for one in planned.skipped}
    status, reason = ends["wasm3"]
    assert status is Status.UNSUPPORTED
    assert "has nothing for esp32c61" in reason
    assert planned.baselines == ()


def test_an_unknown_base_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match="Did you mean embassy"):
        plan(CATALOG, Experiment(bases=["embasy"]))


def test_on_bare_a_package_is_what_it_was_and_on_embassy_the_harness_links_the_base() -> None:
    build, profile = builds(CATALOG.runtimes["wasefire"])[0], CATALOG.profile("reference")
    bare = firmware.package(CATALOG, PackageSpec(build, profile))
    assert bare.locked
    assert bare.second_lock is None
    based = firmware.package(CATALOG, PackageSpec(build, profile, base_crate=base_crate("nrf52840dk")))
    assert not based.locked
    assert based.lock == bare.lock
    assert based.second_lock == CATALOG.folder(EMBASSY) / "locks" / "nrf.lock"
    (harness,) = (place for place in based.manifests if place.startswith("harness-"))
    needed = based.manifests[harness]["dependencies"]
    assert isinstance(needed, dict)
    assert needed["wasmfit-base"]["path"].startswith("../base-")


@pytest.mark.parametrize("gone", EMBASSY.files)
def test_a_base_without_a_file_that_it_needs_is_refused(gone: str, tmp_path: Path) -> None:
    folder = tmp_path / "bases" / "embassy"
    copytree(CATALOG.folder(EMBASSY), folder)
    assert Catalog.load(tmp_path).folder(EMBASSY) == folder
    (folder / gone).unlink()
    with pytest.raises(CatalogError, match=f"needs the file {gone} next to it"):
        Catalog.load(tmp_path)


def test_which_files_those_are() -> None:
    assert EMBASSY.files == ("crate/lib.rs", "link/esp.x")
    assert BARE.files == ()


def hal(**other: object) -> dict[str, object]:
    """One that is right, but for what is other."""
    whole = {"name": "a", "crate": "x", "chips": {"*": []}, "dependencies": {"x": {"version": "=1.0.0"}}}
    return {**whole, **other}


def test_a_hal_that_is_right_is_taken() -> None:
    made = Base.model_validate({**EMBASSY.model_dump(mode="json", by_alias=True), "hals": [hal()]})
    assert [one.name for one in made.hals] == ["a"]


@pytest.mark.parametrize(
    "change",
    [
        {"hals": []},
        {"hals": [hal(dependencies={})]},
        {"hals": [hal(chips={})]},
        {"hals": [hal(), hal()]},
        {"symbols": "("},
        {"gaps": [{"targets": "riscv*"}]},
        {"hals": [hal(guarded=["f --shared"])]},
        {"hals": [hal(rom={"f=0 -T": 0})]},
        {"hals": [hal(linker_script="../../../passwd")]},
        {"start": "magic"},
    ],
)
def test_a_broken_base_is_refused(change: dict[str, object]) -> None:
    whole = EMBASSY.model_dump(mode="json", by_alias=True)
    assert Base.model_validate(whole) == EMBASSY
    with pytest.raises(ValidationError):
        Base.model_validate({**whole, **change})
