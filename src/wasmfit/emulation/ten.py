"""An emulator and the counting plugin, tried on ten instructions.

The image is put together here, byte by byte, so that nothing but the emulator and the plugin is tried. It
stores one word on its stack and ends itself by semihosting, as every image of wasmfit's does.
"""

from __future__ import annotations

import shutil
import struct
import tempfile
from collections.abc import Sequence
from pathlib import Path

from wasmfit.errors import MissingToolError
from wasmfit.model import Board
from wasmfit.toolchain import ProcessRunner, Proven, ToolTrial

from . import plugins
from .execution import RunLimits, execute
from .machine import ExpectedCalls, QemuRunner

INSTRUCTIONS = 10
STORED = 4
"""Bytes that it stores, just below the top of its stack."""

_STACK = 0x1000
_LIMITS = RunLimits(instructions=1_000, seconds=30)

_SYS_EXIT, _APPLICATION_EXIT = 0x18, 0x20026
_ARM, _RISCV = 40, 243
_EABI5 = 0x0500_0000


def emulator_trial(runner: ProcessRunner, program: str, boards: Sequence[Board], folder: Path) -> ToolTrial:
    """Running ten instructions under the counting plugin, on each different machine of these boards.

    Args:
        program: The emulator; the boards are emulated by it.
        folder: Of compiled plugins.
    """
    images = [(board.emulator.model_dump_json(), image(board).hex()) for board in boards]
    tools = [shutil.which(tool) for tool in (program, plugins.COMPILER)]
    return ToolTrial(
        [tools, plugins.sources_digest(), images], lambda: _prove(runner, program, boards, folder)
    )


def _prove(runner: ProcessRunner, program: str, boards: Sequence[Board], folder: Path) -> Proven:
    plugin, version = plugins.compiled(folder, runner, program), plugins.interface(folder, runner, program)
    machines = {(board.emulator.machine, board.emulator.options): board for board in boards}
    with tempfile.TemporaryDirectory(prefix="wasmfit-") as work:
        elf = Path(work) / "ten.elf"
        for board in machines.values():
            elf.write_bytes(image(board))
            _try(elf, board, plugin, runner)
    # Not the plugin: of two emulators that are tried at once, both may compile it.
    tools = (shutil.which(tool) for tool in (program, plugins.COMPILER))
    names = ", ".join(dict.fromkeys(machine for machine, _ in machines))
    return Proven(
        f"runs and counts ten instructions on {names}; plugin interface {version}",
        tuple(Path(tool) for tool in tools if tool is not None),
    )


def _try(elf: Path, board: Board, plugin: Path, runner: ProcessRunner) -> None:
    machine = board.emulator.machine
    execution = execute(elf, QemuRunner(board, plugin, runner), ExpectedCalls(), limits=_LIMITS, plain=True)
    if execution.instructions != INSTRUCTIONS:
        counted = "none" if execution.instructions is None else f"{execution.instructions:,}"
        raise MissingToolError(f"of ten instructions on {machine} it counts {counted}: {execution.reason}")
    if execution.stack_deepest != STORED:
        raise MissingToolError(
            f"of {STORED} bytes that ten instructions store on {machine} it sees {execution.stack_deepest}"
        )


def image(board: Board) -> bytes:
    """An ELF file with the ten instructions, for the emulated machine of a board."""
    origin, ram = board.emulated.flash.origin, board.emulated.ram.origin
    top = (ram + 2 * _STACK - 1) // _STACK * _STACK
    if board.emulator.isa == "thumb":
        code = struct.pack("<2I", top, origin + 8 | 1) + _thumb()
        return _elf(_ARM, _EABI5, origin, origin + 8 | 1, code, ram, top)
    return _elf(_RISCV, 0, origin, origin, _riscv(top), ram, top)


def _thumb() -> bytes:
    # Of ARMv6-M, which every Cortex-M has.
    return struct.pack(
        "<10H",
        0x2000 | _SYS_EXIT,  # movs r0, #SYS_EXIT
        0xB401,  # push {r0}
        0x2100 | _APPLICATION_EXIT >> 16,  # movs r1, #2
        0x0409,  # lsls r1, r1, #16
        0x3100 | _APPLICATION_EXIT & 0xFF,  # adds r1, #0x26
        *[0xBF00] * 4,  # nop
        0xBEAB,  # bkpt 0xab: semihosting
    )


def _riscv(top: int) -> bytes:
    return struct.pack(
        "<11I",
        top | 0x137,  # lui sp, top: a multiple of 4,096
        _SYS_EXIT << 20 | 0x513,  # li a0, SYS_EXIT
        0xFEA12E23,  # sw a0, -4(sp)
        _APPLICATION_EXIT >> 12 << 12 | 0x5B7,  # lui a1, 0x20
        (_APPLICATION_EXIT & 0xFFF) << 20 | 0x58593,  # addi a1, a1, 0x26
        *[0x00000013] * 3,  # nop
        # Semihosting; the last one is only looked at.
        0x01F01013,  # slli zero, zero, 0x1f
        0x00100073,  # ebreak
        0x40705013,  # srai zero, zero, 7
    )


def _elf(machine: int, flags: int, origin: int, entry: int, code: bytes, stack: int, top: int) -> bytes:
    """A 32-bit little-endian ELF file: one segment, and symbols that say where the stack is."""
    names = b"\0wasmfit_stack_start\0_stack_start\0.symtab\0.strtab\0"

    def name(text: bytes) -> int:
        return names.index(b"\0" + text + b"\0") + 1

    absolute = 0xFFF1
    symbols = struct.pack("<16x") + b"".join(
        struct.pack("<IIIBBH", name(text), value, 0, 0x10, 0, absolute)
        for text, value in ((b"wasmfit_stack_start", stack), (b"_stack_start", top))
    )
    code += bytes(-len(code) % 4)
    at_code = 52 + 32
    at_symbols = at_code + len(code)
    at_names = at_symbols + len(symbols)
    at_sections = at_names + len(names)
    header = struct.pack(
        "<4s5B7x2H5I6H",
        *(b"\x7fELF", 1, 1, 1, 0, 0),
        *(2, machine, 1, entry, 52, at_sections, flags),
        *(52, 32, 1, 40, 3, 2),
    )
    segment = struct.pack("<8I", 1, at_code, origin, origin, len(code), len(code), 5, 4)
    sections = struct.pack("<40x") + b"".join(
        struct.pack("<10I", *section)
        for section in (
            (name(b".symtab"), 2, 0, 0, at_symbols, len(symbols), 2, 1, 4, 16),
            (name(b".strtab"), 3, 0, 0, at_names, len(names), 0, 0, 1, 0),
        )
    )
    return header + segment + code + symbols + names + sections
