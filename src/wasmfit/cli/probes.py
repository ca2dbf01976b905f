"""``wasmfit probes``."""

from collections.abc import Sequence

from wasmfit.api.machine import probes
from wasmfit.json_text import dumped
from wasmfit.probe import Probe
from wasmfit.report.documents.machine import ProbeRecord, ProbesDocument

from .from_requests import from_requests
from .options import TextFormat, TextOptions
from .output import message, require_writable, write_result


def list_probes(output: TextOptions) -> None:
    """List the debug probes that are attached, for --on probe:SELECTOR."""
    require_writable(output.file)
    attached = probes()
    if output.format is TextFormat.JSON:
        write_result(dumped(probes_document(attached)), output.file)
    elif attached:
        lines = (
            f"{probe.selector}  {probe.name} ({probe.kind}){'' if probe.accessible else ', not accessible'}"
            for probe in attached
        )
        write_result("\n".join(lines), output.file)
    if not attached:
        message("No debug probe is attached. Without one, images run in the emulator alone.")


command = from_requests(list_probes)


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
