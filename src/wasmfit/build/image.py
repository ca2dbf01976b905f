"""A cell → its image."""

from dataclasses import dataclass
from pathlib import Path

from wasmfit.model import Cell

from . import c, digest, firmware, guest, host, job, link, translate, twin
from .context import Context, Step


@dataclass(frozen=True)
class Image:
    """A linked image and what it was made from.

    Attributes:
        elf: The image, at the board's addresses.
        ran: What the emulator runs: the image itself, or its twin; see :mod:`wasmfit.build.twin`.
        link_map: The linker's map of it.
        module: The wasm module.
        key: Digest of everything that decides what the image is.
        lock: SHA-256 of the Cargo lockfile.
    """

    elf: Path
    ran: Path
    link_map: Path
    module: Path
    key: str
    lock: str | None


def key(context: Context, cell: Cell) -> str:
    """Digest of everything that decides what a cell's image is, known without building anything."""
    build, workload = cell.build, cell.workload
    return digest.of(
        "image",
        guest.key(context, workload, build.runtime.guest_cpu),
        _job_arguments(cell),
        host.key(context, build) if build.version.host_dependencies else None,
        build.variant.host_arguments,
        firmware.key(context, build, cell.board, cell.profile, firmware.linked_guest(build, workload)),
        c.key(context, build, cell.board, cell.profile) if build.runtime.language == "c" else None,
        link.memory(cell.board, cell.board.own, build.runtime.stack),
        link.memory(cell.board, cell.board.emulated, build.runtime.stack),
        context.toolchain.rust.identity,
    )


def image(context: Context, step: Step, cell: Cell) -> Image:
    """Builds the image, or takes it from the cache.

    Raises:
        BuildError: It cannot be built.
    """
    made_from = key(context, cell)
    module = guest.module(context, step, cell.workload, cell.build.runtime.guest_cpu)
    place = context.cache.get("images", made_from, lambda place: _make(context, step, cell, module, place))
    linked = firmware.linked_guest(cell.build, cell.workload)
    lock = firmware.used_lock(context, cell.build, cell.board, cell.profile, linked)
    ran = twin.NAME if cell.board.needs_twin else "firmware"
    return Image(
        elf=place / "firmware.elf",
        ran=place / f"{ran}.elf",
        link_map=place / "firmware.map",
        module=module,
        key=made_from,
        lock=lock,
    )


def _make(context: Context, step: Step, cell: Cell, module: Path, place: Path) -> None:
    build, board, profile = cell.build, cell.board, cell.profile
    linked = firmware.linked_guest(build, cell.workload)
    archive = firmware.archive(context, step, build, board, profile, linked)
    # Code in the place of a module is compiled; every other module is bytes of the job.
    translated = None
    bytes_of_job = b""
    if build.runtime.c is not None and build.runtime.c.translator is not None:
        translated = translate.translated(context, step, build, cell.workload.export, module)
    elif linked is None:
        bytes_of_job = host.prepare(context, step, build, module).read_bytes()
    objects = (
        c.objects(context, step, build, board, profile, translated)
        if build.runtime.language == "c"
        else c.Objects()
    )
    step.progress("linking", 0, 0)
    export, extra, calls = _job_arguments(cell)
    inputs = link.Inputs(
        script=archive.linker_script,
        archive=archive.archive,
        objects=(*objects.firmware, *objects.module, *objects.runtime),
        libraries=objects.libraries,
        job=job.pack(bytes_of_job, export, extra, calls),
        stack=build.runtime.stack,
        symbols={} if linked is None else {"wasmfit_guest": export},
    )
    image = link.link(context, step, board, board.own, inputs, place)
    if board.needs_twin:
        moved = link.link(context, step, board, board.emulated, inputs, place, twin.NAME)
        twin.check(image, board.own, moved, board.emulated)


def _job_arguments(cell: Cell) -> tuple[str, int, list[tuple[int, ...]]]:
    workload = cell.workload
    return workload.export, workload.extra, [call.arguments for call in workload.calls]
