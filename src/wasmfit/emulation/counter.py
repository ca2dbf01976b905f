"""What the counting plugin is told to look at."""

from __future__ import annotations

from pathlib import Path

from wasmfit.model import Board, FlashCache, FlashPath, Region
from wasmfit.words import hexadecimal

from .symbols import Symbols

_LAST = 0xFFFF_FFFF


def arguments(
    board: Board,
    symbols: Symbols,
    record: Path,
    limit: int,
    profile: tuple[Path, Path] | None = None,
    *,
    plain: bool = False,
) -> list[str]:
    """The plugin's arguments; see ``counter.c``.

    Args:
        record: File for its record.
        limit: Instructions after which the emulation ends.
        profile: Files with the functions' addresses and for the profile, if one is wanted.
        plain: Leave accesses to flash unwatched.
    """
    return [
        f"out={record}",
        f"isa={board.emulator.isa}",
        *symbols.mark_arguments,
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
        case FlashCache():
            return [*code, f"dcache={_geometry(path.data)}"]
    return code


def _geometry(cache: FlashCache) -> str:
    return f"{cache.size}:{cache.line}:{cache.ways}:{int(cache.replaces == 'any')}"


def _range(region: Region) -> str:
    return f"{hexadecimal(region.origin)}:{hexadecimal(min(region.end, _LAST))}"
