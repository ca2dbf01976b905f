"""A cell → its image."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wasmfit.model import Cell, UserModule

from . import c, digest, firmware, host, job, laze, link, module, translate, twin
from .context import Context, Step


@dataclass(frozen=True)
class Image:
    """A linked image and what it was made from.

    Attributes:
        elf: The image, at the board's addresses.
        ran: What the emulator runs: the image itself, or its twin; see :mod:`wasmfit.builder.twin`.
        link_map: The linker's map of it; ``None`` where an operating system's own build links.
        module: The wasm module.
        key: Digest of everything that decides what the image is.
        lock: SHA-256 of the Cargo lockfile.
    """

    elf: Path
    ran: Path
    link_map: Path | None
    module: Path
    key: str
    lock: str | None


def key(context: Context, cell: Cell) -> str:
    """Digest of everything that decides what a cell's image is, known without building anything."""
    return keys(context, (cell,))[0]


def keys(context: Context, cells: Iterable[Cell]) -> list[str]:
    """The keys of many cells, as the sources are now: what cells have in common is read once for all."""
    shared = digest.Shared()
    return [_key(context, cell, shared) for cell in cells]


def _key(context: Context, cell: Cell, shared: digest.Shared) -> str:
    build, workload = cell.build, cell.workload
    linked = firmware.linked_guest(build, workload)
    place = cell.board.name, cell.base.name, cell.profile.name, build.runtime.stack
    setting = build.label, linked and linked.name, cell.glue, *place
    return digest.of(
        "image",
        shared.once(("module", workload.name, build.runtime.guest_cpu), lambda: module.key(context, cell)),
        # A baseline's job is not that of the cells beside it.
        shared.once(("job", build.label, workload.name), lambda: digest.of(_job_key(cell))),
        shared.once(("setting", *setting), lambda: _setting_key(context, cell, shared)),
    )


def _setting_key(context: Context, cell: Cell, shared: digest.Shared) -> str:
    """What an image is besides its module and job: of all modules the same."""
    build, board, profile = cell.build, cell.board, cell.profile
    maps = [link.memory(board, one, build.runtime.stack) for one in (board.own, board.emulated)]
    return digest.of(
        shared.once(("host", build.label), lambda: host.key(context, build))
        if build.version.host_dependencies
        else None,
        build.variant.host_arguments,
        laze.key(context, cell) if cell.base.start == "laze" else _firmware_key(context, cell, shared),
        c.key(context, build, board, profile, cell.glue, shared.tree)
        if build.runtime.language == "c"
        else None,
        maps,
        _linker_flags(cell),
        context.toolchain.rust.identity,
    )


def _firmware_key(context: Context, cell: Cell, shared: digest.Shared) -> str:
    build, board, profile, glue, ground = cell.build, cell.board, cell.profile, cell.glue, cell.ground
    linked = firmware.linked_guest(build, cell.workload)
    # Of the board, the base's part for its chip decides what is in the package; its target, how it is built.
    package = build.label, profile.name, glue, cell.base.name, linked and linked.name, ground and ground.label

    def contents() -> firmware.Contents:
        return firmware.contents(context, build, profile, linked, glue, ground, shared.path)

    return shared.once(
        ("firmware", *package, board.target),
        lambda: firmware.key_of(
            context, shared.once(("contents", *package), contents), build, board, profile, ground
        ),
    )


def image(context: Context, step: Step, cell: Cell) -> Image:
    """Builds the image, or takes it from the cache.

    Raises:
        BuildError: It cannot be built.
    """
    made_from = key(context, cell)
    wasm = module.module(context, step, cell)
    place = context.cache.get("images", made_from, lambda place: _make(context, step, cell, wasm, place))
    linked = firmware.linked_guest(cell.build, cell.workload)
    if cell.base.start == "laze":
        lock: str | None = digest.file(place / "Cargo.lock")
    else:
        lock = firmware.used_lock(
            context, cell.build, cell.board, cell.profile, linked, cell.glue, cell.ground
        )
    ran = twin.NAME if cell.has_twin else "firmware"
    return Image(
        elf=place / "firmware.elf",
        ran=place / f"{ran}.elf",
        link_map=place / "firmware.map" if cell.base.start != "laze" else None,
        module=wasm,
        key=made_from,
        lock=lock,
    )


def _make(context: Context, step: Step, cell: Cell, wasm: Path, place: Path) -> None:
    build, board, profile = cell.build, cell.board, cell.profile
    linked = firmware.linked_guest(build, cell.workload)
    if cell.base.start == "laze":
        whole = b"" if linked is not None else host.prepare(context, step, build, wasm).read_bytes()
        laze.build(context, step, cell, _job(cell, whole), place)
        return
    archive = firmware.archive(context, step, build, board, profile, linked, cell.glue, cell.ground)
    # Code in the place of a module is compiled; every other module is bytes of the job.
    translated = None
    bytes_of_job = b""
    if build.runtime.c is not None and build.runtime.c.translator is not None:
        translated = translate.translated(context, step, build, cell.workload, wasm)
    elif linked is None:
        bytes_of_job = host.prepare(context, step, build, wasm).read_bytes()
    objects = c.objects(context, step, build, board, profile, translated, cell.glue)
    step.progress("linking", 0, 0)
    inputs = link.Inputs(
        script=archive.linker_script,
        archive=archive.archive,
        objects=(*objects.firmware, *objects.module, *objects.runtime),
        libraries=objects.libraries,
        job=_job(cell, bytes_of_job),
        stack=build.runtime.stack,
        symbols={} if linked is None else {"wasmfit_guest": linked.export},
        flags=_linker_flags(cell),
    )
    image = link.link(context, step, board, board.own, inputs, place)
    if cell.has_twin:
        moved = link.link(context, step, board, board.emulated, inputs, place, twin.NAME)
        twin.check(image, board.own, moved, board.emulated)


def _linker_flags(cell: Cell) -> tuple[str, ...]:
    """What the profile and the base's crate ask of the linker."""
    return (*cell.profile.linker, *(cell.ground.linker if cell.ground is not None else ()))


def _job(cell: Cell, module: bytes) -> bytes:
    workload = cell.workload
    if isinstance(workload, UserModule):
        return job.pack_any(module, workload)
    return job.pack(module, workload.export, workload.extra, [call.arguments for call in workload.calls])


def _job_key(cell: Cell) -> object:
    """What the job holds besides the module."""
    workload = cell.workload
    if isinstance(workload, UserModule):
        # What is expected is no part of the image.
        arguments = [call.arguments for call in workload.calls]
        return workload.export, workload.signature, workload.memory, arguments, workload.stubs
    return workload.export, workload.extra, [call.arguments for call in workload.calls]
