"""Whatever semihosting call an image makes, no file of this machine is read, written, renamed or removed."""

import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.qemus import in_qemu
from wasmfit.catalog import Catalog
from wasmfit.emulation import (
    WATCHDOG,
    Execution,
    ExpectedCalls,
    QemuRunner,
    compiled,
    execute,
    fence,
    has_fence,
    run_suite,
)
from wasmfit.model import Board, Status
from wasmfit.toolchain import ProcessRunner

pytestmark = pytest.mark.real

SOURCE = Path(__file__).parents[1] / "firmware" / "hostile" / "hostile.c"
COMPILERS = {
    "thumb": ("arm-none-eabi-gcc", "-mcpu=cortex-m4", "-mthumb"),
    "riscv32": ("riscv64-unknown-elf-gcc", "-march=rv32imac", "-mabi=ilp32"),
}
ENTRIES = {"thumb": "hostile", "riscv32": "start"}
MODES = range(12)
ROOM = "(unsigned)room"
"""The image's own memory, as an argument."""


@dataclass(frozen=True)
class Hostile:
    """Makes and runs hostile images for one board in one QEMU; ``spacious``: in all memory of the machine."""

    board: Board
    plugins: Path
    folder: Path
    spacious: bool = False

    def image(self, operation: int, *arguments: str | int, reads: bool = False) -> Path:
        """One that makes a call; a text among the arguments stands for its address."""
        words = ", ".join(
            str(argument) if isinstance(argument, int) or argument == ROOM else f'(unsigned)"{argument}"'
            for argument in arguments
        )
        own = self.board.spacious if self.spacious else self.board.emulated
        flash, ram = own.flash, own.ram
        script = self.folder / "script.ld"
        script.write_text(
            f"SECTIONS {{ . = {flash.origin}; .text : {{ KEEP(*(.start)) *(.text*) *(.rodata*) }}"
            f" . = {ram.origin}; wasmfit_stack_start = .; . += 4096; _stack_start = .;"
            " .bss : { *(.data*) *(.bss*) *(COMMON) } /DISCARD/ : { *(.comment) *(.eh_frame*) } }"
            f" ENTRY({ENTRIES[self.board.emulator.isa]})"
        )
        elf = self.folder / "hostile.elf"
        subprocess.run(
            [
                *COMPILERS[self.board.emulator.isa],
                *("-Os", "-ffreestanding", "-nostdlib", "-fno-builtin", "-T", script, "-Wl,--build-id=none"),
                *(f"-DOPERATION={operation}", f"-DARGUMENTS={words}", *(["-DREAD"] if reads else [])),
                *(SOURCE, "-o", elf),
            ],
            check=True,
        )
        return elf

    def opening(self, path: Path | str, mode: int) -> Path:
        """One that opens a file, and prints what it reads there."""
        return self.image(1, str(path), mode, len(str(path)), reads=True)

    def run(self, elf: Path, *, fenced: bool = True) -> Execution:
        emulator = self.board.emulator.qemu
        runner = QemuRunner(
            self.board,
            compiled(self.plugins, ProcessRunner(), emulator),
            ProcessRunner(),
            self.folder / "log",
            fenced,
        )
        return execute(elf, runner, ExpectedCalls())


@pytest.fixture(params=["nrf52840dk", "esp32c6"])
def hostile(
    request: pytest.FixtureRequest, plugins: Path, qemu_folder: Path | None, tmp_path: Path
) -> Hostile:
    board = in_qemu(Catalog.load().board(request.param), qemu_folder)
    return Hostile(board, plugins, tmp_path)


def stopped(execution: Execution, call: str) -> bool:
    return (
        execution.status is Status.FAULTED
        and execution.reason
        == f"reached for the files of this machine (semihosting {call}), and was stopped in phase start"
    )


def test_without_a_fence_an_image_does_what_it_likes(hostile: Hostile, tmp_path: Path) -> None:
    """What the other tests show is the fence's doing."""
    secret, made = tmp_path / "secret", tmp_path / "made"
    secret.write_text("end panic\n")
    assert hostile.run(hostile.opening(secret, 0), fenced=False).reason == "panicked in phase start"
    hostile.run(hostile.opening(made, 4), fenced=False)
    assert made.is_file()


@pytest.mark.parametrize("mode", MODES)
def test_nothing_is_opened_in_any_mode(hostile: Hostile, tmp_path: Path, mode: int) -> None:
    there, missing = tmp_path / "there", tmp_path / "missing"
    there.write_text("end panic\n")
    for path in (there, missing):
        assert stopped(hostile.run(hostile.opening(path, mode)), "SYS_OPEN")
    assert there.read_text() == "end panic\n"
    assert not missing.exists()


@pytest.mark.parametrize(
    "path",
    [
        *("/proc/self/environ", "/proc/self/fd/0", "/sys/devices/system/cpu/online", "/dev/stdin"),
        *("/sys/kernel/mm/transparent_hugepage/enabled", "/", "", "record", "suite", ":tty"),
    ],
)
def test_what_the_emulator_reads_itself_is_not_opened_for_an_image(hostile: Hostile, path: str) -> None:
    """Nor its own folder, nor the one file of the suite, where no suite is run."""
    assert stopped(hostile.run(hostile.opening(path, 0)), "SYS_OPEN")


def test_nothing_is_removed(hostile: Hostile, tmp_path: Path) -> None:
    victim, folder = tmp_path / "victim", tmp_path / "folder"
    victim.write_text("here")
    folder.mkdir()
    assert stopped(hostile.run(hostile.image(0x0E, str(victim), len(str(victim)))), "SYS_REMOVE")
    assert stopped(hostile.run(hostile.image(0x0E, str(folder), len(str(folder)))), "SYS_REMOVE")
    assert victim.read_text() == "here"
    assert folder.is_dir()


def test_nothing_is_renamed(hostile: Hostile, tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("here")
    names = str(victim), str(tmp_path / "renamed")
    image = hostile.image(0x0F, names[0], len(names[0]), names[1], len(names[1]))
    assert stopped(hostile.run(image), "SYS_RENAME")
    assert victim.is_file()


def test_no_command_is_run(hostile: Hostile, tmp_path: Path) -> None:
    command = f"touch {tmp_path / 'made'}"
    image = hostile.image(0x12, command, len(command))
    assert stopped(hostile.run(image), "SYS_SYSTEM")
    assert not (tmp_path / "made").exists()


def test_no_name_of_a_file_is_made_up(hostile: Hostile) -> None:
    image = hostile.image(0x0D, ROOM, 7, 60)
    assert stopped(hostile.run(image), "SYS_TMPNAM")


@pytest.mark.parametrize("name", [":tt", ":semihosting-features"])
def test_what_is_no_file_may_be_opened(hostile: Hostile, name: str) -> None:
    execution = hostile.run(hostile.opening(name, 0))
    assert execution.status is Status.OK, execution.reason


def test_the_suite_opens_its_own_file_and_no_other(hostile: Hostile, tmp_path: Path) -> None:
    hostile = replace(hostile, spacious=True)
    emulator = hostile.board.emulator.qemu
    plugin = compiled(hostile.plugins, ProcessRunner(), emulator, plugin=WATCHDOG)
    runner = QemuRunner(hostile.board, plugin, ProcessRunner(), tmp_path / "log", fence=True)

    def run(elf: Path) -> list[str]:
        answers: list[str] = []
        ended = run_suite(elf, runner, b"=all\n\0", budget=10**6, seconds=60, on_answer=answers.append)
        return [ended.ended.value, ended.words, *answers]

    assert run(hostile.opening("suite", 0)) == ["whole", "", "all"]
    secret = tmp_path / "secret"
    secret.write_text("=told\n")
    reached = "reached for the files of this machine (semihosting SYS_OPEN), and was stopped"
    assert run(hostile.opening(secret, 0)) == ["crashed", reached]


def test_where_there_is_no_fence_what_needs_one_does_not_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    actions = tmp_path / "actions"
    monkeypatch.setattr(fence, "_ACTIONS", actions)
    assert not has_fence()
    actions.write_text("kill_process kill_thread errno allow\n")
    assert not has_fence()
    actions.write_text("kill_process trap errno allow\n")
    assert has_fence()
