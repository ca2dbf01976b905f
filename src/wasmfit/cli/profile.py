"""``wasmfit profile``."""

from enum import StrEnum
from functools import partial
from typing import Annotated

import typer

from wasmfit.api.profiling import profile
from wasmfit.json_text import dumped
from wasmfit.model import Record
from wasmfit.requests import ProfileRequest, RunSettings
from wasmfit.requests.experiment import ProfilePhase
from wasmfit.requests.option import Option
from wasmfit.run import Profiled
from wasmfit.words import escape_unprintable

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
        ProfileFormat, Option(("--format", "-f"), None, "folded: stacks, for any flame graph tool.")
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
            text = _json(profiled)
        case ProfileFormat.FOLDED:
            text = profiled.folded()
    write_result(text.rstrip("\n"), output.file)


command = from_requests(
    profile_firmware,
    leave_out=("expect", "expect_log", "on", "rerun", "rerun_failed", "jobs", "label", "cluster"),
)


def _table(profiled: Profiled, top: int) -> str:
    total = profiled.profile.total(profiled.phases) or 1
    rows = profiled.rows()
    phases = ", ".join(map(partial(_phase, profiled), profiled.phases))
    lines = [
        f"{profiled.cell}, {phases}: {total:,} instructions",
        "",
        f"{'self':>14} {'':>6} {'with callees':>14} {'':>6}  function",
    ]
    lines += [
        f"{row.alone:>14,} {row.alone / total:>6.1%} {row.inclusive:>14,} {row.inclusive / total:>6.1%}  "
        f"{escape_unprintable(row.function, 160)}"
        for row in rows[:top]
    ]
    rest = sum(row.alone for row in rows[top:])
    if rest:
        lines.append(f"{rest:>14,} {rest / total:>6.1%} {'':>14} {'':>6}  [{len(rows) - top} others]")
    return "\n".join(lines)


def _phase(profiled: Profiled, phase: str) -> str:
    """A phase in words: that of calls adds them up."""
    if phase != ProfilePhase.CALL or profiled.calls == 1:
        return phase
    return f"{profiled.calls} calls added up"


def _json(profiled: Profiled) -> str:
    functions = [
        {"function": row.function, "self": row.alone, "inclusive": row.inclusive} for row in profiled.rows()
    ]
    total = profiled.profile.total(profiled.phases)
    return dumped(
        {
            "schema": 1,
            "cell": profiled.cell,
            "phases": profiled.phases,
            "instructions": total,
            "functions": functions,
        }
    )
