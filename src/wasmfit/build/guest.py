"""A workload → its wasm module."""

import shutil
from pathlib import Path

from wasmfit.catalog import Catalog
from wasmfit.model import Workload

from . import cargo, digest
from .cargo import Options, Package
from .context import Context, Step
from .firmware import level


def package(catalog: Catalog, workload: Workload) -> Package:
    """The cargo package of a workload's module."""
    guest = workload.guest
    manifest: dict[str, object] = {
        "cargo-features": ["trim-paths", "panic-immediate-abort"],
        "package": {"name": "guest", "version": "0.0.0", "edition": "2024", "publish": False},
        "lib": {
            "name": guest.artifact.removesuffix(".wasm"),
            "path": "guest/lib.rs",
            "crate-type": ["cdylib"],
        },
        "profile": {
            "release": {
                "opt-level": level(guest.opt_level),
                "codegen-units": guest.codegen_units,
                "lto": guest.lto,
                "debug": False,
                "strip": guest.strip,
                "panic": guest.panic,
                "trim-paths": "all",
            }
        },
        "workspace": {},
    }
    return Package(
        name=guest.artifact.removesuffix(".wasm"),
        manifest=manifest,
        files={"guest": catalog.folder(workload) / "guest"},
        lock=catalog.harness / "locks" / "guest.lock",
    )


def options(context: Context, workload: Workload) -> Options:
    """How a workload's module is built."""
    guest = workload.guest
    linker = context.toolchain.rust.wasm_linker[0]
    return Options(
        target=guest.target,
        build_std=guest.build_std,
        std_features=guest.std_features,
        rustflags=(f"-Clinker={linker}", *guest.rustflags),
    )


def key(context: Context, workload: Workload) -> str:
    """Digest of all that decides what the module is."""
    made_from = package(context.catalog, workload)
    chosen = options(context, workload)
    return digest.of(
        "guest",
        made_from.manifest,
        {place: digest.tree(source) for place, source in made_from.files.items()},
        chosen.arguments(),
        workload.guest.rustflags,
        context.toolchain.rust.identity,
    )


def target_folder(context: Context, workload: Workload) -> Path:
    """Cargo's target folder for modules of that target."""
    return context.home.work / "target" / workload.guest.target


def module(context: Context, step: Step, workload: Workload) -> Path:
    """Builds the module, or takes it from the cache; returns the path of the ``.wasm`` file.

    Raises:
        BuildError: It does not compile.
    """

    def make(place: Path) -> None:
        built = cargo.build(
            context,
            step,
            package(context.catalog, workload),
            options(context, workload),
            work=context.home.work / "guest" / workload.name,
            target=target_folder(context, workload),
        )
        shutil.copy(built.file(".wasm"), place / "module.wasm")

    return context.cache.get("guest", key(context, workload), make) / "module.wasm"
