"""Options that several commands have."""

from pathlib import Path
from typing import Annotated

import typer

from wasmfit.errors import UsageError
from wasmfit.report import Format

Runtimes = Annotated[
    list[str] | None,
    typer.Option(
        "--runtime",
        "-r",
        metavar="R",
        help="Runtime, R@VERSION, a pattern, newest or all. Default: newest, one version of each.",
    ),
]
Boards = Annotated[list[str] | None, typer.Option("--board", "-b", metavar="B", help="Default: nrf52840dk.")]
Profiles = Annotated[
    list[str] | None, typer.Option("--profile", "-p", metavar="P", help="Default: reference.")
]
Select = Annotated[list[str] | None, typer.Option(metavar="GLOB", help="Only cells whose id matches.")]
Sources = Annotated[
    list[str] | None,
    typer.Option(
        metavar="RUNTIME=PATH",
        help="A working tree of a runtime, measured beside its release. May be repeated.",
    ),
]
Rerun = Annotated[bool, typer.Option("--rerun", help="Measure again what is stored already.")]
OutputFormat = Annotated[Format, typer.Option("--format", "-f")]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Default: stdout.")]
Catalogs = Annotated[
    list[Path] | None,
    typer.Option(metavar="DIR", help="A catalogue of your own beside the built-in one."),
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show every command that is run.")]


def source_of(argument: str) -> tuple[str, Path]:
    """Runtime and folder of a ``--source`` argument.

    Raises:
        UsageError: It has not both.
    """
    name, separator, path = argument.partition("=")
    if not (name and separator and path):
        raise UsageError(
            f"--source takes RUNTIME=PATH, and {argument!r} is not that.",
            "For example: --source wasmi=../wasmi",
        )
    return name, Path(path)
