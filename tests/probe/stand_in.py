"""QEMU's GDB server in the place of probe-rs's: the same protocol, and a core that runs the same image."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from elftools.elf.elffile import ELFFile

from wasmfit.emulation import qemu, symbols
from wasmfit.model import Board
from wasmfit.probe.cores import CORES
from wasmfit.probe.probe_rs import serving
from wasmfit.probe.remote import Remote
from wasmfit.probe.run import OneRun, run_once
from wasmfit.toolchain import ProcessRunner

_EXECUTABLE = 4


@contextmanager
def emulated(image: Path, board: Board) -> Iterator[int]:
    """An emulated core that stands at reset, without semihosting of the emulator's own; its server's port.

    Its time is its instructions (``-icount``), so that a counter of cycles counts these.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    emulator = board.emulator
    command = [
        *(emulator.qemu, "-M", emulator.machine, *emulator.options, "-nodefaults", "-no-user-config"),
        *("-display", "none", "-monitor", "none", "-serial", "none", "-icount", "shift=0"),
        *("-S", "-gdb", f"tcp:127.0.0.1:{port}"),
        *qemu.image(emulator, image.absolute()),
    ]
    with serving(ProcessRunner(), command):
        yield port


def asks_at(image: Path, isa: str) -> list[int]:
    """Where a real core would halt for semihosting; QEMU's does not, so the tests set breakpoints there."""
    pattern, step, offset = (
        (b"\xab\xbe", 2, 0) if isa == "thumb" else (bytes.fromhex("1310f0017300100013507040"), 2, 4)
    )
    found: list[int] = []
    with image.open("rb") as file:
        for section in ELFFile(file).iter_sections():
            code = section.data() if section["sh_flags"] & _EXECUTABLE else b""
            places = (at for at in range(0, len(code), step) if code.startswith(pattern, at))
            found += [section["sh_addr"] + at + offset for at in places]
    return found


def run(image: Path, board: Board, seconds: float = 60) -> OneRun:
    """One run of an image, as on a board."""
    with emulated(image, board) as port, closing(Remote.connect(port)) as remote:
        return run_once(
            remote,
            CORES[board.emulator.isa],
            symbols.read(image),
            seconds=seconds,
            asks_at=asks_at(image, board.emulator.isa),
        )
