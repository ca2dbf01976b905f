"""A firmware → the steps that build it, and the image that they end in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from wasmfit.provided import ProvidedImages

from . import absent, digest, host, module, prelinking, relinked, translate
from .backends import backend_of
from .context import Context, StepContext
from .digest import Shared
from .errors import BuildError, MissingCompilerError
from .spec import FirmwareSpec
from .step import REFUSED, BuildStep


@dataclass(frozen=True)
class Image:
    """A linked image and what it was made from.

    Attributes:
        elf: The image, at the board's addresses.
        ran: What the emulator runs: the image itself, or one relinked; see
            :mod:`wasmfit.builder.relinked`.
        link_map: The linker's map of it; ``None`` where an operating system's own build links.
        module: The wasm module; ``None`` where modules come from the host while it runs.
        prepared: What a host step made of it, which is in the image in its place.
        key: Digest of everything that decides what the image is.
        lock: SHA-256 of the Cargo lockfile.
        cargo_lock: The lockfile itself, where an operating system's own build has left one.
    """

    elf: Path
    ran: Path
    link_map: Path | None
    module: Path | None
    prepared: Path | None
    key: str
    lock: str | None
    cargo_lock: Path | None = None


def steps(context: Context, spec: FirmwareSpec, shared: Shared | None = None) -> BuildStep:
    """The graph of steps that build a firmware, by its last one, which makes the image.

    Its keys and those of all that it needs are known without building anything.

    Args:
        context: What it is built with.
        spec: The firmware.
        shared: What other firmwares of the run have in common with it is found out once.
    """
    shared = Shared() if shared is None else shared
    images, wasm = context.toolchain.images, spec.payload.module(context, spec.build, shared)
    content = {} if wasm is None else {"module": wasm, **_content(context, spec, shared, wasm)}
    backend, translated = backend_of(context, spec, shared), content.get("translated")
    decided_by = *spec.setting, translated and translated.key
    parts = shared.once(("parts", *decided_by), lambda: backend.parts(translated))
    needs = {**content, **parts}
    setting = shared.once(("setting", *spec.setting), lambda: digest.of(backend.setting()))
    key = digest.of(
        "image",
        {role: need.key for role, need in needs.items()},
        # A baseline's job is not that of the cells next to it.
        shared.once(("job", spec.build.label, spec.payload.name), lambda: digest.of(spec.payload.job_key)),
        setting,
    )
    title = f"image of {spec.build.label}"
    # What wasmfit-images has is taken, and what it would be made from is not.
    content = {role: _without_needs(need, images) for role, need in content.items()}
    if wasm is not None and images is not None and images.has("images", key):
        return BuildStep("images", key, title, _gone, {"module": content["module"]})
    refusal = None if wasm is None else _refusal(context, spec, key, parts, setting)
    if refusal is not None:
        refused = _refused(key, title, refusal)
        return BuildStep("images", key, title, _gone, {"module": content["module"], "refused": refused})
    provided = _provided(images, parts, setting) if wasm is not None and not translated else None
    if provided is not None:
        work = partial(_fill, spec)
        return BuildStep("images", key, title, work, {**content, "prelinked": provided})
    return BuildStep("images", key, title, partial(_make, context, spec), {**content, **parts})


def _without_needs(step: BuildStep, images: ProvidedImages | None) -> BuildStep:
    """The step, which needs nothing where wasmfit-images has what it makes."""
    if images is None or not images.has(step.kind, step.key):
        return step
    return replace(step, needs={})


def _provided(
    images: ProvidedImages | None, parts: Mapping[str, BuildStep], setting: str
) -> BuildStep | None:
    """The same image for any module, where wasmfit-images has it: its parts need not be built."""
    key = prelinking.key(parts, setting)
    if images is None or not images.has(prelinking.KIND, key):
        return None
    return BuildStep(prelinking.KIND, key, "image for any module", _gone)


def _refusal(
    context: Context, spec: FirmwareSpec, key: str, parts: Mapping[str, BuildStep], setting: str
) -> BuildError | None:
    """Why an image cannot be had here, where more is known of that than that a part cannot be built."""
    images, cache = context.toolchain.images, context.cache
    if images is None or cache.has("images", key):
        return None
    left_out = images.left_out("images", key)
    if left_out is None:
        left_out = images.left_out(prelinking.KIND, prelinking.key(parts, setting))
    if left_out is not None and left_out.is_final:
        return BuildError(left_out.reason, left_out.status)
    if spec.is_translated:
        reason = "each module must be compiled for the chip, since it is translated to C"
    elif left_out is not None:
        reason = f"each module must be linked for the chip, since {left_out.reason}"
    else:
        return None
    if not any(isinstance(part.obstacle(cache), MissingCompilerError) for part in parts.values()):
        return None
    target = spec.board.target if spec.build.runtime.language == "c" else None
    return absent.absent(context, reason, target)


def _refused(key: str, title: str, refusal: BuildError) -> BuildStep:
    """A task that cannot be done: a part of the image's own, since other images share the rest."""

    def refuse() -> None:
        raise refusal

    return BuildStep(REFUSED, digest.of(REFUSED, key), title, _gone, is_task=True, require=refuse)


def _gone(_step: StepContext, _made: Mapping[str, Path], _place: Path) -> None:
    raise BuildError("an image of wasmfit-images is no longer there; run it again")


def _fill(spec: FirmwareSpec, _step: StepContext, made: Mapping[str, Path], place: Path) -> None:
    """Puts the module into an image that was linked for any."""
    job = spec.payload.job(module_bytes(spec, made))
    prelinking.fill(spec, made["prelinked"], job, place)


def keys(context: Context, specs: Iterable[FirmwareSpec]) -> list[str]:
    """The keys of many images, as the sources are now: what they have in common is read once for all."""
    shared = Shared()
    return [steps(context, spec, shared).key for spec in specs]


def image(context: Context, step: StepContext, spec: FirmwareSpec, last: BuildStep | None = None) -> Image:
    """Builds an image, or takes it from the cache.

    Args:
        last: Its steps, where they are known: by the last one, as of :func:`steps`.

    Raises:
        BuildError: It cannot be built, or its sources were edited since the keys were taken.
    """
    last = steps(context, spec) if last is None else last
    cache, backend = context.cache, backend_of(context, spec)
    wasm = last.needs["module"].ensure(cache, step) / module.NAME if "module" in last.needs else None
    artefact = last.ensure(cache, step)
    built = {role: cache.place(need.kind, need.key) for role, need in last.needs.items()}
    ran = artefact / f"{relinked.NAME}.elf"
    return Image(
        elf=artefact / "firmware.elf",
        ran=ran if ran.is_file() else artefact / "firmware.elf",
        link_map=artefact / "firmware.map" if backend.has_link_map else None,
        module=wasm,
        prepared=built["prepared"] / host.PREPARED if "prepared" in built else None,
        key=last.key,
        lock=backend.lock(built, artefact),
        cargo_lock=lockfile if (lockfile := artefact / "Cargo.lock").is_file() else None,
    )


def _content(
    context: Context, spec: FirmwareSpec, shared: Shared, wasm: BuildStep
) -> Mapping[str, BuildStep]:
    """What becomes of a module before it is part of an image: code is compiled, every other one is bytes."""
    rule = spec.build.runtime.c
    if spec.linked is not None:
        return {}
    if rule is not None and rule.translator is not None:
        return {"translated": translate.step(context, spec, wasm)}
    program = host.step(context, spec.build, shared)
    if program is None:
        return {}
    return {"prepared": host.prepared(context, spec.build, spec.board.target, program, wasm)}


def _make(
    context: Context, spec: FirmwareSpec, step: StepContext, built: Mapping[str, Path], artefact: Path
) -> None:
    job = spec.payload.job(module_bytes(spec, built))
    backend_of(context, spec).assemble(step, job, built, artefact)


def module_bytes(spec: FirmwareSpec, built: Mapping[str, Path]) -> bytes:
    """The module as the runtime is given it; nothing where it is code, or comes from the host."""
    if "prepared" in built:
        return (built["prepared"] / host.PREPARED).read_bytes()
    if spec.linked is not None or "translated" in built or "module" not in built:
        return b""
    return (built["module"] / module.NAME).read_bytes()
