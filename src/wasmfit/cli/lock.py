"""``wasmfit lock``."""

from typing import Annotated

import typer

from wasmfit.api.machine import lock

from .from_requests import from_requests
from .options import CatalogOptions
from .output import write_result


def write_locks(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME...",
            help="Runtimes, workloads, patterns of them, or a release to add, RUNTIME@VERSION.",
        ),
    ],
    catalog: CatalogOptions,
) -> None:
    """Pin what a runtime or workload depends on: writes its lockfiles again, or adds a release."""
    for path in lock(names, catalogs=catalog.catalogs):
        write_result(str(path))


command = from_requests(write_locks)
