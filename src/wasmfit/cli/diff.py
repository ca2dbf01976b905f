"""``wasmfit diff``."""

from pathlib import Path
from typing import Annotated

import typer

from wasmfit.api.verdicts import diff
from wasmfit.errors import UsageError
from wasmfit.input_file import opened
from wasmfit.report.changes import FORMATS

from .from_requests import from_requests
from .options import CatalogOptions, ResultOptions
from .output import require_writable, write_result

_ELF = b"\x7fELF"


def diff_sides(
    output: ResultOptions,
    catalog: CatalogOptions,
    before: Annotated[str, typer.Argument(metavar="A", help="The old side.")] = "latest~1",
    after: Annotated[str, typer.Argument(metavar="B", help="The new side.")] = "latest",
    select: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Only cells whose name or id matches.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every metric of every cell, also those that explain others.")
    ] = False,
    symbols: Annotated[
        bool, typer.Option("--symbols/--no-symbols", help="Look for what grew inside of the images.")
    ] = True,
) -> None:
    """Say what changed between two runs, versions, profiles, JSON files or ELF files.

    A and B are runs (a number, a label, latest, latest~1), branches or commits that runs were recorded at,
    NAME@VERSION, profile:NAME, files of --format json, or two ELF files.
    """
    require_writable(output.file)
    elves = [_is_elf(side) for side in (before, after)]
    if any(elves) and not all(elves):
        raise UsageError(
            f"{before if elves[0] else after} is an ELF file, and the other is none.", "Name two ELF files."
        )
    if all(elves):
        # Loaded here: runs are compared without a reader of ELF files.
        from wasmfit.api.sizing import size
        from wasmfit.report.size import SizeFormat, formatter

        analysis = size(after, base=before)
        write_result(formatter(SizeFormat(output.format.value))(analysis), output.file)
        return
    changes = diff(
        before,
        after,
        select=select or (),
        everything=everything,
        symbols=symbols,
        catalogs=catalog.catalogs,
    )
    write_result(FORMATS[output.format](changes, everything=everything), output.file)


command = from_requests(diff_sides)


def _is_elf(side: str) -> bool:
    try:
        with opened(Path(side.removeprefix("file:"))) as file:
            return file.read(len(_ELF)) == _ELF
    except (OSError, ValueError):
        return False
