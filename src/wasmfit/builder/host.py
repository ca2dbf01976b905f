"""The host step: what a runtime does to the module before it can be flashed."""

import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from wasmfit.catalog import Catalog
from wasmfit.model import Build, Status
from wasmfit.toolchain import Finished

from . import absent, cargo, digest, host_compiler, host_tool, module
from .cargo import Options, Package, dependencies
from .context import Context, StepContext
from .costs import cost
from .digest import Shared
from .errors import BuildError
from .step import HOST, BuildStep

_SECONDS = 300

MEMORY = 4 << 30
"""Bytes that a program may take over a module, whose origin is unknown."""

PROGRAM = "host"
"""Name of the program's file."""

PREPARED = "module.bin"
"""Name of the file that it makes of a module."""

_BATCH = "batch.rs"
"""A module of the program that hands it many modules of wasm, one after the other."""


def package(catalog: Catalog, build: Build) -> Package:
    """The cargo package of the host step's program."""
    folder = catalog.folder(build.runtime)
    manifest: dict[str, object] = {
        "package": {"name": "host", "version": "0.0.0", "edition": "2024", "publish": False},
        "bin": [{"name": "host", "path": "host/main.rs"}],
        "dependencies": dependencies(build, build.version.host_dependencies),
        # Not optimised: it compiles a module in milliseconds all the same, and
        # optimising a compiler takes minutes.
        "profile": {"release": {"opt-level": 0, "debug": False, "strip": "symbols", "codegen-units": 256}},
        "workspace": {},
    }
    return Package(
        name="host",
        manifest=manifest,
        files={"host": folder / "host", f"host/{_BATCH}": catalog.suite / "batch" / _BATCH},
        lock=folder / "locks" / f"host-{build.version.version}.lock",
        locked=build.checkout is None,
    )


def key(context: Context, build: Build) -> str:
    """Digest of all that decides what the program does."""
    made_from = package(context.catalog, build)
    assert made_from.lock is not None
    return digest.of(
        "host",
        made_from.manifest,
        {name: digest.path(path) for name, path in made_from.files.items()},
        digest.file(made_from.lock) if made_from.lock.is_file() else None,
        *build.contents,
        context.toolchain.rust.identity,
    )


def target_folder(context: Context, build: Build) -> Path:
    """Cargo's target folder for the program: nothing is shared between versions of a compiler."""
    return context.home.work / "target" / f"host-{build.runtime.name}-{build.number}"


def step(context: Context, build: Build, shared: Shared) -> BuildStep | None:
    """Has the program: a published one where one serves, or else it is built; ``None`` where a runtime needs
    none.
    """
    if build.runtime.c is not None and build.runtime.c.host is not None:
        return host_compiler.step(context, build, shared)
    if not build.version.host_dependencies:
        return None

    def program() -> BuildStep:
        found = host_tool.find(context, build)
        return built(context, build) if found is None else found.step(context)

    return shared.once(("host", build.label), program)


def built(context: Context, build: Build) -> BuildStep:
    """Builds the program."""
    return BuildStep(
        "host",
        key(context, build),
        f"host step {build.runtime.name}@{build.number}",
        partial(_make, context, build),
        is_task=True,
        lock=target_folder(context, build),
        stage=HOST,
        estimate=cost("host", build),
        key_now=partial(key, context, build),
        require=partial(absent.require_rust, context, absent.what("host")),
    )


def provenance(context: Context, build: Build) -> str | None:
    """What prepares a build's modules, in words; ``None`` where nothing does."""
    if not build.version.host_dependencies:
        return None
    found = host_tool.find(context, build)
    if found is not None:
        return host_tool.provenance(context, found)
    return f"built from {build.runtime.name} {build.number}"


def _make(
    context: Context, build: Build, step: StepContext, _built: Mapping[str, Path], artefact: Path
) -> None:
    """Compiles the program.

    Raises:
        BuildError: It does not compile.
    """
    target = target_folder(context, build)
    built = cargo.build(
        context,
        step,
        package(context.catalog, build),
        Options(),
        work=context.home.work / "host" / f"{build.runtime.name}-{build.number}",
        target=target,
    )
    shutil.copy(built.file("host"), artefact / PROGRAM)
    # A gigabyte of a compiler's intermediate files that nobody shares.
    cargo.clear(target)


def arguments(build: Build, target: str) -> tuple[str, ...]:
    """What the program is told besides the module and where to write."""
    made = build.runtime.c
    if made is None or made.host is None:
        return build.variant.host_arguments
    told = (*made.host.arguments, *build.variant.host_arguments)
    return tuple(one.format_map(made.arch[target].host) for one in told) if target in made.arch else told


def prepared(context: Context, build: Build, target: str, program: BuildStep, wasm: BuildStep) -> BuildStep:
    """What the device is given (:data:`PREPARED`): what the host step makes of the module for a target."""
    told = arguments(build, target)
    return BuildStep(
        "prepared",
        digest.of(program.key, wasm.key, told),
        f"host step of {build.label}",
        partial(_prepare, context, build, told, program.kind),
        {"program": program, "module": wasm},
    )


def _prepare(
    context: Context,
    build: Build,
    told: tuple[str, ...],
    kind: str,
    step: StepContext,
    built: Mapping[str, Path],
    artefact: Path,
) -> None:
    """Runs the program.

    Raises:
        BuildError: It refuses the module.
    """
    tool, wasm, output = build.runtime.host_tool, built["module"] / module.NAME, artefact / PREPARED
    if kind == host_tool.KIND:
        assert tool is not None
        command = host_tool.command(tool, built["program"] / host_tool.PROGRAM, build, wasm, output)
    else:
        command = [str(built["program"] / PROGRAM), str(wasm), str(output), *told]
    finished = context.runner.run(command, log=step.log, timeout=_SECONDS, memory=MEMORY)
    if finished.code != 0:
        raise refusal("the host step", finished)


def refusal(program: str, finished: Finished) -> BuildError:
    """How a cell ends whose module a program on the host did not take: refused, or died of."""
    did = "refused the module" if finished.code > 0 else "broke down on the module"
    return BuildError(f"{program} {did}: {cargo.first_error(finished.output)}", Status.UNSUPPORTED)
