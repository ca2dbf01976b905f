"""The W3C suite's host program: what it makes of it, and of our own scripts, once, for all runtimes."""

import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from wasmfit.catalog import Catalog

from . import absent, cargo, digest
from .cargo import Options, Package
from .context import Context, StepContext
from .digest import Shared
from .errors import BuildError
from .step import MODULES, BuildStep

_SECONDS = 900


def package(catalog: Catalog) -> Package:
    """The cargo package of the program."""
    manifest: dict[str, object] = {
        "package": {"name": "suite", "version": "0.0.0", "edition": "2024", "publish": False},
        "bin": [{"name": "suite", "path": "host/main.rs"}],
        "dependencies": cargo.pinned(catalog.features.dependencies),
        # Not optimised: it takes 13 s in the place of 4, and optimising its libraries a minute more.
        "profile": {"release": {"opt-level": 0, "debug": False, "strip": "symbols", "codegen-units": 256}},
        "workspace": {},
    }
    return Package(
        name="suite",
        manifest=manifest,
        files={"host": catalog.suite / "host"},
        lock=catalog.suite / "locks" / "host.lock",
    )


def key(context: Context) -> str:
    """Digest of all that decides what the program makes of the suite."""
    made_from = package(context.catalog)
    return digest.of(
        "suite",
        made_from.manifest,
        digest.tree(made_from.files["host"]),
        digest.tree(_ours(context.catalog)),
        cargo.lock_digest(made_from),
        context.toolchain.rust.identity,
    )


def _ours(catalog: Catalog) -> Path:
    """The folder of our own scripts."""
    return catalog.suite / "beyond"


def target_folder(context: Context) -> Path:
    """Cargo's target folder for the program."""
    return context.home.work / "target" / "suite"


def step(context: Context, shared: Shared) -> BuildStep:
    """Makes the folder with scripts and modules of every part."""

    def scripts() -> BuildStep:
        return BuildStep(
            "suite",
            key(context),
            "the W3C suite",
            partial(_make, context),
            is_task=True,
            lock=target_folder(context),
            stage=MODULES,
            key_now=partial(key, context),
            require=partial(absent.require_rust, context, absent.what("suite")),
        )

    return shared.once(("suite",), scripts)


def _make(context: Context, step: StepContext, _built: Mapping[str, Path], artefact: Path) -> None:
    """Compiles the program and runs it.

    Raises:
        BuildError: The program does not compile, or gives up.
    """
    made_from = package(context.catalog)
    cargo.require_lock(made_from, "the suite's host program")
    target = target_folder(context)
    work = context.home.work / "host" / "suite"
    built = cargo.build(context, step, made_from, Options(), work=work, target=target)
    program = artefact / "program"
    shutil.copy(built.file("suite"), program)
    step.progress("reading the suite", 0, 0)
    finished = context.runner.run([program, artefact, _ours(context.catalog)], log=step.log, timeout=_SECONDS)
    program.unlink()
    if finished.code != 0:
        raise BuildError(f"the suite cannot be read: {cargo.first_error(finished.output)}")
    cargo.clear(target)
