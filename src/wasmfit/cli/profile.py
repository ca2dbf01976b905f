"""``wasmfit profile``."""

from collections.abc import Sequence
from enum import StrEnum
from functools import partial
from typing import Annotated, get_args

import typer

from wasmfit.api.profiling import heap_profile, profile
from wasmfit.json_text import dumped
from wasmfit.model import HeapClass, Record
from wasmfit.report.documents.profile import (
    FunctionRecord,
    HeapProfileDocument,
    HeapPurposeRecord,
    HeapSiteRecord,
    ProfileDocument,
)
from wasmfit.report.rows import rows_to_text
from wasmfit.report.terminal import terminal_width
from wasmfit.requests import ProfileRequest, RunSettings
from wasmfit.requests.experiment import ProfilePhase
from wasmfit.requests.option import Option
from wasmfit.run import HeapProfiled, HeapSite, Profiled
from wasmfit.table import Alignment, Table, text_column, value_column
from wasmfit.words import counted

from . import options
from .from_requests import from_requests
from .output import require_writable, write_result
from .progress import reported

_PHASES = ("start", "load", "instantiate", "call", "idle", "done")
"""Phases that ask for blocks, in order."""


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
    heap: Annotated[
        bool, typer.Option("--heap", help="Say what the heap is used for at its peak, and who asked for it.")
    ] = False,
) -> None:
    """Say which functions of a firmware its instructions are spent in, or its heap is used by."""
    require_writable(output.file)
    with reported(
        settings, verbose=output.verbose, quiet=output.quiet, interrupted="Interrupted."
    ) as run_options:
        if heap:
            text = _heap_text(heap_profile(request, run_options), output.format, top)
        else:
            text = _text(profile(request, run_options), output.format, top)
    write_result(text.rstrip("\n"), output.file)


def _text(profiled: Profiled, form: ProfileFormat, top: int) -> str:
    match form:
        case ProfileFormat.TABLE:
            return _table(profiled, top)
        case ProfileFormat.JSON:
            return dumped(profile_document(profiled))
        case ProfileFormat.FOLDED:
            return profiled.folded()


def _heap_text(profiled: HeapProfiled, form: ProfileFormat, top: int) -> str:
    match form:
        case ProfileFormat.TABLE:
            return "\n\n".join((_purposes(profiled), _sites(profiled, top)))
        case ProfileFormat.JSON:
            return dumped(heap_profile_document(profiled))
        case ProfileFormat.FOLDED:
            return profiled.folded()


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
        names.append(f"[{counted(len(others), 'other')}]")
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


def _purposes(profiled: HeapProfiled) -> str:
    """Purposes in rows, phases in columns."""
    sizes = profiled.by_purpose
    phases = [phase for phase in _PHASES if any(phase == one for one, _ in sizes)]
    purposes = [purpose for purpose in get_args(HeapClass) if any(purpose == one for _, one in sizes)]
    sums = [sum(sizes.get((phase, purpose), 0) for phase in phases) for purpose in purposes]
    columns = (
        *(
            value_column(
                (phase,),
                [
                    *(sizes.get((phase, purpose)) for purpose in purposes),
                    sum(size for (one, _), size in sizes.items() if one == phase),
                ],
                "{:,}".format,
            )
            for phase in phases
        ),
        value_column(("all",), [*sums, profiled.peak], "{:,}".format),
    )
    title = f"{profiled.cell}: heap at its peak, B, by the phase that asked for it"
    labels = (*(purpose.replace("-", " ") for purpose in purposes), "all")
    return rows_to_text(Table(title, labels, columns), terminal_width())


def _sites(profiled: HeapProfiled, top: int) -> str:
    everything = (*profiled.linear_sites, *profiled.sites)
    shown, others = everything[:top], everything[top:]
    more = (
        [HeapSite("", "other", f"[{counted(len(others), 'other')}]", sum(one.size for one in others), 0)]
        if others
        else []
    )
    rows = [*shown, *more]
    columns = (
        value_column(("B",), [one.size for one in rows], "{:,}".format),
        value_column(("blocks",), [one.blocks or None for one in rows], "{:,}".format),
        text_column(("phase",), [one.phase for one in rows], Alignment.LEFT),
        text_column(
            ("for",), [one.purpose.replace("-", " ") if one.phase else "" for one in rows], Alignment.LEFT
        ),
        text_column(("asked for by",), [one.function for one in rows], Alignment.LEFT),
    )
    title = (
        f"Who asked for it; linear memory, at its own peak of {profiled.linear_memory:,} B, first"
        if profiled.linear_memory
        else "Who asked for it"
    )
    labels = tuple(str(number) for number in range(1, len(rows) + 1))
    return rows_to_text(Table(title, labels, columns), terminal_width())


def _phase(profiled: Profiled, phase: str) -> str:
    """A phase in words: that of calls adds them up."""
    if phase != ProfilePhase.CALL or profiled.calls == 1:
        return phase
    return f"{profiled.calls} calls added up"


def heap_profile_document(profiled: HeapProfiled) -> HeapProfileDocument:
    """What ``profile --heap --format json`` prints."""

    def records(sites: Sequence[HeapSite]) -> tuple[HeapSiteRecord, ...]:
        return tuple(
            HeapSiteRecord(
                phase=site.phase,
                purpose=site.purpose,
                function=site.function,
                bytes=site.size,
                blocks=site.blocks,
            )
            for site in sites
        )

    return HeapProfileDocument(
        cell=profiled.cell,
        heap_peak=profiled.peak,
        linear_memory=profiled.linear_memory,
        purposes=tuple(
            HeapPurposeRecord(phase=phase, purpose=purpose, bytes=size)
            for (phase, purpose), size in sorted(profiled.by_purpose.items(), key=lambda item: -item[1])
        ),
        sites=records(profiled.sites),
        linear_sites=records(profiled.linear_sites),
    )


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
