"""What the device is given in the place of the suite's modules: them, or what a host step makes of them."""

import struct
from dataclasses import dataclass
from pathlib import Path

from wasmfit.builder import BuildError, Context, Step, digest, host
from wasmfit.model import Build
from wasmfit.words import printable

from .script import Part, modules

_SECONDS = 1800
_HEAD = struct.Struct("<BI")
_COUNT = struct.Struct("<I")
_LONGEST = 160

BATCH = "--batch"
"""Tells a host step's program to take a file of modules and write another: docs/adding-a-runtime.md."""


@dataclass(frozen=True)
class Refused:
    """A module that the host step refused, in its words: the device never sees it."""

    words: str


Prepared = bytes | Refused


def key(context: Context, build: Build, part: Part) -> str:
    """Digest of all that decides what the device is given."""
    made_by = host.key(context, build) if build.version.host_dependencies else None
    return digest.of("suite modules", made_by, build.variant.host_arguments, digest.file(part.modules))


def prepared(context: Context, step: Step, build: Build, part: Part) -> list[Prepared]:
    """The part's modules, by number.

    Raises:
        BuildError: There is no program for the host step, or it gave up.
    """
    if not build.version.host_dependencies:
        return list(modules(part.modules))
    program = host.program(context, step, build)

    def make(place: Path) -> None:
        step.progress("host step", 0, 0)
        command = [
            str(program),
            BATCH,
            str(part.modules),
            str(place / "modules.bin"),
            *build.variant.host_arguments,
        ]
        finished = context.gateway.run(command, log=step.log, timeout=_SECONDS)
        if finished.code != 0:
            raise BuildError(f"the host step gave up: {finished.output.strip()[-200:]}")

    folder = context.cache.get("prepared", key(context, build, part), make)
    return unpacked((folder / "modules.bin").read_bytes())


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
            found.append(content if taken else Refused(printable(content.decode(errors="replace"), _LONGEST)))
            place += length
    except struct.error as error:
        raise BuildError("what the host step wrote ends too early") from error
    return found
