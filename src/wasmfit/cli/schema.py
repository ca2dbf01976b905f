"""``wasmfit schema``."""

from pathlib import Path
from typing import Annotated

import typer

from wasmfit import schemas

from .output import require_writable, write_result


def command(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]", help="Such as compare. Default: list the names.", show_default=False
        ),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Default: stdout.")
    ] = None,
) -> None:
    """Print the JSON Schema of what a command prints with --format json, or of experiment files."""
    require_writable(output)
    write_result("\n".join(schemas.names()) if name is None else schemas.text(name).rstrip("\n"), output)
