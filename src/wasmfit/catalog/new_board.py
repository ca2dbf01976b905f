"""Writes the file of a new board."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

import tomli_w
from pydantic import ValidationError

from wasmfit.errors import UsageError
from wasmfit.model import Board, Emulator, Region
from wasmfit.words import escape_unprintable, hexadecimal, problem_text

from .load import Catalog, pick, unknown

_NAME = re.compile(r"(?=.{1,64}\Z)[a-z][a-z0-9]*(-[a-z0-9]+)*")
_SIZE = re.compile(r"(0x[0-9a-f][0-9a-f_]{0,15}|[0-9][0-9_]{0,15})\s*(?:([km])(?:i?b)?|b)?", re.IGNORECASE)
_BINARY = {"": 1, "k": 1024, "m": 1024 * 1024}
_STEP = 65_536
"""An address in the emulator and the board's differ by a multiple of this; see :mod:`wasmfit.model.board`."""

_MOST = 128 * 1024 * 1024
"""No microcontroller has a memory of more bytes; an address taken for a size is one."""

_FILE = """\
{strings}erase_unit = {erase_unit}
clock_hz = {clock_hz}

[flash]
origin = {flash}
size = {flash_size}

[ram]
origin = {ram}
size = {ram_size}

# The machine that stands in for the board: as in {like}.toml.
[emulator]
{emulator}{memory}
# What is not known here: the cache in front of flash ([flash_path]) and what time is
# predicted from ([timing]); docs/adding-a-board.md.
"""


def size(text: str) -> int:
    """Bytes: ``4096``, ``0x1000``, ``512K`` or ``1M``, in units of 1,024.

    Raises:
        UsageError: It is not a size.
    """
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        raise UsageError(f"Invalid size {text!r}.", "Such as 4096, 0x1000, 512K or 1M.")
    return _number(match[1]) * _BINARY[(match[2] or "").lower()]


def region(text: str) -> Region:
    """A memory: ``0x20000000:64K``.

    Raises:
        UsageError: It is none.
    """
    origin, separator, length = text.partition(":")
    if not separator:
        raise UsageError(f"Invalid memory {text!r}.", "It is ORIGIN:SIZE, such as 0x20000000:64K.")
    try:
        memory = Region(origin=size(origin), size=size(length))
    except ValidationError as error:
        raise UsageError(
            f"Invalid memory {text!r}: {_problems(error)}.", "Addresses have 32 bits."
        ) from error
    if memory.size > _MOST:
        raise UsageError(
            f"{text!r} would be a memory of {memory.size >> 20:,} MiB.", "It is ORIGIN:SIZE, in this order."
        )
    return memory


def _number(text: str) -> int:
    digits = text.replace("_", "").lower()
    return int(digits, 16) if digits.startswith("0x") else int(digits)


@dataclass(frozen=True)
class Draft:
    """What is asked of a new board.

    Attributes:
        name: Its name on the command line.
        chip: The microcontroller.
        target: Rust target triple.
        flash, ram: Its memories.
        erase_unit: Smallest part of flash that can be erased, in bytes.
        clock_hz: Clock of the core in Hz.
        title: Name on the box; the chip's, if nothing is said.
        core: The core in words; the target's, if nothing is said.
        probe_rs_chip: Name by which probe-rs knows the chip; the chip's, if nothing is said.
        emulator: A machine of the catalogue's boards or one of those boards; the one that most boards of the
            target have, if nothing is said.
        source: Where the figures come from; whoever wrote the file, if nothing is said.
    """

    name: str
    chip: str
    target: str
    flash: Region
    ram: Region
    erase_unit: int
    clock_hz: int
    title: str | None = None
    core: str | None = None
    probe_rs_chip: str | None = None
    emulator: str | None = None
    source: str | None = None


def check_name(catalog: Catalog, name: str, into: Path) -> Path:
    """The file that a new board of that name would be.

    Raises:
        UsageError: The name cannot be typed, or is taken.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"{escape_unprintable(name, 80)!r} cannot be a board's name.",
            "Take lower-case letters, digits and single hyphens, 64 at most.",
        )
    if name in catalog.boards:
        raise UsageError(f"There is a board named {name} already.", "Choose another name.")
    path = into / "boards" / f"{name}.toml"
    if path.exists():
        raise UsageError(f"{path} is there already.", "Remove it first, or choose another name.")
    return path


def new_board(catalog: Catalog, draft: Draft, into: Path) -> Path:
    """Writes ``into/boards/NAME.toml``: a board of a catalogue of the user's own.

    Raises:
        UsageError: The name is taken, the figures do not hold together, no machine can stand in for the
            board, or the file cannot be written.
    """
    path = check_name(catalog, draft.name, into)
    text = _text(catalog, draft)
    try:
        Board.model_validate(tomllib.loads(text))
    except ValidationError as error:
        raise UsageError(f"{draft.name} cannot be such a board: {_problems(error)}.") from error
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}.", "Choose another folder with --into."
        ) from error
    return path


def _text(catalog: Catalog, draft: Draft) -> str:
    pick("target", draft.target, catalog.targets)
    like = _like(catalog, draft)
    strings = {
        "name": draft.name,
        "title": draft.title or draft.chip,
        "chip": draft.chip,
        **({"core": draft.core} if draft.core else {}),
        "target": draft.target,
        "probe_rs_chip": draft.probe_rs_chip or draft.chip,
        "source": draft.source or "whoever wrote this file with wasmfit new-board",
    }
    emulator = _moved(like, draft).model_dump(exclude={"memory", "ample"}, exclude_defaults=True)
    addresses = {name: hexadecimal(emulator.pop(name)) for name in ("flash", "ram")}
    return _FILE.format(
        strings=tomli_w.dumps(strings),
        erase_unit=draft.erase_unit,
        clock_hz=draft.clock_hz,
        flash=hexadecimal(draft.flash.origin),
        flash_size=draft.flash.size,
        ram=hexadecimal(draft.ram.origin),
        ram_size=draft.ram.size,
        like=like.name,
        emulator=tomli_w.dumps(emulator)
        + "".join(f"{name} = {address}\n" for name, address in addresses.items()),
        memory="".join(
            f"\n{table}\norigin = {hexadecimal(region.origin)}\nsize = {hexadecimal(region.size)}\n"
            for table, region in _memories(like.emulator)
        ),
    )


def _memories(emulator: Emulator) -> list[tuple[str, Region]]:
    """Tables that are about a machine's memory."""
    ample = [] if emulator.ample is None else [("[emulator.ample]", emulator.ample)]
    return ample + [("[[emulator.memory]]", region) for region in emulator.memory]


def _like(catalog: Catalog, draft: Draft) -> Board:
    """The board whose machine stands in for the new one too."""
    alike = [board for _, board in sorted(catalog.boards.items()) if board.target == draft.target]
    if not alike:
        raise UsageError(
            f"No machine is known for {draft.target}: the catalogue has no board of that target.",
            "Write the file by hand: docs/adding-a-board.md.",
        )
    machines = [board.emulator.machine for board in alike]
    wanted = draft.emulator or max(machines, key=machines.count)
    for board in alike:
        if wanted in (board.name, board.emulator.machine):
            return board
    raise unknown(f"machine for {draft.target}", wanted, {*machines, *(board.name for board in alike)})


def _moved(like: Board, draft: Draft) -> Emulator:
    """The machine with the new board's memories where it has some."""
    theirs = like.emulator
    flash, ram = (
        address - address % _STEP + mine.origin % _STEP
        for address, mine in ((theirs.flash, draft.flash), (theirs.ram, draft.ram))
    )
    if flash != theirs.flash and theirs.start == "reset" and theirs.vectors is None:
        raise UsageError(
            f"The machine {theirs.machine} starts at {hexadecimal(theirs.flash)} and nowhere else, so flash "
            f"must begin at a multiple of {hexadecimal(_STEP)}, not at {hexadecimal(draft.flash.origin)}.",
            "Name another machine with --emulator, or measure with flash from the multiple below on.",
        )
    return theirs.model_copy(update={"flash": flash, "ram": ram})


def _problems(error: ValidationError) -> str:
    """What is wrong, on one line."""
    said = []
    for problem in error.errors():
        field = ".".join(map(str, problem["loc"]))
        words = problem_text(problem["msg"])
        said.append(f"{field}: {words}" if field else words)
    return "; ".join(said)
