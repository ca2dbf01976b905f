"""``wasmfit profile``."""

from enum import StrEnum
from typing import Annotated

import typer

from wasmfit.api import profile
from wasmfit.json_text import dumped
from wasmfit.run import Profiled
from wasmfit.words import printable

from . import options, say


class Shape(StrEnum):
    """What ``--format`` takes."""

    TABLE = "table"
    JSON = "json"
    FOLDED = "folded"


class Phase(StrEnum):
    """What ``--phase`` takes."""

    LOAD = "load"
    INSTANTIATE = "instantiate"
    CALL = "call"


def command(
    runtime: Annotated[str, typer.Option("--runtime", "-r", metavar="R", help="Runtime or R@VERSION.")],
    module: options.Module = None,
    call: options.Calls = None,
    import_: options.Imports = None,
    stub_all: options.StubAll = False,
    workload: Annotated[
        str | None,
        typer.Option("--workload", "-w", metavar="W", help="Workload. Default: add-with-extra."),
    ] = None,
    board: Annotated[str, typer.Option("--board", "-b", metavar="B")] = "nrf52840dk",
    profile_name: Annotated[str, typer.Option("--profile", "-p", metavar="P")] = "reference",
    phase: Annotated[list[Phase] | None, typer.Option(help="Phases to look at. Default: call.")] = None,
    top: Annotated[int, typer.Option(min=1, help="Rows of the table.")] = 25,
    output_format: Annotated[
        Shape, typer.Option("--format", "-f", help="folded: stacks, for any flame graph tool.")
    ] = Shape.TABLE,
    output: options.Output = None,
    catalog: options.Catalogs = None,
) -> None:
    """Say which functions of a firmware its instructions are spent in."""
    say.check(output)
    found = profile(
        runtime,
        workload=workload or "add-with-extra",
        module=options.either(module, workload),
        calls=call or (),
        imports=dict(options.import_of(one) for one in import_ or ()),
        stub_all=stub_all,
        board=board,
        profile=profile_name,
        phases=[one.value for one in phase or (Phase.CALL,)],
        catalogs=catalog or (),
    )
    shapes = {Shape.TABLE: lambda: _table(found, top), Shape.JSON: lambda: _json(found)}
    say.result(shapes.get(output_format, found.folded)().rstrip("\n"), output)


def _table(found: Profiled, top: int) -> str:
    total = found.profile.total(found.phases) or 1
    rows = found.rows()
    lines = [
        f"{found.cell}, {', '.join(found.phases)}: {total:,} instructions",
        "",
        f"{'self':>14} {'':>6} {'with callees':>14} {'':>6}  function",
    ]
    lines += [
        f"{row.alone:>14,} {row.alone / total:>6.1%} {row.inclusive:>14,} {row.inclusive / total:>6.1%}  "
        f"{printable(row.function, 160)}"
        for row in rows[:top]
    ]
    rest = sum(row.alone for row in rows[top:])
    if rest:
        lines.append(f"{rest:>14,} {rest / total:>6.1%} {'':>14} {'':>6}  [{len(rows) - top} others]")
    return "\n".join(lines)


def _json(found: Profiled) -> str:
    functions = [
        {"function": row.function, "self": row.alone, "inclusive": row.inclusive} for row in found.rows()
    ]
    total = found.profile.total(found.phases)
    return dumped(
        {
            "schema": 1,
            "cell": found.cell,
            "phases": found.phases,
            "instructions": total,
            "functions": functions,
        }
    )
