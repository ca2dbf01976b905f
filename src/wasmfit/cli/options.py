"""Options that several commands have."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from wasmfit.analysis.evidence import NEEDS
from wasmfit.errors import UsageError
from wasmfit.report import Format

Module = Annotated[
    Path | None,
    typer.Argument(
        metavar="[MODULE.wasm]",
        help="A module of your own, in the place of a workload.",
        show_default=False,
    ),
]
Calls = Annotated[
    list[str] | None,
    typer.Option(
        metavar="'NAME(1, 2)'",
        help="A call of the module's export. May be repeated: the last is the steady call.",
    ),
]
Expected = Annotated[
    list[str] | None,
    typer.Option(metavar="VALUE", help="What the call returns; floats may have a tolerance: 3.14~0.01."),
]
ExpectedLogs = Annotated[
    list[str] | None,
    typer.Option(metavar="TEXT", help="What the call logs, through an import that log answers."),
]
Imports = Annotated[
    list[str] | None,
    typer.Option(
        "--import",
        metavar="MODULE.NAME=RULE",
        help="What answers an import: noop, a number, clock_ms, clock_us, random, log or trap.",
    ),
]
StubAll = Annotated[
    bool, typer.Option("--stub-all", help="Imports that are not named do nothing and return 0.")
]
Runtimes = Annotated[
    list[str] | None,
    typer.Option(
        "--runtime",
        "-r",
        metavar="R",
        help="Runtime, R@VERSION, a pattern, newest or all. Default: newest, one version of each.",
    ),
]
Flash = Annotated[
    str | None,
    typer.Option(
        metavar="SIZE", help="Flash there is room for: 512K, 1M, bytes (K = 1024). Default: the board's."
    ),
]
Ram = Annotated[str | None, typer.Option(metavar="SIZE", help="RAM, likewise.")]
Needs = Annotated[str | None, typer.Option(metavar="A,B", help=f"What is needed: {', '.join(NEEDS)}.")]
Weights = Annotated[str | None, typer.Option(metavar="flash=1,ram=1,speed=1", help="How much each counts.")]
Boards = Annotated[
    list[str] | None,
    typer.Option("--board", "-b", metavar="B", help="Board, a pattern or all. Default: nrf52840dk."),
]
Bases = Annotated[
    list[str] | None,
    typer.Option("--base", metavar="BASE", help="Base, or several with commas. Default: bare."),
]
Profiles = Annotated[
    list[str] | None, typer.Option("--profile", "-p", metavar="P", help="Default: reference.")
]
Select = Annotated[list[str] | None, typer.Option(metavar="GLOB", help="Only cells whose id matches.")]
Sources = Annotated[
    list[str] | None,
    typer.Option(
        metavar="RUNTIME=PATH",
        help="A working tree of a runtime, measured beside its release; of an operating system among the "
        "bases, the checkout to build from. May be repeated.",
    ),
]
On = Annotated[
    str | None,
    typer.Option(
        metavar="probe[:SELECTOR]", help="Run on the board at a debug probe as well, through probe-rs."
    ),
]
Rerun = Annotated[bool, typer.Option("--rerun", help="Measure again what is stored already.")]
Label = Annotated[
    str | None, typer.Option(metavar="NAME", help="Name this run, for diff, check and history.")
]
OutputFormat = Annotated[Format, typer.Option("--format", "-f")]
Output = Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE", help="Default: stdout.")]
Catalogs = Annotated[
    list[Path] | None,
    typer.Option(metavar="DIR", help="A catalogue of your own beside the built-in one."),
]
Cluster = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS|FILE",
        help="Send the cells to the workers of a Dask scheduler: tcp://…, tls://… or its file.",
    ),
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show every command that is run.")]


def names_of(arguments: Sequence[str] | None) -> list[str]:
    """The names of an option that may be repeated and may hold several, with commas, each once."""
    parts = (part.strip() for argument in arguments or () for part in argument.split(","))
    return list(dict.fromkeys(part for part in parts if part))


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


def import_of(argument: str) -> tuple[str, str]:
    """Name and rule of an ``--import`` argument.

    Raises:
        UsageError: It has not both.
    """
    name, separator, rule = argument.rpartition("=")
    if not (name and separator and rule):
        raise UsageError(
            f"--import takes MODULE.NAME=RULE, and {argument!r} is not that.",
            "For example: --import env.clock_ms=clock_ms",
        )
    return name, rule


def either(module: Path | None, workload: object) -> Path | None:
    """The module, if there is one and no workload beside it.

    Raises:
        UsageError: There are both.
    """
    if module is not None and workload:
        raise UsageError(
            "A module stands in the place of a workload: not both.", "Leave out --workload, or the module."
        )
    return module
