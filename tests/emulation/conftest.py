"""What the emulator's tests share."""

from pathlib import Path

import pytest

from wasmfit.catalog import Catalog
from wasmfit.emulation import compiled
from wasmfit.home import Home
from wasmfit.model import Board
from wasmfit.toolchain import Gateway

from .firmware import Misbehave, build
from .runner import Runner


@pytest.fixture(scope="session")
def board() -> Board:
    return Catalog.load().board("nrf52840dk")


@pytest.fixture(scope="session")
def plugin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return compiled(tmp_path_factory.mktemp("plugin"), Gateway())


@pytest.fixture(scope="session", params=["pico2", "esp32c6"])
def elsewhere(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, warm_home: Home, plugin: Path
) -> Runner:
    """The misbehaving firmware on boards whose images have a twin in the emulator."""
    board = Catalog.load().board(request.param)
    return Runner(build(tmp_path_factory.mktemp(board.name), warm_home, board), board, plugin)


@pytest.fixture(scope="session")
def misbehave(tmp_path_factory: pytest.TempPathFactory, warm_home: Home, board: Board) -> Misbehave:
    return build(tmp_path_factory.mktemp("misbehave"), warm_home, board)
