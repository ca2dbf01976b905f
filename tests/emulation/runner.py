"""Runs the misbehaving firmware."""

from collections.abc import Sequence
from pathlib import Path

from wasmfit.emulation import (
    Execution,
    ExpectedCalls,
    QemuRunner,
    RunLimits,
    execute,
    interface,
    qemu,
    symbols,
)
from wasmfit.model import Board, Status, WorkloadCall
from wasmfit.toolchain import ProcessRunner

from .firmware import EXTRA, Misbehave

# What misbehave/lib.rs does for a first argument.
OK, HANG, RECURSE, READ, WRITE, UNDEFINED, DIVIDE, ALLOCATE = range(8)
PANIC, FAIL, WRONG, RESERVE, COUNT_DOWN, JUMP, USE_STACK, SLEEP = range(8, 16)
PRINT, LEAVE, LOCK_UP, LOSE_STACK, EXTRA_RESULT, MARK, SKIP, STORES = range(16, 24)
COMMAND, FAULT_INSIDE, LEAK = 24, 25, 26
ADAPT, REFUSED_IS_WRONG, HANG_IF_REFUSED, SLEEP_IF_REFUSED, NEIGHBOURS = 27, 28, 29, 30, 31
DIVISIONS = 32

SHORT = RunLimits(instructions=5_000_000, seconds=60)


class Runner:
    """Runs jobs of the misbehaving firmware."""

    def __init__(self, firmware: Misbehave, board: Board, plugin: Path) -> None:
        self.firmware = firmware
        self.board = board
        self.plugin = plugin

    def __call__(
        self,
        *calls: tuple[int, int],
        export: str = "run",
        limits: RunLimits = SHORT,
        log: Path | None = None,
        runner: ProcessRunner | None = None,
        expected: Sequence[int] | None = None,
    ) -> Execution:
        results = expected or [(value + EXTRA * (kind in (OK, WRONG))) % 2**32 for kind, value in calls]
        return execute(
            self.firmware.image(calls, export),
            QemuRunner(self.board, self.plugin, runner or ProcessRunner(), log),
            ExpectedCalls(
                [
                    WorkloadCall(arguments=call, expected=result)
                    for call, result in zip(calls, results, strict=True)
                ]
            ),
            limits=limits,
        )

    def trace(self, call: tuple[int, int], file: Path) -> tuple[int, list[int]]:
        """Instructions that a job executes, all of them and those before each mark.

        QEMU itself tells each instruction when it executes one at a time and logs that.
        """
        elf = self.firmware.image([call])
        marks = set(symbols.read(elf).marks.values())
        emulator = self.board.emulator
        log = ["-d", "exec,nochain", "-D", str(file)]
        version = interface(self.plugin.parent, ProcessRunner(), emulator.qemu)
        one_by_one = ["-singlestep"] if version == 1 else ["-accel", "tcg,one-insn-per-tb=on"]
        channel = ["-chardev", "null,id=c", "-semihosting-config", "enable=on,target=native,chardev=c"]
        machine = ["-M", emulator.machine, *emulator.options, "-nodefaults", "-display", "none"]
        command = [emulator.qemu, *machine, *channel, *one_by_one, *log, *qemu.image(emulator, elf)]
        ProcessRunner().run(command, timeout=120)
        first = self.board.emulated.flash.origin
        count, at_marks, began = 0, [], False
        for line in file.read_text().splitlines():
            if line.startswith("Trace "):
                address = int(line.split("/")[1], 16)
                # The machine's own reset code, where there is some, is none of the image's.
                began = began or address >= first
                if address in marks:
                    at_marks.append(count)
                count += began
            elif line.startswith("Stopped "):  # announced, but not executed
                count -= began
        return count, at_marks


def faulted(execution: Execution) -> str:
    assert execution.status is Status.FAULTED, execution
    assert execution.reason is not None
    assert execution.run.instructions.call is None
    return execution.reason
