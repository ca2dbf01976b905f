"""The conformance image of a runtime: the compiled crates and sources of its other images, with glue that
replays records, linked to all the memory that the emulated machine has."""

from pathlib import Path

from wasmfit.builder import Context, Step, c, digest, firmware, link
from wasmfit.model import Board, Build, Glue, Profile

_STACK = 1 << 20
"""Bytes of stack: like the heap's, its size is not what is asked about."""

_JOB = b"WFSU"
"""In the place of a job: what to do comes from the host."""


def glueless(context: Context, build: Build) -> str | None:
    """Why a runtime has no conformance image, if it has none."""
    if build.unavailable is not None:
        return f"{build.unavailable.reason}. {build.unavailable.remedy}"
    if not context.catalog.takes_suite(build.runtime):
        unlike = build.runtime.facts.suite
        return unlike or f"the catalogue has no glue of {build.runtime.name} that replays the suite"
    return None


def key(context: Context, build: Build, board: Board, profile: Profile) -> str:
    """Digest of all that decides what the image is."""
    in_c = build.runtime.language == "c"
    return digest.of(
        "suite image",
        firmware.key(context, build, board, profile, glue=Glue.SUITE),
        c.key(context, build, board, profile, Glue.SUITE) if in_c else None,
        link.memory(board, board.spacious, _STACK),
        *([profile.linker] if profile.linker else []),
        context.toolchain.rust.identity,
    )


def suite_image(context: Context, step: Step, build: Build, board: Board, profile: Profile) -> Path:
    """The image, built now or taken from the cache.

    Raises:
        BuildError: It cannot be built.
    """

    def make(place: Path) -> None:
        archive = firmware.archive(context, step, build, board, profile, glue=Glue.SUITE)
        objects = c.objects(context, step, build, board, profile, glue=Glue.SUITE)
        step.progress("linking", 0, 0)
        inputs = link.Inputs(
            script=archive.linker_script,
            archive=archive.archive,
            objects=(*objects.firmware, *objects.runtime),
            libraries=objects.libraries,
            job=_JOB,
            stack=_STACK,
            flags=profile.linker,
        )
        link.link(context, step, board, board.spacious, inputs, place)

    return context.cache.get("images", key(context, build, board, profile), make) / "firmware.elf"
