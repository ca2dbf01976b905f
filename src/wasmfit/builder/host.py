"""The host step: what a runtime does to the module before it can be flashed."""

import shutil
from pathlib import Path

from wasmfit.catalog import Catalog
from wasmfit.model import Build, Status
from wasmfit.toolchain import Finished

from . import cargo, digest
from .cargo import Options, Package, dependencies
from .context import Context, Step
from .errors import BuildError

_SECONDS = 300

MEMORY = 4 << 30
"""Bytes that a program may take over a module, whose origin is unknown."""

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
        {place: digest.path(one) for place, one in made_from.files.items()},
        digest.file(made_from.lock) if made_from.lock.is_file() else None,
        *build.contents,
        context.toolchain.rust.identity,
    )


def target_folder(context: Context, build: Build) -> Path:
    """Cargo's target folder for the program: nothing is shared between versions of a compiler."""
    return context.home.work / "target" / f"host-{build.runtime.name}-{build.number}"


def program(context: Context, step: Step, build: Build) -> Path:
    """Builds the host step's program, or takes it from the cache.

    Raises:
        BuildError: It does not compile.
    """

    def make(place: Path) -> None:
        target = target_folder(context, build)
        built = cargo.build(
            context,
            step,
            package(context.catalog, build),
            Options(),
            work=context.home.work / "host" / f"{build.runtime.name}-{build.number}",
            target=target,
        )
        shutil.copy(built.file("host"), place / "host")
        # A gigabyte of a compiler's intermediate files that nobody shares.
        cargo.clear(target)

    return context.cache.get("host", key(context, build), make) / "host"


def prepare(context: Context, step: Step, build: Build, module: Path) -> Path:
    """What the device is given: the module itself, or what the host step makes of it.

    Raises:
        BuildError: The host step refuses the module.
    """
    if not build.version.host_dependencies:
        return module
    made_by = program(context, step, build)

    def make(place: Path) -> None:
        command = [str(made_by), str(module), str(place / "module.bin"), *build.variant.host_arguments]
        finished = context.gateway.run(command, log=step.log, timeout=_SECONDS, memory=MEMORY)
        if finished.code != 0:
            raise refusal("the host step", finished)

    made_from = digest.of(key(context, build), digest.file(module), build.variant.host_arguments)
    return context.cache.get("prepared", made_from, make) / "module.bin"


def refusal(program: str, finished: Finished) -> BuildError:
    """How a cell ends whose module a program on the host did not take: refused, or died of."""
    did = "refused the module" if finished.code > 0 else "broke down on the module"
    return BuildError(f"{program} {did}: {cargo.first_error(finished.output)}", Status.UNSUPPORTED)
