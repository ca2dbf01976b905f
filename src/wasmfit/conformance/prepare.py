"""What the device is given in the place of the suite's modules: them, or what a host step makes of them."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from wasmfit.builder import BuildError, BuildStep, Context, StepContext, digest, host
from wasmfit.builder.digest import Shared
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
        partial(_make, context, told, part),
        {"program": program, "suite": scripts},
    )


def _make(
    context: Context,
    told: tuple[str, ...],
    part: str,
    step: StepContext,
    made: Mapping[str, Path],
    place: Path,
) -> None:
    """Runs the program over all modules.

    Args:
        told: Its arguments.
        part: Whose modules.

    Raises:
        BuildError: It gave up.
    """
    step.progress("host step", 0, 0)
    command = [
        str(made["program"] / host.PROGRAM),
        BATCH,
        str(modules_of(made["suite"], part)),
        str(place / _FILE),
        *told,
    ]
    finished = context.runner.run(command, log=step.log, timeout=_SECONDS)
    if finished.code != 0:
        raise BuildError(f"the host step gave up: {finished.output.strip()[-200:]}")


def prepared(part: Part, place: Path | None) -> list[Prepared]:
    """The part's modules, by number.

    Args:
        part: The part.
        place: The folder of those that a host step has made of them, if the runtime needs one.

    Raises:
        BuildError: The file ends too early.
    """
    return list(modules(part.modules)) if place is None else unpacked((place / _FILE).read_bytes())


def unpacked(data: bytes) -> list[Prepared]:
    """Reads what a host step wrote: a count, then for each module whether it was taken, a length, bytes or
    words.

    Raises:
        BuildError: The file ends too early.
    """
    try:
        (count,), place = _COUNT.unpack_from(data), _COUNT.size
        found: list[Prepared] = []
        for _ in range(count):
            taken, length = _HEAD.unpack_from(data, place)
            place += _HEAD.size
            content = data[place : place + length]
            if len(content) < length:
                raise BuildError("what the host step wrote ends too early")
            found.append(
                content
                if taken
                else RefusedModule(escape_unprintable(content.decode(errors="replace"), _LONGEST))
            )
            place += length
    except struct.error as error:
        raise BuildError("what the host step wrote ends too early") from error
    return found
