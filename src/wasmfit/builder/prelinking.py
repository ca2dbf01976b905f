"""Making images that take any module (:mod:`wasmfit.builder.prelinked`), for wasmfit-images."""

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import Field

from wasmfit.model import MemoryMap, Record, Region, Status

from . import digest, prelinked, relinked
from .backends import CargoBackend, backend_of
from .context import Context, StepContext
from .digest import Shared
from .errors import BuildError
from .link import link
from .prelinked import Prelinked
from .spec import FirmwareSpec
from .step import BuildStep

KIND = "prelinked"
"""Kind of the artefact."""

KNOWN = "known.json"
"""File with what is known of the images of an artefact."""

_SIZES = (64, 4099, 12_301, 20_518)
"""Sizes of jobs that images are linked with: each leaves another remainder, and they are pages apart."""

_AMPLE = 1 << 28
"""Bytes of flash that are linked for: whether an image fits is found out with its module."""


class KnownImages(Record):
    """What is known of an artefact's images.

    Attributes:
        images: Name → what is known of the image of that name.
        refused: Why there are none, whatever the module: what overflows by how much.
    """

    images: dict[str, Prelinked] = Field(default_factory=dict)
    refused: str | None = None


def key(parts: Mapping[str, BuildStep], setting: str) -> str:
    """Digest of all that decides an image, the module left out.

    Args:
        parts: What the image is made from besides the module.
        setting: Digest of how it is linked.
    """
    return digest.of(KIND, {role: part.key for role, part in parts.items()}, setting)


def step(context: Context, spec: FirmwareSpec, shared: Shared) -> BuildStep | None:
    """Links a firmware for any module; ``None`` where its module is compiled into it, or others link it."""
    backend = backend_of(context, spec, shared)
    if not isinstance(backend, CargoBackend) or spec.linked is not None or spec.is_translated:
        return None
    parts = shared.once(("parts", *spec.setting, None), lambda: backend.parts(None))
    setting = shared.once(("setting", *spec.setting), lambda: digest.of(backend.setting()))

    def make(step: StepContext, made: Mapping[str, Path], place: Path) -> None:
        _make(context, backend, step, made, place)

    title = f"image of {spec.build.label} for any module ({spec.board.name}, {spec.profile.name})"
    return BuildStep(KIND, key(parts, setting), title, make, parts)


def fill(spec: FirmwareSpec, folder: Path, job: bytes, place: Path) -> None:
    """Writes the images of a firmware with this job into ``place``, as the linker would.

    Args:
        spec: The firmware.
        folder: What was linked for any module.
        job: The job.
        place: Where to.

    Raises:
        BuildError: They do not fit, or what was linked is damaged.
    """
    known = KnownImages.model_validate_json((folder / KNOWN).read_text(encoding="utf-8"))
    if known.refused is not None:
        raise BuildError(known.refused, Status.DOES_NOT_FIT)
    for name, memory_map in _maps(spec):
        linked, places = (folder / f"{name}.elf").read_bytes(), known.images[name]
        try:
            terms = prelinked.Layout(linked).terms(len(job), places.moved)
            over = terms["used"] - memory_map.flash.end
            if over > 0:
                raise BuildError(f"the image overflows flash by {over:,} B", Status.DOES_NOT_FIT)
            elf = place / f"{name}.elf"
            elf.write_bytes(prelinked.put(linked, places, job))
        except (prelinked.PrelinkError, struct.error, LookupError) as error:
            raise BuildError(f"{folder / name}.elf is damaged: {error}") from error
        elf.chmod(0o755)
        text = (folder / f"{name}.map").read_text(encoding="utf-8")
        (place / f"{name}.map").write_text(prelinked.put_map(text, places, terms), encoding="utf-8")


def _make(
    context: Context, backend: CargoBackend, step: StepContext, made: Mapping[str, Path], place: Path
) -> None:
    known: dict[str, Prelinked] = {}
    try:
        for name, memory_map in _maps(backend.spec):
            known[name] = _prelinked(context, backend, step, made, (name, memory_map, place))
    except BuildError as error:
        if error.status is not Status.DOES_NOT_FIT:
            raise
        for path in place.iterdir():
            path.unlink()
        (place / KNOWN).write_text(KnownImages(refused=error.reason).model_dump_json(), encoding="utf-8")
        return
    (place / KNOWN).write_text(KnownImages(images=known).model_dump_json(), encoding="utf-8")


def _maps(spec: FirmwareSpec) -> Iterator[tuple[str, MemoryMap]]:
    own, emulated = spec.addresses
    yield "firmware", own
    if own != emulated:
        yield relinked.NAME, emulated


def _prelinked(
    context: Context,
    backend: CargoBackend,
    step: StepContext,
    made: Mapping[str, Path],
    image: tuple[str, MemoryMap, Path],
) -> Prelinked:
    name, memory_map, place = image
    flash = memory_map.flash
    ample = Region(origin=flash.origin, size=min(_AMPLE, (1 << 32) - flash.origin))
    roomy = memory_map.model_copy(update={"flash": ample})
    images, maps = [], []
    for size in _SIZES:
        job = bytes(size)
        elf = link(context, step, backend.spec.board, roomy, backend.inputs(job, made), place, name)
        images.append((elf.read_bytes(), job))
        maps.append(prelinked.reduced((place / f"{name}.map").read_text(encoding="utf-8")))
    for path in place.iterdir():
        if path.suffix in (".bin", ".x"):
            path.unlink()
    try:
        known = prelinked.prelink(images, maps)
    except prelinked.PrelinkError as error:
        raise BuildError(f"{backend.spec.build.label} cannot be linked for any module: {error}") from error
    (place / f"{name}.elf").write_bytes(images[0][0])
    (place / f"{name}.map").write_text(maps[0], encoding="utf-8")
    return known
