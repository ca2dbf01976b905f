"""The emulated cores have the instructions that the boards' have, and no others that matter."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.qemus import INSTALLED, SECOND, folder, in_qemu
from wasmfit.catalog import Catalog
from wasmfit.toolchain import ProcessRunner

# Exits with 0 after one instruction that the core may not have, with 1 if that traps.
_PROGRAM = """
.option norvc
.globl _start
_start:
    la t0, trap
    csrw mtvec, t0
    la a0, word
    {instruction}
    li a1, 0x20026
    j out
.align 4
trap:
    li a1, 0x20023
out:
    li a0, 0x18
.align 4
    slli x0, x0, 0x1f
    ebreak
    srai x0, x0, 7
1:  j 1b
.data
word: .word 0
"""
_INSTRUCTIONS = {
    "multiply": ("mul a1, a2, a3", {"esp32c3", "esp32c6", "pico2w-riscv"}),
    "atomic": ("amoadd.w a1, a2, (a0)", {"esp32c6", "pico2w-riscv"}),
    "float": ("flw fa0, 0(a0)", set[str]()),
    "bit manipulation": ("andn a1, a2, a3", set[str]()),
}


@pytest.mark.parametrize("which", [INSTALLED, SECOND])
@pytest.mark.parametrize("what", _INSTRUCTIONS)
@pytest.mark.parametrize("name", ["esp32c3", "esp32c6", "pico2w-riscv"])
def test_the_core_has_what_the_board_has(name: str, what: str, which: str, tmp_path: Path) -> None:
    if (name, what) == ("esp32c3", "bit manipulation"):
        pytest.skip("QEMU's Ibex has it since 8.0; nothing that is compiled for the target does")
    instruction, boards = _INSTRUCTIONS[what]
    source, elf = tmp_path / "program.s", tmp_path / "program.elf"
    source.write_text(_PROGRAM.format(instruction=instruction))
    compiler = ["riscv64-unknown-elf-gcc", "-march=rv32imafc_zba_zbb_zicsr", "-mabi=ilp32", "-nostdlib"]
    built = ProcessRunner().run([*compiler, "-Ttext=0x80000000", source, "-o", elf], timeout=60)
    assert built.code == 0, built.output
    emulator = in_qemu(Catalog.load().board(name), folder(which)).emulator
    machine = [emulator.qemu, "-M", emulator.machine, *emulator.options, "-nographic", "-semihosting"]
    ended = ProcessRunner().run([*machine, "-kernel", elf], timeout=30)
    assert ended.code == (0 if name in boards else 1), ended.output


_REGION = re.compile(r"^ +([0-9a-f]{16})-([0-9a-f]{16}) \(prio -?\d+, ram\)", re.MULTILINE)
_WITH_AMPLE = [name for name, board in Catalog.load().boards.items() if board.emulator.ample is not None]


@pytest.mark.parametrize("which", [INSTALLED, SECOND])
@pytest.mark.parametrize("name", _WITH_AMPLE)
def test_ample_memory_is_memory_of_the_machine(name: str, which: str) -> None:
    """What QEMU itself says of where the machine has RAM."""
    emulator = in_qemu(Catalog.load().board(name), folder(which)).emulator
    assert emulator.ample is not None
    asked = subprocess.run(
        [
            emulator.qemu,
            "-M",
            emulator.machine,
            *emulator.options,
            "-display",
            "none",
            "-S",
            "-monitor",
            "stdio",
        ],
        input="info mtree -f\nquit\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    regions = [(int(low, 16), int(high, 16) + 1) for low, high in _REGION.findall(asked.stdout)]
    low, end = emulator.ample.origin, emulator.ample.origin + emulator.ample.size
    assert any(start <= low and end <= stop for start, stop in regions), regions
