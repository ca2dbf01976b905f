"""``wasmfit probes``."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from wasmfit.api import probes
from wasmfit.json_text import dumped
from wasmfit.report import Format

from . import say


def command(
    output_format: Annotated[Format, typer.Option("--format", "-f", help="table or json.")] = Format.TABLE,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE")] = None,
) -> None:
    """List the debug probes that are attached, for --on probe:SELECTOR."""
    say.check(output)
    found = probes()
    if output_format is Format.JSON:
        say.result(dumped({"schema": 1, "probes": [asdict(one) for one in found]}), output)
    elif found:
        lines = (
            f"{one.selector}  {one.name} ({one.kind}){'' if one.accessible else ', not accessible'}"
            for one in found
        )
        say.result("\n".join(lines), output)
    if not found:
        say.human("No debug probe is attached. Without one, images run in the emulator alone.")
