"""``wasmfit versions``."""

from dataclasses import asdict, fields
from pathlib import Path
from typing import Annotated

import typer

from wasmfit.api.versions import RuntimeReleases, versions
from wasmfit.json_text import dumped
from wasmfit.words import escape_unprintable

from .output import write_result

_LONGEST = 500


def command(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME]...", help="Runtimes, or patterns of them.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON instead of a table.")] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Default: stdout.")
    ] = None,
    catalog: Annotated[
        list[Path] | None,
        typer.Option(metavar="DIR", help="A catalogue of your own next to the built-in one."),
    ] = None,
) -> None:
    """Ask registries for newer releases of runtimes, and say why each is not measured."""
    found = versions(names or (), catalogs=catalog or ())
    text = dumped({"schema": 1, "runtimes": [asdict(one) for one in found]}) if as_json else _table(found)
    write_result(text, output)


def _table(found: tuple[RuntimeReleases, ...]) -> str:
    """Columns as wide as they have to be; the reason ends the line."""
    names = [field.name for field in fields(RuntimeReleases)]
    rows = [[name.replace("why", "") for name in names]]
    rows += [
        [
            escape_unprintable(str(value) if value is not None else "-", _LONGEST)
            for value in asdict(one).values()
        ]
        for one in found
    ]
    widths = [max(len(row[at]) for row in rows) for at in range(len(names) - 1)]
    return "\n".join(
        "  ".join((*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1])).rstrip()
        for row in rows
    )
