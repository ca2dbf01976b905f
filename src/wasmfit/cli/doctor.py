"""``wasmfit doctor``."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from wasmfit.api.diagnosis import Diagnosis, doctor
from wasmfit.errors import MissingToolError
from wasmfit.json_text import dumped
from wasmfit.report import Format
from wasmfit.toolchain import Check
from wasmfit.words import escape_unprintable

from .output import write_result

_LONGEST = 1000
_INDENTED = " " * 9


def command(
    output_format: Annotated[
        Format, typer.Option("--format", "-f", help="table, or json, for a report of a bug.")
    ] = Format.TABLE,
    output: Annotated[Path | None, typer.Option("-o", "--output", metavar="FILE")] = None,
) -> None:
    """Try the tools that are found, and say what to do about those that are missing or do not work."""
    diagnosis = doctor()
    if output_format is Format.JSON:
        text = dumped(_contract(diagnosis))
    else:
        text = "\n".join(line for check in diagnosis.checks for line in _lines(check))
    write_result(text, output)
    if not diagnosis.ok:
        raise typer.Exit(MissingToolError.exit_code)


def _lines(check: Check) -> list[str]:
    first = f"{check.state.value:<9}{check.name}"
    found = "" if check.found is None else f": {check.found}"
    if check.ok:
        return [f"{first}{found}", *_proof(check)]
    lines = [
        f"{first}, which {check.purpose}{found}",
        f"{_INDENTED}{check.cause}",
        f"{_INDENTED}{check.remedy}",
    ]
    return [escape_unprintable(line, _LONGEST) for line in lines]


def _proof(check: Check) -> list[str]:
    if check.proof is None:
        return []
    when = ", tried before" if check.proof.remembered else f" ({check.proof.seconds:.1f} s)"
    return [escape_unprintable(f"{_INDENTED}{check.proof.words}{when}", _LONGEST)]


def _contract(diagnosis: Diagnosis) -> dict[str, Any]:
    system = diagnosis.system
    manager = None if system.manager is None else system.manager.program
    return {
        "schema": 1,
        "wasmfit": diagnosis.wasmfit,
        "python": diagnosis.python,
        "system": {"title": system.title, "machine": diagnosis.machine, "package_manager": manager},
        "seconds": diagnosis.seconds,
        "tools": [_tool(check) for check in diagnosis.checks],
    }


def _tool(check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "tool": check.need,
        "purpose": check.purpose,
        "state": check.state.value,
        "ok": check.ok,
        "needed": check.needed,
        "found": check.found,
        "path": None if check.path is None else str(check.path),
        "version": check.version or None,
        "cause": check.cause or None,
        "lacks": check.cause,
        "remedy": check.remedy or None,
        "commands": list(check.commands),
        "proof": None if check.proof is None else asdict(check.proof),
    }
