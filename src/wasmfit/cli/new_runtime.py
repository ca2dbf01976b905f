"""``wasmfit new-runtime``."""

from pathlib import Path
from typing import Annotated

import typer

from wasmfit.catalog import Catalog
from wasmfit.catalog.scaffold import Language, new_runtime

from .output import message, write_result


def command(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of the runtime: its folder, its rows.")],
    lang: Annotated[Language, typer.Option("--lang", help="Language of its firmware.")],
    crate: Annotated[
        str | None,
        typer.Option(metavar="CRATE@VERSION", help="The crate that it is, or that holds its C sources."),
    ] = None,
    into: Annotated[
        Path, typer.Option(metavar="DIR", help="Catalogue to write it into, for --catalog.")
    ] = Path(),
) -> None:
    """Write the folder of a runtime of your own; docs/adding-a-runtime.md leads on from there."""
    for path in new_runtime(Catalog.load(), name, lang, into, crate):
        write_result(str(path))
    message(f"Fill it in, then: wasmfit lock {name} --catalog {into}")
    message(f"and: wasmfit compare --runtime {name} --catalog {into}")
