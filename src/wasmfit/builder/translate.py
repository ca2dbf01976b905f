"""A module → C, by a program of the runtime's own package, for what is compiled ahead of time."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from wasmfit.model import Build, Translator

from . import calls, digest, module, sources
from .context import Context, StepContext
from .host import MEMORY, refusal
from .spec import FirmwareSpec
from .step import BuildStep

_SECONDS = 300
_SYMBOL = "symbol"
_FOLDER = "c"


@dataclass(frozen=True)
class Translated:
    """A module that has become C.

    Attributes:
        folder: The folder that holds it and its header, and nothing else.
        source: The C file.
        symbol: As of :class:`~wasmfit.builder.calls.Entry`.
        calls: The file of that C.
    """

    folder: Path
    source: Path
    symbol: str | None
    calls: Path | None = None

    @classmethod
    def at(cls, artefact: Path, build: Build) -> Translated:
        """What a step has made."""
        folder, written = artefact / _FOLDER, artefact / _SYMBOL
        entry = folder / calls.NAME
        return cls(
            folder,
            folder / _rule(build).output,
            written.read_text(encoding="utf-8") if written.is_file() else None,
            entry if entry.is_file() else None,
        )


def step(context: Context, spec: FirmwareSpec, wasm: BuildStep) -> BuildStep:
    """Translates the module."""
    made_from = spec.build.version.source, _rule(spec.build), wasm.key, spec.payload.job_key
    return BuildStep(
        "prepared",
        digest.of("translated", *made_from),
        f"C of {spec.payload.name}",
        partial(_make, context, spec),
        {"module": wasm},
    )


def _make(
    context: Context, spec: FirmwareSpec, step: StepContext, built: Mapping[str, Path], artefact: Path
) -> None:
    """Runs the program.

    Raises:
        BuildError: The program refuses the module, or the module has no such export.
    """
    rule, wasm = _rule(spec.build), built["module"] / module.NAME
    program, folder = artefact / "program", artefact / _FOLDER
    # A wheel is an archive, whose files may come without the right to be run.
    shutil.copy(sources.package_folder(context, step, spec.build) / rule.program, program)
    program.chmod(0o755)
    folder.mkdir()
    values = {"module": str(wasm), "output": rule.output}
    command = [str(program), *(argument.format_map(values) for argument in rule.arguments)]
    finished = context.runner.run(command, cwd=folder, log=step.log, timeout=_SECONDS, memory=MEMORY)
    program.unlink()
    if finished.code != 0:
        raise refusal(Path(rule.program).name, finished)
    header = (folder / rule.header).read_text(encoding="utf-8")
    entry = spec.payload.entry(rule, header, (folder / rule.output).read_text(encoding="utf-8"))
    if entry.calls is not None:
        (folder / calls.NAME).write_text(entry.calls, encoding="ascii")
    if entry.symbol is not None:
        (artefact / _SYMBOL).write_text(entry.symbol, encoding="utf-8")


def _rule(build: Build) -> Translator:
    assert build.runtime.c is not None
    assert build.runtime.c.translator is not None
    return build.runtime.c.translator
