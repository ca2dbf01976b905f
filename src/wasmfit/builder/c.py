"""Compiling a runtime's C sources and our embedding, for a target in a profile."""

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from wasmfit.model import Board, Build, Debug, Embedding, Profile
from wasmfit.toolchain import CCompiler

from . import absent, cargo, digest, sources
from .context import Context, StepContext
from .costs import cost
from .digest import Shared
from .errors import BuildError
from .firmware import FOR_EMBEDDING, unchanged
from .spec import FirmwareSpec
from .step import FIRMWARE, BuildStep
from .translate import Translated

_SECONDS = 300

_COMMON = (
    "-std=gnu11",
    "-ffunction-sections",
    "-fdata-sections",
    "-fno-common",
    # Nothing unwinds: no tables, and none of the library code that reads them.
    "-fno-unwind-tables",
    "-fno-asynchronous-unwind-tables",
)

_DEBUG: dict[Debug, tuple[str, ...]] = {
    "none": (),
    "line-tables-only": ("-g1",),
    "limited": ("-g",),
    "full": ("-g",),
}


@dataclass(frozen=True)
class Objects:
    """Compiled C.

    Attributes:
        runtime: Objects of the runtime's sources.
        firmware: Objects of our glue.
        harness: Objects of what the C library needs of a system.
        module: Objects of the module, where that has become C.
        libraries: Static libraries to link with: the C library, and where the target wants it GCC's own.
    """

    runtime: tuple[Path, ...] = ()
    firmware: tuple[Path, ...] = ()
    harness: tuple[Path, ...] = ()
    module: tuple[Path, ...] = ()
    libraries: tuple[Path, ...] = ()

    @classmethod
    def at(cls, artefact: Path, libraries: tuple[Path, ...]) -> "Objects":
        """What a step has made, with the libraries to link."""
        return cls(
            runtime=tuple(sorted(artefact.glob("runtime/*.o"))),
            firmware=tuple(sorted(artefact.glob("firmware/*.o"))),
            harness=tuple(sorted(artefact.glob("harness/*.o"))),
            module=tuple(sorted(artefact.glob("module/*.o"))),
            libraries=libraries,
        )


@dataclass(frozen=True)
class _Unit:
    """One source file to compile."""

    source: Path
    object: str


def flags(build: Build, profile: Profile, board: Board) -> list[str]:
    """Flags that decide what is compiled: profile, macros, and what the runtime asks for; no paths."""
    c_build = build.runtime.c
    assert c_build is not None
    return [
        *profile.c.flags,
        *_DEBUG[profile.rust.debug],
        *_COMMON,
        *c_build.flags,
        *(f"-D{name}={value}" for name, value in defines(build, board)),
    ]


def defines(build: Build, board: Board) -> list[tuple[str, str]]:
    """The macros of a build: common ones, the target's, the version's, the variant's; later ones win."""
    c_build = build.runtime.c
    assert c_build is not None
    arch = c_build.arch.get(board.target)
    merged = {
        **c_build.defines,
        **(arch.defines if arch else {}),
        **build.version.defines,
        **build.variant.defines,
    }
    return sorted(merged.items())


def key(context: Context, spec: FirmwareSpec, shared: Shared) -> str:
    """Digest of all that decides what the objects hold, a module that has become C left out."""
    build, board, profile, embedding = spec.build, spec.board, spec.profile, spec.payload.embedding
    return shared.once(
        ("c", build.label, board.target, profile.name, embedding),
        lambda: _key(context, build, board, profile, embedding, shared),
    )


def _key(
    context: Context, build: Build, board: Board, profile: Profile, embedding: Embedding, shared: Shared
) -> str:
    folder = context.catalog.embedding(build.runtime)
    others = {name for other in Embedding for name in _firmware(build, other)} - set(
        _firmware(build, embedding)
    )
    compiler = context.toolchain.c[board.target]
    return digest.of(
        "c",
        build.version.source,
        *build.contents,
        _sources(build, board),
        build.runtime.c,
        _firmware(build, embedding),
        {name: sha256 for name, sha256 in shared.tree(folder).items() if name not in others},
        shared.tree(context.catalog.harness / "include"),
        flags(build, profile, board),
        compiler.target.flags,
        compiler.tool.version,
        compiler.library.identity,
        {name: digest.file(path) for name, path in _support(context, compiler)},
    )


def step(context: Context, spec: FirmwareSpec, shared: Shared, module: BuildStep | None = None) -> BuildStep:
    """Compiles everything: :class:`Objects`.

    Args:
        module: What has made C of the module: then they are of use to its cell alone.
    """

    def objects() -> BuildStep:
        own = key(context, spec, shared)
        return BuildStep(
            "c",
            own if module is None else digest.of(own, module.key),
            f"C sources {spec.build.label} ({spec.board.target}, {spec.profile.name})"
            f"{FOR_EMBEDDING[spec.payload.embedding]}",
            partial(_make, context, spec),
            {} if module is None else {"translated": module},
            is_task=module is None,
            stage=FIRMWARE,
            estimate=cost("c", spec.build),
            key_now=partial(_key_now, context, spec, module),
            require=partial(_require_compiler, context, spec),
        )

    setting = spec.build.label, spec.board.target, spec.profile.name, spec.payload.embedding
    return shared.once(("objects", *setting, module and module.key), objects)


def _require_compiler(context: Context, spec: FirmwareSpec) -> None:
    absent.require_c(context, spec.board.target, f"the image of {spec.build.label}")


def _key_now(context: Context, spec: FirmwareSpec, module: BuildStep | None) -> str:
    own = key(context, spec, Shared())
    return own if module is None else digest.of(own, module.key)


def _make(
    context: Context, spec: FirmwareSpec, step: StepContext, built: Mapping[str, Path], artefact: Path
) -> None:
    """Compiles.

    Raises:
        BuildError: Something does not compile, or the checkout was edited meanwhile.
    """
    build, board, profile = spec.build, spec.board, spec.profile
    root = sources.fetch(context, step, build)
    firmware = context.catalog.embedding(build.runtime)
    command = _command(context, build, board, profile, root, firmware)
    units = list(_units(build, board, root, firmware, spec.payload.embedding))
    support = _support(context, context.toolchain.c[board.target])
    units += [_Unit(path, f"harness/{name}.o") for name, path in support]
    if "translated" in built:
        translated = Translated.at(built["translated"], build)
        command += [f"-I{translated.folder}", f"-ffile-prefix-map={translated.folder}=/module"]
        if translated.symbol is not None:
            command.append(f"-DWASMFIT_EXPORT={translated.symbol}")
        units.append(_Unit(translated.source, f"module/{translated.source.name}.o"))
        if translated.calls is not None:
            units.append(_Unit(translated.calls, f"firmware/{translated.calls.name}.o"))
    for folder in ("runtime", "firmware", "harness", "module"):
        (artefact / folder).mkdir()
    step.progress(units[0].source.name, 0, len(units))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done, _ in enumerate(
            pool.map(lambda unit: _compile(context, step, command, unit, artefact), units)
        ):
            step.progress(units[done].source.name, done + 1, len(units))
    unchanged(context, build.checkout)


def _sources(build: Build, board: Board) -> list[str]:
    c_build = build.runtime.c
    assert c_build is not None
    arch = c_build.arch.get(board.target)
    return [*c_build.sources, *(arch.sources if arch else ()), *build.version.sources, *build.variant.sources]


def _firmware(build: Build, embedding: Embedding) -> tuple[str, ...]:
    """Our glue's sources."""
    c_build = build.runtime.c
    assert c_build is not None
    return {
        Embedding.STATIC: c_build.firmware,
        Embedding.DYNAMIC: c_build.any,
        Embedding.CONFORMANCE: c_build.suite,
    }[embedding]


def _units(build: Build, board: Board, root: Path, firmware: Path, embedding: Embedding) -> Iterator[_Unit]:
    for name in _sources(build, board):
        matches = sorted(root.glob(name))
        if not matches:
            raise BuildError(f"{build.label} has no source {name}")
        for path in matches:
            yield _Unit(path, f"runtime/{_flat(path.relative_to(root))}.o")
    for name in _firmware(build, embedding):
        yield _Unit(firmware / name, f"firmware/{_flat(Path(name))}.o")


def _support(context: Context, compiler: CCompiler) -> Iterator[tuple[str, Path]]:
    """Name → source of what the C library needs of a system."""
    for name in compiler.library.harness:
        yield name, context.catalog.harness / "libc" / name


def _flat(path: Path) -> str:
    return "_".join(path.parts)


def _command(
    context: Context, build: Build, board: Board, profile: Profile, root: Path, firmware: Path
) -> list[str]:
    c_build = build.runtime.c
    assert c_build is not None
    compiler = context.toolchain.c[board.target]
    include = [
        *(root / path for path in c_build.include),
        *(firmware / path for path in c_build.firmware_include),
        context.catalog.harness / "include",
    ]
    return [
        str(compiler.tool.path),
        *compiler.target.flags,
        *flags(build, profile, board),
        *compiler.library.flags,
        *(f"-I{path}" for path in include),
        # The folder's own path is not part of the result.
        f"-ffile-prefix-map={root.resolve()}=/{build.runtime.name}",
        f"-ffile-prefix-map={root}=/{build.runtime.name}",
        f"-ffile-prefix-map={firmware}=/firmware",
    ]


def _compile(context: Context, step: StepContext, command: list[str], unit: _Unit, artefact: Path) -> None:
    finished = context.runner.run(
        [*command, "-c", str(unit.source), "-o", str(artefact / unit.object)], log=step.log, timeout=_SECONDS
    )
    if finished.code != 0:
        raise BuildError(f"{unit.source.name}: {cargo.first_error(finished.output)}")
