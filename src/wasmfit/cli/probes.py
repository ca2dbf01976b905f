"""``wasmfit probes``."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from wasmfit.api.machine import probes
from wasmfit.json_text import dumped
from wasmfit.report import Format

from .output import message, require_writable, write_result


def command(
    output_format: Annotated[Format, typer.Option("--format", "-f", help="table or json.")] = Format.TABLE,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE")] = None,
) -> None:
    """List the debug probes that are attached, for --on probe:SELECTOR."""
    require_writable(output)
    attached = probes()
    if output_format is Format.JSON:
        write_result(dumped({"schema": 1, "probes": [asdict(probe) for probe in attached]}), output)
    elif attached:
        lines = (
            f"{probe.selector}  {probe.name} ({probe.kind}){'' if probe.accessible else ', not accessible'}"
            for probe in attached
        )
        write_result("\n".join(lines), output)
    if not attached:
        message("No debug probe is attached. Without one, images run in the emulator alone.")
