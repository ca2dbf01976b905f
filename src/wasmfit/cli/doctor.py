"""``wasmfit doctor``."""

from collections.abc import Iterator
from typing import Annotated

import typer

from wasmfit.api.diagnosis import Diagnosis, doctor
from wasmfit.errors import MissingToolError, UsageError
from wasmfit.home import Home
from wasmfit.json_text import dumped
from wasmfit.report.documents.machine import DiagnosisDocument, ProofRecord, SystemRecord, ToolRecord
from wasmfit.report.rows import wrapped
from wasmfit.report.terminal import terminal_width
from wasmfit.toolchain import Check
from wasmfit.words import escape_unprintable

from .failure_report import last_failure, without_home
from .from_requests import from_requests
from .options import TextFormat, TextOptions
from .output import write_result

_LONGEST = 1000
_INDENTED = " " * 9


def diagnose(
    output: TextOptions,
    report: Annotated[
        bool,
        typer.Option(
            "--report",
            help="Print what belongs into an issue: the last failure of wasmfit itself, versions and tools.",
        ),
    ] = False,
) -> None:
    """Try the tools that are found, and say what to do about those that are missing or do not work."""
    if report:
        if output.format is not TextFormat.TABLE:
            raise UsageError(
                "A report for an issue is Markdown, and has no other format.", "Leave out --format."
            )
        write_result(_report(), output.file)
        return
    diagnosis = doctor()
    text = dumped(diagnosis_document(diagnosis)) if output.format is TextFormat.JSON else _text(diagnosis)
    write_result(text, output.file)
    if not diagnosis.ok:
        raise typer.Exit(MissingToolError.exit_code)


command = from_requests(diagnose)


def _possible(diagnosis: Diagnosis) -> list[str]:
    """What can be done all the same."""
    if not diagnosis.possible:
        return []
    width = terminal_width()
    lines = (line for words in diagnosis.possible for line in wrapped(f"{words}.", width, "  ", "  "))
    return ["", "Possible without what is missing:", *lines]


def _report() -> str:
    """An issue's text; what cannot be found out is said there."""
    try:
        diagnosis = doctor()
        tools = f"{diagnosis.system.title}, {diagnosis.machine}\n{_text(diagnosis)}"
    except Exception as error:  # noqa: BLE001 - the report may be of that very failure
        tools = f"doctor failed: {type(error).__name__}: {error}"
    indented = "\n".join(f"    {line}" for line in tools.splitlines())
    return f"{last_failure(Home.folder())}\n\n### Tools\n\n{without_home(indented)}"


def _text(diagnosis: Diagnosis) -> str:
    lines = [line for check in diagnosis.checks for line in _lines(check)]
    return "\n".join([*lines, *_possible(diagnosis)])


def _lines(check: Check) -> list[str]:
    first = f"{check.state.value:<9}{check.name}"
    location = "" if check.found is None else f": {check.found}"
    if check.ok:
        return [*_wrapped(f"{first}{location}"), *_proof(check)]
    lines = (*_wrapped(f"{first}, which {check.purpose}{location}"), *_wrapped(check.cause, _INDENTED))
    # On one line, since there are commands in it to be pasted.
    return [*lines, escape_unprintable(f"{_INDENTED}{check.remedy}", _LONGEST)]


def _wrapped(text: str, first: str = "") -> Iterator[str]:
    return wrapped(escape_unprintable(text, _LONGEST), terminal_width(), first, _INDENTED)


def _proof(check: Check) -> list[str]:
    if check.proof is None:
        return []
    when = ", tried before" if check.proof.remembered else f" ({check.proof.seconds:.1f} s)"
    return list(_wrapped(f"{check.proof.words}{when}", _INDENTED))


def diagnosis_document(diagnosis: Diagnosis) -> DiagnosisDocument:
    """What ``doctor --format json`` prints."""
    system = diagnosis.system
    return DiagnosisDocument(
        wasmfit=diagnosis.wasmfit,
        python=diagnosis.python,
        system=SystemRecord(
            title=system.title,
            machine=diagnosis.machine,
            package_manager=None if system.manager is None else system.manager.program,
        ),
        seconds=diagnosis.seconds,
        tools=tuple(map(_tool, diagnosis.checks)),
        possible=diagnosis.possible,
    )


def _tool(check: Check) -> ToolRecord:
    proof = check.proof
    return ToolRecord(
        name=check.name,
        tool=check.need,
        purpose=check.purpose,
        state=check.state.value,
        ok=check.ok,
        needed=check.needed,
        found=check.found,
        path=None if check.path is None else str(check.path),
        version=check.version or None,
        cause=check.cause or None,
        lacks=check.cause,
        remedy=check.remedy or None,
        commands=check.commands,
        proof=None
        if proof is None
        else ProofRecord(words=proof.words, seconds=proof.seconds, remembered=proof.remembered),
    )
