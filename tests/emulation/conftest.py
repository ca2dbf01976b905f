"""What the emulator's tests share."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from wasmfit.catalog import Catalog
from wasmfit.emulation import compiled
from wasmfit.home import Home
from wasmfit.model import Board
from wasmfit.toolchain import Gateway

from .firmware import build
from .runner import Runner


@pytest.fixture(scope="session")
def board() -> Board:
    return Catalog.load().board("nrf52840dk")


@pytest.fixture(scope="session")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(tmp_path_factory.mktemp("plugin"), Gateway())


@pytest.fixture(scope="session")
def on_board(
    tmp_path_factory: pytest.TempPathFactory, warm_home: Home, plugin: Path
) -> Callable[[str], Runner]:
    """The misbehaving firmware on a board of that name, built once."""

    @cache
    def make(name: str) -> Runner:
        board = Catalog.load().board(name)
        return Runner(build(tmp_path_factory.mktemp(name), warm_home, board), board, plugin)

    return make


@pytest.fixture(scope="session", params=["pico2", "esp32c6"])
def elsewhere(request: pytest.FixtureRequest, on_board: Callable[[str], Runner]) -> Runner:
    """The firmware on boards whose images have a twin in the emulator."""
    return on_board(request.param)


@pytest.fixture(scope="session", params=["nrf52840dk", "pico2", "esp32c6"])
def anywhere(request: pytest.FixtureRequest, on_board: Callable[[str], Runner]) -> Runner:
    """The firmware on a board of every kind of core."""
    return on_board(request.param)


@pytest.fixture(scope="session")
def run(on_board: Callable[[str], Runner]) -> Runner:
    """The firmware on the board that it all began with."""
    return on_board("nrf52840dk")
