"""The counting plugin: compiled on first use, and told what to look at."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from wasmfit.errors import MissingToolError
from wasmfit.model import Board, Cache, FlashPath, Region
from wasmfit.toolchain import Gateway
from wasmfit.words import hexadecimal, printable

from .symbols import PHASES, Symbols

SOURCES = Path(__file__).parent / "plugin"

_COMPILER = "cc"
# Hidden: what the parts share is found without a table, which the counting would feel.
_FLAGS = ("-O2", "-shared", "-fPIC", "-fvisibility=hidden", "-Wall")
_SECONDS = 60
_REMEDY = "Install it with: apt-get install -y gcc libc6-dev"

_LAST = 0xFFFF_FFFF


def parts() -> list[Path]:
    """The C files that the plugin is compiled from, together."""
    return sorted(SOURCES.glob("*.c"))


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
        finished = gateway.run([compiler, *_FLAGS, *parts(), "-o", made], timeout=_SECONDS, log=log)
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
    digest = hashlib.sha256()
    for source in sorted(SOURCES.glob("*.[ch]")):
        digest.update(repr((source.name, source.read_bytes())).encode())
    digest.update(
        repr((os.uname().machine, _FLAGS, str(program), status.st_size, status.st_mtime_ns)).encode()
    )
    return digest.hexdigest()[:16]


def arguments(
    board: Board,
    symbols: Symbols,
    record: Path,
    limit: int,
    profile: tuple[Path, Path] | None = None,
    *,
    plain: bool = False,
) -> list[str]:
    """What the plugin is told; see ``counter.c``.

    Args:
        record: File for its record.
        limit: Instructions after which the emulation ends.
        profile: Files with the functions' addresses and for the profile, if one is wanted.
        plain: Leave accesses to flash unwatched.
    """
    return [
        f"out={record}",
        f"isa={board.emulator.isa}",
        *(f"mark={hexadecimal(symbols.marks[p])}:{n}" for n, p in enumerate(PHASES, 1) if p in symbols.marks),
        f"stack={_range(symbols.stack)}",
        f"ram={_range(board.emulated.ram)}",
        *([] if plain else [f"flash={_range(board.emulated.flash)}"]),
        *(f"memory={_range(memory)}" for memory in board.emulator.memory),
        *([] if plain or board.flash_path is None else _caches(board.flash_path)),
        *(["aligned=1"] if board.emulator.aligned else []),
        f"limit={limit}",
        *([] if profile is None else [f"functions={profile[0]}", f"profile={profile[1]}"]),
    ]


def _caches(path: FlashPath) -> list[str]:
    code = [] if path.code is None else [f"cache={_geometry(path.code)}"]
    match path.data:
        case "shared":
            return [*code, "shared=1"]
        case Cache():
            return [*code, f"dcache={_geometry(path.data)}"]
    return code


def _geometry(cache: Cache) -> str:
    return f"{cache.size}:{cache.line}:{cache.ways}:{int(cache.replaces == 'any')}"


def _range(region: Region) -> str:
    return f"{hexadecimal(region.origin)}:{hexadecimal(min(region.end, _LAST))}"
