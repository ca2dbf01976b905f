"""Bases as data."""

import pytest
from pydantic import ValidationError

from wasmfit.build import firmware
from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.model import Base, Ground, Status, builds
from wasmfit.plan import Experiment, plan

CATALOG = Catalog.load()
BARE, EMBASSY = CATALOG.base("bare"), CATALOG.base("embassy")


def ground(board: str) -> Ground:
    found = EMBASSY.ground(CATALOG.board(board))
    assert found is not None
    return found


def test_bare_has_nothing_below_the_harness_on_any_board() -> None:
    for board in CATALOG.boards.values():
        assert BARE.serves(board)
        assert BARE.ground(board) is None


def test_the_hal_and_its_features_follow_the_chip() -> None:
    nordic, st = ground("nrf52840dk"), ground("stm32f4discovery")
    assert (nordic.hal.crate, nordic.features, nordic.label) == (
        "embassy-nrf",
        ("nrf52840",),
        "embassy-nrf52840",
    )
    assert nordic.dependencies["embassy-nrf"].features == ("rt", "time-driver-rtc1", "nrf52840")
    assert (st.hal.name, st.features) == ("stm32", ("stm32f407vg",))


def test_a_board_without_a_hal_is_unsupported_and_says_so() -> None:
    planned = plan(CATALOG, Experiment(["wasm3"], boards=["esp32c6"], bases=["embassy"]))
    assert planned.cells == ()
    ends = {one.cell.build.name: (one.status, one.reason) for one in planned.left_out}
    status, reason = ends["wasm3"]
    assert status is Status.UNSUPPORTED
    assert "has nothing for esp32c6" in reason
    assert planned.baselines == ()


def test_an_unknown_base_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UsageError, match="Did you mean embassy"):
        plan(CATALOG, Experiment(bases=["embasy"]))


def test_on_bare_a_package_is_what_it_was_and_on_embassy_the_harness_links_the_base() -> None:
    build, profile = builds(CATALOG.runtimes["wasefire"])[0], CATALOG.profile("reference")
    bare = firmware.package(CATALOG, build, profile)
    assert bare.locked
    assert bare.beside is None
    based = firmware.package(CATALOG, build, profile, ground=ground("nrf52840dk"))
    assert not based.locked
    assert based.lock == bare.lock
    assert based.beside == CATALOG.folder(EMBASSY) / "locks" / "nrf.lock"
    (harness,) = (place for place in based.manifests if place.startswith("harness-"))
    needed = based.manifests[harness]["dependencies"]
    assert isinstance(needed, dict)
    assert needed["wasmfit-base"]["path"].startswith("../base-")


@pytest.mark.parametrize(
    "change",
    [
        {"hals": []},
        {"hals": [{"name": "a", "crate": "x", "chips": {"*": []}, "dependencies": {}}]},
        {"hals": [{"name": "a", "crate": "x", "chips": {}, "dependencies": {"x": {"version": "=1.0.0"}}}]},
        {
            "hals": [
                {"name": "a", "crate": "x", "chips": {"*": []}, "dependencies": {"x": {"version": "=1.0.0"}}}
            ]
            * 2
        },
        {"symbols": "("},
        {"start": "magic"},
    ],
)
def test_a_broken_base_is_refused(change: dict[str, object]) -> None:
    whole = EMBASSY.model_dump(mode="json", by_alias=True)
    assert Base.model_validate(whole) == EMBASSY
    with pytest.raises(ValidationError):
        Base.model_validate({**whole, **change})
