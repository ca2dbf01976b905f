"""``wasmfit probes``."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from wasmfit.api.machine import probes
from wasmfit.json_text import dumped
from wasmfit.probe import Probe
from wasmfit.report import Format
from wasmfit.report.documents.machine import ProbeRecord, ProbesDocument

from .output import message, require_writable, write_result


def command(
    output_format: Annotated[Format, typer.Option("--format", "-f", help="table or json.")] = Format.TABLE,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE")] = None,
) -> None:
    """List the debug probes that are attached, for --on probe:SELECTOR."""
    require_writable(output)
    attached = probes()
    if output_format is Format.JSON:
        write_result(dumped(probes_document(attached)), output)
    elif attached:
        lines = (
            f"{probe.selector}  {probe.name} ({probe.kind}){'' if probe.accessible else ', not accessible'}"
            for probe in attached
        )
        write_result("\n".join(lines), output)
    if not attached:
        message("No debug probe is attached. Without one, images run in the emulator alone.")


def probes_document(attached: Sequence[Probe]) -> ProbesDocument:
    """What ``probes --format json`` prints."""
    return ProbesDocument(
        probes=tuple(
            ProbeRecord(
                name=probe.name, selector=probe.selector, kind=probe.kind, accessible=probe.accessible
            )
            for probe in attached
        )
    )
