"""What the emulator's tests share."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests.qemus import INSTALLED, SECOND, folder, in_qemu
from wasmfit.catalog import Catalog
from wasmfit.emulation import compiled
from wasmfit.home import Home
from wasmfit.model import Board
from wasmfit.toolchain import ProcessRunner

from .firmware import Misbehave, build
from .runner import Runner


@pytest.fixture(scope="session")
def board() -> Board:
    return Catalog.load().board("nrf52840dk")


@pytest.fixture(scope="session")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where plugins are compiled to."""
    return tmp_path_factory.mktemp("plugin")


@pytest.fixture(scope="session")
def firmware_for(
    tmp_path_factory: pytest.TempPathFactory, warm_home: Home
) -> Callable[[str], tuple[Misbehave, Board]]:
    """The misbehaving firmware for a board of that name, built once."""

    @cache
    def make(name: str) -> tuple[Misbehave, Board]:
        board = Catalog.load().board(name)
        return build(tmp_path_factory.mktemp(name), warm_home, board), board

    return make


@pytest.fixture(scope="session", params=[INSTALLED, SECOND])
def qemu_folder(request: pytest.FixtureRequest) -> Path | None:
    """Where QEMU's programs are; ``None``: on the PATH."""
    return folder(request.param)


@pytest.fixture(scope="session")
def on_board(
    firmware_for: Callable[[str], tuple[Misbehave, Board]], plugins: Path, qemu_folder: Path | None
) -> Callable[[str], Runner]:
    """The misbehaving firmware on a board of that name, in each QEMU."""

    @cache
    def make(name: str) -> Runner:
        firmware, board = firmware_for(name)
        board = in_qemu(board, qemu_folder)
        return Runner(firmware, board, compiled(plugins, ProcessRunner(), board.emulator.qemu))

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
