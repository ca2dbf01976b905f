"""``wasmfit compare``."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from wasmfit.api import compare
from wasmfit.errors import UsageError
from wasmfit.model import Measurement
from wasmfit.report import FORMATS, Format
from wasmfit.results import Comparison

from . import say
from .cluster import ClusterOption
from .progress import Watch

INTERRUPTED = 130
"""Exit code of a program that its user interrupted, as shells have it."""

INTERRUPTED_WORDS = "Interrupted. Finished cells are stored; the same command goes on where this one stopped."


def command(
    module: Annotated[
        Path | None,
        typer.Argument(
            metavar="[MODULE.wasm]",
            help="A module of your own, in the place of a workload.",
            show_default=False,
        ),
    ] = None,
    call: Annotated[
        list[str] | None,
        typer.Option(
            metavar="'NAME(1, 2)'",
            help="A call of the module's export. May be repeated: the last is the steady call.",
        ),
    ] = None,
    expect: Annotated[
        list[str] | None,
        typer.Option(metavar="VALUE", help="What the call returns; floats may have a tolerance: 3.14~0.01."),
    ] = None,
    import_: Annotated[
        list[str] | None,
        typer.Option(
            "--import",
            metavar="MODULE.NAME=RULE",
            help="What answers an import: noop, a number, clock_ms, clock_us, random, log or trap.",
        ),
    ] = None,
    stub_all: Annotated[
        bool, typer.Option("--stub-all", help="Imports that are not named do nothing and return 0.")
    ] = False,
    runtime: Annotated[
        list[str] | None,
        typer.Option(
            "--runtime",
            "-r",
            metavar="R",
            help="Runtime, R@VERSION, a pattern, newest or all. Default: newest, one version of each.",
        ),
    ] = None,
    workload: Annotated[
        list[str] | None, typer.Option(metavar="W", help="Workload. Default: add-with-extra.")
    ] = None,
    board: Annotated[
        list[str] | None, typer.Option("--board", "-b", metavar="B", help="Default: nrf52840dk.")
    ] = None,
    base: Annotated[list[str] | None, typer.Option(metavar="BASE", help="Default: bare.")] = None,
    profile: Annotated[
        list[str] | None, typer.Option("--profile", "-p", metavar="P", help="Default: reference.")
    ] = None,
    select: Annotated[
        list[str] | None, typer.Option(metavar="GLOB", help="Only cells whose id matches.")
    ] = None,
    source: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RUNTIME=PATH",
            help="A working tree of a runtime, measured beside its release. May be repeated.",
        ),
    ] = None,
    rerun: Annotated[bool, typer.Option("--rerun", help="Measure again what is stored already.")] = False,
    output_format: Annotated[Format, typer.Option("--format", "-f")] = Format.TABLE,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Default: stdout.")
    ] = None,
    catalog: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="A catalogue of your own beside the built-in one."),
    ] = None,
    cluster: ClusterOption = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show every command that is run.")] = False,
) -> None:
    """Build, check, run and compare runtimes on a board."""
    say.check(output)
    try:
        with Watch() as watch:
            comparison = compare(
                runtimes=runtime or (),
                module=_only(module, workload),
                calls=call or (),
                expect=expect or (),
                imports=dict(_import(one) for one in import_ or ()),
                stub_all=stub_all,
                workloads=workload or ("add-with-extra",),
                boards=board or ("nrf52840dk",),
                bases=base or ("bare",),
                profiles=profile or ("reference",),
                select=select or (),
                sources=[source_of(one) for one in source or ()],
                rerun=rerun,
                catalogs=catalog or (),
                cluster=cluster,
                listener=watch,
                echo=say.human if verbose else None,
            )
    except KeyboardInterrupt:
        # Typer's own handling would say no more than "Aborted".
        say.human(INTERRUPTED_WORDS)
        raise typer.Exit(INTERRUPTED) from None
    say.result(FORMATS[output_format](comparison), output)
    tell_end(comparison, comparison.failed)


def tell_end(comparison: Comparison, failed: Sequence[Measurement]) -> None:
    """Says how many cells there were and which failed: if any did, the exit code is 1."""
    cells, reused, seconds = len(comparison.measurements), comparison.reused, comparison.seconds
    say.human(f"{cells} cells ({reused} from the store) in {seconds:.1f} s.")
    for one in failed:
        say.human(f"{one.id}: {one.status.value}: {one.reason} (log: {one.provenance.log})")
    if failed:
        raise typer.Exit(1)


def source_of(argument: str) -> tuple[str, Path]:
    """Runtime and folder of a ``--source`` argument."""
    name, separator, path = argument.partition("=")
    if not (name and separator and path):
        raise UsageError(
            f"--source takes RUNTIME=PATH, and {argument!r} is not that.",
            "For example: --source wasmi=../wasmi",
        )
    return name, Path(path)


def _only(module: Path | None, workload: list[str] | None) -> Path | None:
    if module is not None and workload:
        raise UsageError(
            "A comparison has a module or workloads, not both.", "Leave out --workload, or the module."
        )
    return module


def _import(argument: str) -> tuple[str, str]:
    name, separator, rule = argument.rpartition("=")
    if not (name and separator and rule):
        raise UsageError(
            f"--import takes MODULE.NAME=RULE, and {argument!r} is not that.",
            "For example: --import env.clock_ms=clock_ms",
        )
    return name, rule
