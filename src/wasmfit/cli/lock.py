"""``wasmfit lock``."""

from pathlib import Path
from typing import Annotated

import typer

from wasmfit.api.machine import lock

from .output import write_result


def command(
    names: Annotated[
        list[str], typer.Argument(metavar="NAME...", help="Runtimes, workloads, or patterns of them.")
    ],
    catalog: Annotated[
        list[Path] | None, typer.Option(metavar="DIR", help="A catalogue of your own.")
    ] = None,
) -> None:
    """Pin what a runtime or workload depends on: writes the lockfiles of its folder again."""
    for path in lock(names, catalogs=catalog or ()):
        write_result(str(path))
