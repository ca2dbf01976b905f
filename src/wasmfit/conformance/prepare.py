"""What the device is given in the place of the suite's modules: them, or what a host step makes of them."""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from wasmfit.builder import BuildError, BuildStep, Context, StepContext, digest, host, host_tool
from wasmfit.builder.digest import Shared
from wasmfit.model import Build
from wasmfit.words import escape_unprintable

from .cell import PartCell
from .script import Part, modules, modules_of

_SECONDS = 1800
_HEAD = struct.Struct("<BI")
_COUNT = struct.Struct("<I")
_LONGEST = 160
_FILE = "modules.bin"

BATCH = "--batch"
"""Tells a host step's program to take a file of modules and write another: docs/adding-a-runtime.md."""


@dataclass(frozen=True)
class RefusedModule:
    """A module that the host step refused, in its words: the device never sees it."""

    words: str


Prepared = bytes | RefusedModule


def step(context: Context, cell: PartCell, scripts: BuildStep, shared: Shared) -> BuildStep | None:
    """Has the host step prepare a part's modules; ``None`` where a runtime needs none.

    Args:
        scripts: What makes the suite's scripts and modules.
    """
    build, part = cell.build, cell.part
    program = host.step(context, build, shared)
    if program is None:
        return None
    told = host.arguments(build, cell.board.target)
    return BuildStep(
        "prepared",
        digest.of("suite modules", program.key, told, scripts.key, part),
        f"modules of {part} for {build.label}",
        partial(_make, context, build, told, part, program.kind),
        {"program": program, "suite": scripts},
    )


def _make(
    context: Context,
    build: Build,
    told: tuple[str, ...],
    part: str,
    kind: str,
    step: StepContext,
    built: Mapping[str, Path],
    artefact: Path,
) -> None:
    """Runs the program over all modules.

    Args:
        told: Its arguments.
        part: Whose modules.

    Raises:
        BuildError: It gave up.
    """
    step.progress("host step", 0, 0)
    given = modules_of(built["suite"], part)
    if kind == host_tool.KIND:
        program = built["program"] / host_tool.PROGRAM
        of_each = host_tool.each(context, program, build, modules(given))
        (artefact / _FILE).write_bytes(packed_modules(of_each))
        return
    command = [
        str(built["program"] / host.PROGRAM),
        BATCH,
        str(given),
        str(artefact / _FILE),
        *told,
    ]
    finished = context.runner.run(command, log=step.log, timeout=_SECONDS)
    if finished.code != 0:
        raise BuildError(f"the host step gave up: {finished.output.strip()[-200:]}")


def packed_modules(made: Iterable[bytes | str]) -> bytes:
    """What a host step would write that made these of modules, or had these words for them."""
    parts = [
        _HEAD.pack(isinstance(one, bytes), len(content)) + content
        for one in made
        for content in (one if isinstance(one, bytes) else one.encode(),)
    ]
    return _COUNT.pack(len(parts)) + b"".join(parts)


def prepared(part: Part, folder: Path | None) -> list[Prepared]:
    """The part's modules, by number.

    Args:
        part: The part.
        place: The folder of those that a host step has made of them, if the runtime needs one.

    Raises:
        BuildError: The file ends too early.
    """
    return list(modules(part.modules)) if folder is None else unpacked((folder / _FILE).read_bytes())


def unpacked(data: bytes) -> list[Prepared]:
    """Reads what a host step wrote: a count, then for each module whether it was taken, a length, bytes or
    words.

    Raises:
        BuildError: The file ends too early.
    """
    try:
        (count,), offset = _COUNT.unpack_from(data), _COUNT.size
        taken_modules: list[Prepared] = []
        for _ in range(count):
            taken, length = _HEAD.unpack_from(data, offset)
            offset += _HEAD.size
            content = data[offset : offset + length]
            if len(content) < length:
                raise BuildError("what the host step wrote ends too early")
            taken_modules.append(
                content
                if taken
                else RefusedModule(escape_unprintable(content.decode(errors="replace"), _LONGEST))
            )
            offset += length
    except struct.error as error:
        raise BuildError("what the host step wrote ends too early") from error
    return taken_modules
