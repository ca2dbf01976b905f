"""The counting plugin: compiled on first use, and told what to look at."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from wasmfit.errors import MissingToolError
from wasmfit.model import Board
from wasmfit.toolchain import Gateway
from wasmfit.words import hexadecimal, printable

from .symbols import PHASES, Symbols

SOURCE = Path(__file__).parent / "plugin" / "counter.c"

_COMPILER = "cc"
_FLAGS = ("-O2", "-shared", "-fPIC", "-Wall")
_SECONDS = 60
_REMEDY = "Install it with: apt-get install -y gcc libc6-dev"

# ARMv7-M and ARMv8-M: the regions "Code" and "SRAM". Nothing but memory belongs
# there, so a store anywhere in them that misses the board's RAM is wrong on the board.
_THUMB_MEMORY = (0x0000_0000, 0x4000_0000)
_LAST = 0xFFFF_FFFF


def compiled(folder: Path, gateway: Gateway, log: Path | None = None) -> Path:
    """The plugin as a shared library; compiled unless ``folder`` has it from the same source and compiler.

    Several processes may want it at once: each compiles its own, and the last to finish wins.

    Raises:
        MissingToolError: There is no C compiler, or it cannot compile for this machine.
    """
    compiler = shutil.which(_COMPILER)
    if compiler is None:
        raise MissingToolError("The emulator's plugin needs a C compiler (cc), and there is none.", _REMEDY)
    place = folder / f"counter-{_key(Path(compiler))}.so"
    if place.is_file():
        return place
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".counter-") as work:
        made = Path(work) / "counter.so"
        finished = gateway.run([compiler, *_FLAGS, SOURCE, "-o", made], timeout=_SECONDS, log=log)
        if finished.code != 0:
            words = next((line for line in finished.output.splitlines() if "error" in line), finished.output)
            raise MissingToolError(
                f"{compiler} cannot compile the emulator's plugin: {printable(words)}.", _REMEDY
            )
        made.replace(place)
    return place


def _key(compiler: Path) -> str:
    """Changes with everything that the library is made from."""
    program = compiler.resolve()
    status = program.stat()
    digest = hashlib.sha256(SOURCE.read_bytes())
    digest.update(
        repr((os.uname().machine, _FLAGS, str(program), status.st_size, status.st_mtime_ns)).encode()
    )
    return digest.hexdigest()[:16]


def arguments(board: Board, symbols: Symbols, record: Path, limit: int) -> list[str]:
    """What the plugin is told; see ``counter.c``.

    Args:
        record: File for its record.
        limit: Instructions after which the emulation ends.
    """
    thumb = board.target.startswith("thumb")
    memories = [
        (board.flash.origin, board.flash.end),
        (board.emulator.ram.origin, board.emulator.ram.end),
        *([_THUMB_MEMORY] if thumb else []),
    ]
    return [
        f"out={record}",
        *(["isa=thumb"] if thumb else []),
        *(f"mark={hexadecimal(symbols.marks[p])}:{n}" for n, p in enumerate(PHASES, 1) if p in symbols.marks),
        f"stack={_range(symbols.stack.origin, symbols.stack.end)}",
        f"ram={_range(board.ram.origin, board.ram.end)}",
        *(f"memory={_range(low, end)}" for low, end in memories),
        f"limit={limit}",
    ]


def _range(low: int, end: int) -> str:
    return f"{hexadecimal(low)}:{hexadecimal(min(end, _LAST))}"
