"""A runtime as a static library with one interface in C, for the build of any operating system.

Whether it is in Rust or in C, the library is ``libwasmfit_runtime.a``, and its interface is
``catalog/system/include/wasmfit_runtime.h``. It holds the runtime, its embedding and the harness, compiled
with the profile's flags and the target's. A system whose application is a crate itself takes only what is in
C, from :func:`c_archive`.
"""

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from . import absent, c, digest, firmware
from .c import Objects
from .context import Context, StepContext
from .costs import cost
from .digest import Shared
from .errors import BuildError
from .firmware import FOR_EMBEDDING, Firmware
from .spec import FirmwareSpec
from .step import FIRMWARE, BuildStep

NAME = "libwasmfit_runtime.a"

_KIND = "libraries"
_SECONDS = 300

_OF_C_LIBRARIES = ("malloc", "calloc", "realloc", "free", "abort", "__popcountsi2", "__popcountdi2")
"""What the harness has for C where there is no C library with a heap: here there is one, the system's."""

_OWN = ("memcpy", "memmove", "memset", "memcmp", "bcmp", "strlen")
"""What Rust's standard library has for cores without a C library: the system is not to link it in the place
of its own."""

_OF_SYSTEM = {"realloc": "wasmfit_system_reallocate"}
"""What a runtime in C calls → the system's function in its place; see the header."""

_PARTS = ("runtime", "firmware", "harness", "module")
"""Folders of :class:`Objects`, which the names of an archive's members begin with."""

_IN_NAMES = "__"


@dataclass(frozen=True)
class Library:
    """A static library, and what the build that links it compiles.

    Attributes:
        archive: ``libwasmfit_runtime.a``.
        include: Folder of ``wasmfit_runtime.h``.
        sources: Folder of ``heap.c`` and ``job.S``.
    """

    archive: Path
    include: Path
    sources: Path

    @classmethod
    def at(cls, context: Context, artefact: Path) -> "Library":
        """What a step has made."""
        return cls(artefact / NAME, context.catalog.system / "include", context.catalog.system / "c")


def owner_of_member(member: str, runtime: str) -> str | None:
    """Who owns what comes from a member of the archive, as :func:`wasmfit.builder.object_rule`.

    ``None`` for members that Rust has made: their code names its crates.
    """
    part, mark, _ = member.partition(_IN_NAMES)
    if not mark or part not in _PARTS:
        return None
    return runtime if part == "runtime" else part


def step(
    context: Context, spec: FirmwareSpec, shared: Shared, translated: BuildStep | None = None
) -> BuildStep:
    """Makes the library: :class:`Library`.

    Args:
        translated: What has made C of the module, for a runtime that needs that.
    """
    needs = {"firmware": firmware.step(context, spec, shared)}
    if spec.build.runtime.language == "c" and spec.base.own(spec.build.runtime) is None:
        needs["objects"] = c.step(context, spec, shared, translated)
    key = digest.of(
        _KIND,
        {role: need.key for role, need in needs.items()},
        _renamed(spec),
        _OWN,
        _OF_SYSTEM,
        context.toolchain.c[spec.board.target].tool.version,
    )
    setting = f"({spec.board.target}, {spec.profile.name}){FOR_EMBEDDING[spec.payload.embedding]}"
    return BuildStep(
        _KIND,
        key,
        f"library of {spec.build.label} {setting}",
        partial(_make, context, spec),
        needs,
        is_task=translated is None,
        stage=FIRMWARE,
        estimate=cost("c", spec.build),
        require=partial(absent.require_c, context, spec.board.target, f"the library of {spec.build.label}"),
    )


def c_archive(context: Context, step: StepContext, target: str, objects: Objects, archive: Path) -> None:
    """Puts objects of a runtime in C into a static library.

    What they call is in ``wasmfit.h``, which the harness has, and in a C library: :attr:`Objects.libraries`.

    Args:
        target: The Rust target.
        objects: What :func:`wasmfit.builder.c.step` has made.
        archive: The file to write.

    Raises:
        BuildError: The archiver failed.
    """
    _add(context, step, target, objects, archive, _PARTS)


def _renamed(spec: FirmwareSpec) -> dict[str, str]:
    """Symbols of the Rust part → what they are called in the library."""
    own = {name: f"wasmfit_own_{name}" for name in _OF_C_LIBRARIES}
    return own if spec.linked is None else {**own, "wasmfit_guest": spec.linked.export}


def _make(
    context: Context, spec: FirmwareSpec, step: StepContext, built: Mapping[str, Path], artefact: Path
) -> None:
    target, archive = spec.board.target, artefact / NAME
    rust = Firmware.at(built["firmware"]).archive
    _change(context, step, target, _renamed(spec), _OWN, rust, archive)
    lock = built["firmware"] / "Cargo.lock"
    if lock.is_file():
        shutil.copy(lock, artefact / lock.name)
    if "objects" in built:
        # What a C library needs of a system, the system gives it.
        objects = Objects.at(built["objects"], ())
        _add(context, step, target, objects, archive, [part for part in _PARTS if part != "harness"])
        _change(context, step, target, _OF_SYSTEM, (), archive, archive)


def _change(
    context: Context,
    step: StepContext,
    target: str,
    renamed: Mapping[str, str],
    kept: Iterable[str],
    source: Path,
    archive: Path,
) -> None:
    """Renames symbols of an archive, and keeps others to the object that defines them."""
    options = [f"--redefine-sym={name}={new}" for name, new in sorted(renamed.items())]
    options += [f"--localize-symbol={name}" for name in kept]
    _run(context, step, target, "objcopy", [*options, str(source), str(archive)])


def _add(
    context: Context, step: StepContext, target: str, objects: Objects, archive: Path, parts: Iterable[str]
) -> None:
    """Adds objects to an archive, under names that begin with the part that they play."""
    folder = archive.with_name("members")
    folder.mkdir()
    for part in parts:
        paths: tuple[Path, ...] = getattr(objects, part)
        for path in paths:
            shutil.copy(path, folder / f"{part}{_IN_NAMES}{path.name}")
    members = sorted(map(str, folder.iterdir()))
    _run(context, step, target, "ar", ["rcsD", str(archive), *members])
    shutil.rmtree(folder)


def _run(context: Context, step: StepContext, target: str, program: str, arguments: list[str]) -> None:
    """Runs one of the compiler's binary utilities.

    Raises:
        BuildError: It failed.
    """
    gcc = str(context.toolchain.c[target].tool.path)
    asked = context.runner.run([gcc, f"-print-prog-name={program}"], log=step.log, timeout=_SECONDS)
    path = asked.output.strip()
    finished = context.runner.run([path, *arguments], log=step.log, timeout=_SECONDS)
    if finished.code != 0:
        said = finished.output.strip().splitlines()
        raise BuildError(f"{PurePosixPath(path).name}: {said[-1] if said else 'no reason given'}")
