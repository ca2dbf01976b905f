"""The same image gives the same figures in each QEMU, whatever its plugin interface."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.qemus import INSTALLED, SECOND, folder, in_qemu
from wasmfit.catalog import Catalog
from wasmfit.emulation import (
    WATCHDOG,
    ExpectedCalls,
    QemuRunner,
    RunLimits,
    compiled,
    execute,
    interface,
    run_suite,
)
from wasmfit.model import Board, WorkloadCall
from wasmfit.toolchain import ProcessRunner

from .firmware import EXTRA, Misbehave
from .runner import (
    ALLOCATE,
    COUNT_DOWN,
    DIVIDE,
    DIVISIONS,
    FAULT_INSIDE,
    HANG,
    LEAK,
    NEIGHBOURS,
    OK,
    READ,
    RECURSE,
    SHORT,
    STORES,
    UNDEFINED,
    USE_STACK,
    WRITE,
)

FirmwareFor = Callable[[str], tuple[Misbehave, Board]]

BOARDS = ["nrf52840dk", "pico2", "esp32c6", "pico2w-riscv"]
CALLS = {
    "ok": [(OK, 1), (OK, 2)],
    "a loop": [(COUNT_DOWN, 1000), (COUNT_DOWN, 1000)],
    "neighbours": [(NEIGHBOURS, 50), (NEIGHBOURS, 51)],
    "stores": [(STORES, 0), (STORES, 1)],
    "the stack": [(USE_STACK, 2000), (OK, 1)],
    "the heap": [(ALLOCATE, 3000), (LEAK, 100)],
    "a stack overflow": [(OK, 1), (RECURSE, 0)],
    "a wild load": [(READ, 0xE100_0000)],
    "a wild store": [(OK, 1), (WRITE, 0x2FFF_FFF0)],
    "an undefined instruction": [(UNDEFINED, 0)],
    "a division by zero": [(DIVIDE, 0)],
    "divisions": [(DIVISIONS, 5_000), (DIVISIONS, 2**31)],
    "a fault inside straight code": [(FAULT_INSIDE, 0xE100_0000)],
    "a timeout": [(HANG, 0)],
}


@pytest.fixture(scope="module")
def both(plugins: Path) -> tuple[Path | None, Path | None]:
    """The folders of both QEMUs, which take different versions of the plugin interface."""
    folders = folder(INSTALLED), folder(SECOND)
    board = Catalog.load().board("nrf52840dk")
    versions = {
        interface(plugins, ProcessRunner(), in_qemu(board, programs).emulator.qemu) for programs in folders
    }
    assert len(versions) == 2, f"both QEMUs take version {versions} of the plugin interface"
    return folders


def measured(
    firmware: Misbehave, board: Board, plugins: Path, calls: list[tuple[int, int]], **options: Any
) -> dict[str, Any]:
    """Everything that a run gives but how long it took."""
    execution = execute(
        firmware.image(calls),
        QemuRunner(board, compiled(plugins, ProcessRunner(), board.emulator.qemu), ProcessRunner()),
        ExpectedCalls([WorkloadCall(arguments=call, expected=(call[1] + EXTRA) % 2**32) for call in calls]),
        limits=RunLimits(instructions=200_000, seconds=SHORT.seconds),
        **options,
    )
    figures: dict[str, Any] = without_operands(execution.model_dump(exclude={"seconds"}))
    return figures


def without_operands(figures: Any) -> Any:
    """Figures without those of divisions' operands, which a plugin reads in later QEMUs only."""
    if isinstance(figures, dict):
        return {
            key: without_operands(value) for key, value in figures.items() if not key.startswith("divide_")
        }
    if isinstance(figures, list | tuple):
        return [without_operands(value) for value in figures]
    return figures


@pytest.mark.parametrize("what", CALLS)
@pytest.mark.parametrize("name", BOARDS)
def test_all_that_is_measured(
    name: str, what: str, firmware_for: FirmwareFor, plugins: Path, both: tuple[Path | None, Path | None]
) -> None:
    firmware, board = firmware_for(name)
    first, second = (measured(firmware, in_qemu(board, programs), plugins, CALLS[what]) for programs in both)
    assert first == second
    assert first["instructions"] > 1000


@pytest.mark.parametrize("name", ["esp32c6", "pico2w-riscv"])
def test_the_address_of_a_misaligned_fault_is_the_emulators(
    name: str, firmware_for: FirmwareFor, plugins: Path, both: tuple[Path | None, Path | None]
) -> None:
    """On RISC-V, QEMU 7.2 names the aligned word that a misaligned access is in, later ones its address."""
    firmware, board = firmware_for(name)
    first, second = (
        measured(firmware, in_qemu(board, programs), plugins, [(FAULT_INSIDE, 3)]) for programs in both
    )
    assert "load access fault at 0x00000000," in first["reason"]
    assert "load access fault at 0x00000003," in second["reason"]
    assert {**first, "reason": None} == {**second, "reason": None}


@pytest.mark.parametrize("name", BOARDS)
def test_the_profile(
    name: str, firmware_for: FirmwareFor, plugins: Path, both: tuple[Path | None, Path | None]
) -> None:
    firmware, board = firmware_for(name)
    calls = [(COUNT_DOWN, 1000), (RECURSE, 0)]
    first, second = (
        measured(firmware, in_qemu(board, programs), plugins, calls, profiled=True) for programs in both
    )
    assert first == second
    assert first["profile"] is not None


@pytest.mark.parametrize("budget", [500, 10_000_000], ids=["over budget", "to its end"])
@pytest.mark.parametrize("name", BOARDS)
def test_the_guard(
    name: str, budget: int, firmware_for: FirmwareFor, plugins: Path, both: tuple[Path | None, Path | None]
) -> None:
    firmware, board = firmware_for(name)

    def ended(programs: Path | None) -> tuple[object, ...]:
        here = in_qemu(board, programs)
        answers: list[str] = []
        run = run_suite(
            firmware.image([(COUNT_DOWN, 1000)]),
            QemuRunner(
                here, compiled(plugins, ProcessRunner(), here.emulator.qemu, plugin=WATCHDOG), ProcessRunner()
            ),
            b"",
            budget=budget,
            seconds=60,
            on_answer=answers.append,
        )
        return run.ended, run.words, run.instructions, run.ticks

    first, second = map(ended, both)
    assert first == second
    assert first[2] is not None
