"""``wasmfit new-board``."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from wasmfit.catalog import Catalog
from wasmfit.catalog.load import pick
from wasmfit.catalog.new_board import Draft, check_name, clock, new_board, region, size
from wasmfit.errors import UsageError

from .output import message, write_result

T = TypeVar("T")

EXAMPLE = (
    "On a terminal they are asked for. For example: wasmfit new-board mine --chip nRF52832 "
    "--target thumbv7em-none-eabihf --flash 0x0:512K --ram 0x20000000:64K --erase 4K --clock 64M"
)


def command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the board: its file, its rows.")],
    chip: Annotated[str | None, typer.Option(help="The microcontroller, such as nRF52832.")] = None,
    target: Annotated[
        str | None, typer.Option(metavar="TRIPLE", help="Rust target, such as thumbv7em-none-eabihf.")
    ] = None,
    flash: Annotated[
        str | None, typer.Option(metavar="ORIGIN:SIZE", help="Flash for a firmware, such as 0x0:512K.")
    ] = None,
    ram: Annotated[
        str | None, typer.Option(metavar="ORIGIN:SIZE", help="RAM, such as 0x20000000:64K.")
    ] = None,
    erase: Annotated[
        str | None, typer.Option(metavar="SIZE", help="Smallest part of flash that can be erased: 4K.")
    ] = None,
    clock_: Annotated[
        str | None, typer.Option("--clock", metavar="HZ", help="Clock of the core, such as 64M.")
    ] = None,
    title: Annotated[
        str | None, typer.Option(help="Name on the box. Default: the chip's.", show_default=False)
    ] = None,
    core: Annotated[
        str | None, typer.Option(help="The core in words. Default: the target's.", show_default=False)
    ] = None,
    probe_rs: Annotated[
        str | None,
        typer.Option(
            metavar="CHIP", help="probe-rs's name of the chip. Default: the chip's.", show_default=False
        ),
    ] = None,
    emulator: Annotated[
        str | None,
        typer.Option(
            metavar="MACHINE",
            help="The machine that stands in, or a board that has it. Default: as most boards of the target.",
            show_default=False,
        ),
    ] = None,
    source: Annotated[str | None, typer.Option(help="Where the figures come from.")] = None,
    into: Annotated[
        Path, typer.Option(metavar="DIR", help="Catalogue to write it into, for --catalog.")
    ] = Path(),
) -> None:
    """Write the file of a board of your own; on a terminal, what is missing is asked for."""
    catalog = Catalog.load()
    check_name(catalog, name, into)
    needed = {"chip": chip, "target": target, "flash": flash, "ram": ram, "erase": erase, "clock": clock_}
    missing = [f"--{flag}" for flag, value in needed.items() if value is None]
    if missing and not sys.stdin.isatty():
        raise UsageError(f"{', '.join(missing)} must be given.", EXAMPLE)

    targets = ", ".join(sorted(catalog.targets))
    path = new_board(
        catalog,
        Draft(
            name=name,
            chip=_answer(chip, "The microcontroller (such as nRF52832)", str),
            target=_answer(
                target, f"Rust target ({targets})", lambda text: pick("target", text, catalog.targets).name
            ),
            flash=_answer(flash, "Flash for a firmware, as ORIGIN:SIZE (such as 0x0:512K)", region),
            ram=_answer(ram, "RAM, as ORIGIN:SIZE (such as 0x20000000:64K)", region),
            erase_unit=_answer(erase, "Smallest part of flash that can be erased (such as 4K)", size),
            clock_hz=_answer(clock_, "Clock of the core in Hz (such as 64M)", clock),
            title=title,
            core=core,
            probe_rs_chip=probe_rs,
            emulator=emulator,
            source=source,
        ),
        into,
    )
    write_result(str(path))
    message(f"Measure on it: wasmfit compare --board {name} --catalog {into}")


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
