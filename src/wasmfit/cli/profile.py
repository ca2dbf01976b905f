"""``wasmfit profile``."""

from enum import StrEnum
from functools import partial
from typing import Annotated

import typer

from wasmfit.api.profiling import profile
from wasmfit.json_text import dumped
from wasmfit.model import Record
from wasmfit.report.documents.profile import FunctionRecord, ProfileDocument
from wasmfit.report.rows import rows_to_text
from wasmfit.report.terminal import terminal_width
from wasmfit.requests import ProfileRequest, RunSettings
from wasmfit.requests.experiment import ProfilePhase
from wasmfit.requests.option import Option
from wasmfit.run import Profiled
from wasmfit.table import Alignment, Table, text_column, value_column

from . import options
from .from_requests import from_requests
from .output import require_writable, write_result
from .progress import reported


class ProfileFormat(StrEnum):
    """What ``--format`` takes."""

    TABLE = "table"
    JSON = "json"
    FOLDED = "folded"


class ProfileOutput(Record):
    """As :class:`.options.OutputOptions`, with the formats of this command."""

    format: Annotated[
        ProfileFormat,
        Option(("--format", "-f"), None, f"{options.FORMAT} folded: stacks, for any flame graph tool."),
    ] = ProfileFormat.TABLE
    file: options.File = None
    verbose: options.Verbose = False
    quiet: options.Quiet = False


def profile_firmware(
    request: ProfileRequest,
    settings: RunSettings,
    output: ProfileOutput,
    top: Annotated[int, typer.Option(min=1, help="Rows of the table.")] = 25,
) -> None:
    """Say which functions of a firmware its instructions are spent in."""
    require_writable(output.file)
    with reported(
        settings, verbose=output.verbose, quiet=output.quiet, interrupted="Interrupted."
    ) as run_options:
        profiled = profile(request, run_options)
    match output.format:
        case ProfileFormat.TABLE:
            text = _table(profiled, top)
        case ProfileFormat.JSON:
            text = dumped(profile_document(profiled))
        case ProfileFormat.FOLDED:
            text = profiled.folded()
    write_result(text.rstrip("\n"), output.file)


command = from_requests(
    profile_firmware,
    leave_out=("expect", "expect_log", "on", "rerun", "rerun_failed", "measured", "jobs", "label", "cluster"),
)


def _table(profiled: Profiled, top: int) -> str:
    total = profiled.profile.total(profiled.phases) or 1
    rows = profiled.rows()
    shown, others = rows[:top], rows[top:]
    alone: list[int] = [row.alone for row in shown]
    inclusive: list[int | None] = [row.inclusive for row in shown]
    names = [row.function for row in shown]
    if rest := sum(row.alone for row in others):
        alone.append(rest)
        inclusive.append(None)
        names.append(f"[{len(others)} others]")
    columns = (
        value_column(("self",), alone, "{:,}".format),
        value_column(("",), [spent / total for spent in alone], "{:.1%}".format),
        value_column(("with callees",), inclusive, "{:,}".format),
        value_column(
            ("",), [None if spent is None else spent / total for spent in inclusive], "{:.1%}".format
        ),
        text_column(("function",), names, Alignment.LEFT),
    )
    phases = ", ".join(map(partial(_phase, profiled), profiled.phases))
    title = f"{profiled.cell}, {phases}: {total:,} instructions"
    labels = tuple(str(number) for number in range(1, len(alone) + 1))
    return rows_to_text(Table(title, labels, columns), terminal_width())


def _phase(profiled: Profiled, phase: str) -> str:
    """A phase in words: that of calls adds them up."""
    if phase != ProfilePhase.CALL or profiled.calls == 1:
        return phase
    return f"{profiled.calls} calls added up"


def profile_document(profiled: Profiled) -> ProfileDocument:
    """What ``profile --format json`` prints."""
    return ProfileDocument(
        cell=profiled.cell,
        phases=profiled.phases,
        instructions=profiled.profile.total(profiled.phases),
        functions=tuple(
            FunctionRecord(function=row.function, own=row.alone, inclusive=row.inclusive)
            for row in profiled.rows()
        ),
    )
