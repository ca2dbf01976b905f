"""``wasmfit diff``."""

from pathlib import Path
from typing import Annotated

import typer

from wasmfit.errors import UsageError
from wasmfit.report import Format
from wasmfit.report.changes import FORMATS
from wasmfit.verdicts import diff

from . import options, say

_ELF = b"\x7fELF"


def command(
    before: Annotated[str, typer.Argument(metavar="A", help="The old side.")] = "latest~1",
    after: Annotated[str, typer.Argument(metavar="B", help="The new side.")] = "latest",
    select: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Only cells whose name or id matches.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every figure of every cell, those that explain others too.")
    ] = False,
    symbols: Annotated[
        bool, typer.Option("--symbols/--no-symbols", help="Look for what grew inside of the images.")
    ] = True,
    output_format: options.OutputFormat = Format.TABLE,
    output: options.Output = None,
    catalog: options.Catalogs = None,
) -> None:
    """Say what changed between two runs, versions, profiles, JSON files or ELF files.

    A and B are runs (a number, a label, latest, latest~1), branches or commits that runs were recorded at,
    NAME@VERSION, profile:NAME, files of --format json, or two ELF files.
    """
    say.check(output)
    elves = [_is_elf(side) for side in (before, after)]
    if any(elves) and not all(elves):
        raise UsageError(
            f"{before if elves[0] else after} is an ELF file, and the other is none.", "Name two ELF files."
        )
    if all(elves):
        # Loaded here: runs are compared without a reader of ELF files.
        from wasmfit.report.size import SizeFormat, formatter
        from wasmfit.sizing import size

        found = size(after, base=before)
        say.result(formatter(SizeFormat(output_format.value))(found), output)
        return
    changes = diff(
        before,
        after,
        select=select or (),
        everything=everything,
        symbols=symbols,
        catalogs=catalog or (),
    )
    say.result(FORMATS[output_format](changes, everything=everything), output)


def _is_elf(side: str) -> bool:
    try:
        with Path(side.removeprefix("file:")).open("rb") as file:
            return file.read(len(_ELF)) == _ELF
    except (OSError, ValueError):
        return False
