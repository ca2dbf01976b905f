"""The built-in boards: their figures hold together, and their names are those of other tools."""

import re

import pytest

from wasmfit.catalog import Catalog
from wasmfit.model import Board

CATALOG = Catalog.load()
BOARDS = [pytest.param(board, id=name) for name, board in CATALOG.boards.items()]

NAMED_BY_PROBE_RS = {
    "RP2040", "RP235x", "STM32F407VG", "STM32F446RETx", "STM32G071RBTx", "STM32H743ZITx", "STM32U575ZITxQ",
    "esp32c3", "esp32c6", "nRF52833_xxAA", "nRF52840_xxAA", "nRF5340_xxAA", "nRF9151_xxAA",
}  # fmt: skip
"""Names that projects give to ``probe-rs run --chip``, looked up in November 2026."""

MEMORIES = {
    "esp32c3": (4096, 378), "esp32c6": (8192, 442), "microbit-v2": (512, 128), "nrf52840dk": (1024, 256),
    "nrf5340dk": (1024, 512), "nrf9151dk": (1024, 256), "nucleo-f446re": (512, 128),
    "nucleo-g071rb": (128, 36), "nucleo-h743zi2": (2048, 512), "nucleo-u575zi-q": (2048, 768),
    "pico2": (4096, 520), "pico2w": (4096, 520), "pico2w-riscv": (4096, 520), "picow": (2048, 264),
    "stm32f4discovery": (1024, 128),
}  # fmt: skip
"""KiB of flash on the box, and of RAM that a program has in one piece, from the makers' overviews."""


@pytest.mark.parametrize("board", BOARDS)
def test_memories_are_the_makers(board: Board) -> None:
    flash, ram = MEMORIES[board.name]
    reserved = 64 * 1024 + 32 if board.chip.startswith("ESP32") else 256 if board.chip == "RP2040" else 0
    assert board.flash.size == flash * 1024 - reserved
    assert board.ram.size // 1024 in (ram, ram - 1)
    assert board.flash.end % board.erase_unit == 0
    assert board.erase_unit & (board.erase_unit - 1) == 0


@pytest.mark.parametrize("board", BOARDS)
def test_everything_has_its_source(board: Board) -> None:
    assert len(board.source) > 40
    assert board.flash_path is None or len(board.flash_path.source) > 20
    assert board.probe_rs_chip in NAMED_BY_PROBE_RS
    assert 32_000_000 <= board.clock_hz <= 600_000_000
    assert board.core
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", board.name)


@pytest.mark.parametrize("board", BOARDS)
def test_its_target_is_known_and_its_machine_executes_it(board: Board) -> None:
    target = CATALOG.target(board)
    arm = target.name.startswith("thumb")
    assert board.emulator.isa == ("thumb" if arm else "riscv32")
    assert board.emulator.qemu == ("qemu-system-arm" if arm else "qemu-system-riscv32")
    # A core without atomic instructions is one without them in the emulator too.
    if target.name == "riscv32imc-unknown-none-elf":
        assert "lowrisc-ibex" in board.emulator.options
    # ARMv6-M and Hazard3 access nothing that is not aligned.
    assert board.emulator.aligned == (target.name == "thumbv6m-none-eabi" or "Hazard3" in board.core)


def test_wireless_changes_nothing_of_the_memory_map() -> None:
    plain, wireless = CATALOG.board("pico2"), CATALOG.board("pico2w")
    own = {"name", "title", "source"}
    assert wireless.model_dump(exclude=own) == plain.model_dump(exclude=own)


def test_three_families_are_there() -> None:
    assert {board.target for board in CATALOG.boards.values()} == {
        "thumbv6m-none-eabi",
        "thumbv7em-none-eabihf",
        "thumbv8m.main-none-eabihf",
        "riscv32imac-unknown-none-elf",
        "riscv32imc-unknown-none-elf",
    }
    assert set(CATALOG.targets) == {board.target for board in CATALOG.boards.values()}
