"""``wasmfit lock``."""

from pathlib import Path
from typing import Annotated

import typer

from wasmfit.api.machine import lock

from .output import write_result


def command(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME...",
            help="Runtimes, workloads, patterns of them, or a release to add, RUNTIME@VERSION.",
        ),
    ],
    catalog: Annotated[
        list[Path] | None, typer.Option(metavar="DIR", help="A catalogue of your own.")
    ] = None,
) -> None:
    """Pin what a runtime or workload depends on: writes its lockfiles again, or adds a release."""
    for path in lock(names, catalogs=catalog or ()):
        write_result(str(path))
