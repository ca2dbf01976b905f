"""Other layouts of an image: the same objects, with functions and constants in a seeded order.

How long code takes on a core with a cache depends on which lines share a set of it, and that on where the
linker puts what. An image of another layout executes the same instructions from other addresses. It is linked
to where it runs, and is not an image that is reported or flashed.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from wasmfit.model import MemoryMap

from . import relinked
from .backends import CargoBackend, backend_of
from .context import Context, StepContext
from .errors import BuildError
from .image import module_bytes
from .link import Inputs, LinkOrder, link
from .spec import FirmwareSpec
from .step import BuildStep

NAME = "layout"


def linked(
    context: Context, step: StepContext, spec: FirmwareSpec, last: BuildStep, layout: LinkOrder, folder: Path
) -> Path:
    """Links a firmware in another layout, to where the emulated machine has its memory.

    Args:
        context: What it is built with.
        step: Its log.
        spec: The firmware.
        last: The steps of its image, by the last one.
        layout: The layout.
        folder: Where to.

    Returns:
        The image.

    Raises:
        BuildError: It does not link or fit, or it is not we who link it.
    """
    _, emulated = spec.addresses
    inputs = replace(_inputs(context, step, spec, last), layout=layout)
    return link(context, step, spec.board, emulated, inputs, folder, NAME)


def linked_elsewhere(
    context: Context, step: StepContext, spec: FirmwareSpec, last: BuildStep, place: MemoryMap, folder: Path
) -> Path:
    """Links a firmware in its own layout, to where the emulated machine has other memory.

    Args:
        context, step, spec, last, folder: As of :func:`linked`.
        place: Where that is.

    Returns:
        The image.

    Raises:
        BuildError: As of :func:`linked`.
    """
    return link(context, step, spec.board, place, _inputs(context, step, spec, last), folder, relinked.NAME)


def _inputs(context: Context, step: StepContext, spec: FirmwareSpec, last: BuildStep) -> Inputs:
    backend = backend_of(context, spec)
    if not isinstance(backend, CargoBackend):
        raise BuildError("an operating system's own build links its image, in one layout")
    if "firmware" not in last.needs:
        raise BuildError("images of wasmfit-images are linked already, in one layout")
    built = {role: need.ensure(context.cache, step) for role, need in last.needs.items()}
    return backend.inputs(spec.payload.job(module_bytes(spec, built)), built)
