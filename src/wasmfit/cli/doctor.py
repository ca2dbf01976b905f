"""``wasmfit doctor``."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from wasmfit.api import doctor
from wasmfit.errors import MissingToolError
from wasmfit.json_text import dumped
from wasmfit.report import Format
from wasmfit.toolchain import Check

from . import say


def command(
    output_format: Annotated[Format, typer.Option("--format", "-f", help="table or json.")] = Format.TABLE,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE")] = None,
) -> None:
    """List the tools that are found, their versions, and how to install what is missing."""
    found = doctor()
    if output_format is Format.JSON:
        text = dumped({"schema": 1, "tools": [asdict(check) | {"ok": check.ok} for check in found]})
    else:
        text = "\n".join(_line(check) for check in found)
    say.result(text, output)
    if not all(check.ok for check in found):
        raise typer.Exit(MissingToolError.exit_code)


def _line(check: Check) -> str:
    if check.ok:
        return f"ok       {check.name}: {check.found}"
    there = "" if check.found is None else f" {check.found}:"
    first = f"{check.state.value:<8} {check.name} ({check.purpose}):{there} {check.cause}"
    return f"{first}\n         {check.remedy}"
