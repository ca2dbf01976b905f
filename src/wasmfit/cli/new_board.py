"""``wasmfit new-board``."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from wasmfit.catalog import Catalog
from wasmfit.catalog.load import pick
from wasmfit.catalog.new_board import Draft, check_name, new_board, region, size
from wasmfit.errors import UsageError
from wasmfit.frequency import parse_frequency
from wasmfit.model import Record
from wasmfit.requests.option import Option

from .from_requests import from_requests
from .output import message, write_result

T = TypeVar("T")

EXAMPLE = (
    "On a terminal they are asked for. For example: wasmfit new-board mine --chip nRF52832 "
    "--target thumbv7em-none-eabihf --flash 0x0:512K --ram 0x20000000:64K --erase 4K --clock 64M"
)


class BoardOptions(Record):
    """What a board is, as far as the command line says it.

    Attributes:
        chip, target, flash, ram, erase, clock: What must be known; asked for on a terminal.
        title, core, probe_rs, emulator, source: What the chip and the target say, if not given.
    """

    chip: Annotated[str | None, Option(("--chip",), None, "The microcontroller, such as nRF52832.")] = None
    target: Annotated[
        str | None, Option(("--target",), "TRIPLE", "Rust target, such as thumbv7em-none-eabihf.")
    ] = None
    flash: Annotated[
        str | None, Option(("--flash",), "ORIGIN:SIZE", "Flash for a firmware, such as 0x0:512K.")
    ] = None
    ram: Annotated[str | None, Option(("--ram",), "ORIGIN:SIZE", "RAM, such as 0x20000000:64K.")] = None
    erase: Annotated[
        str | None, Option(("--erase",), "SIZE", "Smallest part of flash that can be erased: 4K.")
    ] = None
    clock: Annotated[str | None, Option(("--clock",), "HZ", "Clock of the core, such as 64M.")] = None
    title: Annotated[str | None, Option(("--title",), None, "Name on the box. Default: the chip's.")] = None
    core: Annotated[str | None, Option(("--core",), None, "The core in words. Default: the target's.")] = None
    probe_rs: Annotated[
        str | None, Option(("--probe-rs",), "CHIP", "probe-rs's name of the chip. Default: the chip's.")
    ] = None
    emulator: Annotated[
        str | None,
        Option(
            ("--emulator",),
            "MACHINE",
            "The machine that stands in, or a board that has it. Default: as most boards of the target.",
        ),
    ] = None
    source: Annotated[str | None, Option(("--source",), None, "Where the figures come from.")] = None


def write_board(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the board: its file, its rows.")],
    board: BoardOptions,
    into: Annotated[
        Path, typer.Option(metavar="DIR", help="Catalogue to write it into, for --catalog.")
    ] = Path(),
) -> None:
    """Write the file of a board of your own; on a terminal, what is missing is asked for."""
    catalog = Catalog.load()
    check_name(catalog, name, into)
    needed = {
        "chip": board.chip,
        "target": board.target,
        "flash": board.flash,
        "ram": board.ram,
        "erase": board.erase,
        "clock": board.clock,
    }
    missing = [f"--{flag}" for flag, value in needed.items() if value is None]
    if missing and not sys.stdin.isatty():
        raise UsageError(f"{', '.join(missing)} must be given.", EXAMPLE)

    targets = ", ".join(sorted(catalog.targets))
    path = new_board(
        catalog,
        Draft(
            name=name,
            chip=_answer(board.chip, "The microcontroller (such as nRF52832)", str),
            target=_answer(
                board.target,
                f"Rust target ({targets})",
                lambda text: pick("target", text, catalog.targets).name,
            ),
            flash=_answer(board.flash, "Flash for a firmware, as ORIGIN:SIZE (such as 0x0:512K)", region),
            ram=_answer(board.ram, "RAM, as ORIGIN:SIZE (such as 0x20000000:64K)", region),
            erase_unit=_answer(board.erase, "Smallest part of flash that can be erased (such as 4K)", size),
            clock_hz=_answer(board.clock, "Clock of the core in Hz (such as 64M)", parse_frequency),
            title=board.title,
            core=board.core,
            probe_rs_chip=board.probe_rs,
            emulator=board.emulator,
            source=board.source,
        ),
        into,
    )
    write_result(str(path))
    message(f"Measure on it: wasmfit compare --board {name} --catalog {into}")


command = from_requests(write_board)


def _answer(given: str | None, question: str, read: Callable[[str], T]) -> T:
    """What an option says, or what the user answers; a wrong answer is asked for again."""
    if given is not None:
        return read(given)

    def checked(text: str) -> T:
        try:
            return read(text)
        except UsageError as error:
            raise typer.BadParameter(str(error)) from error

    # typer.prompt returns what value_proc makes of the answer.
    answer: T = typer.prompt(question, value_proc=checked, err=True)
    return answer
