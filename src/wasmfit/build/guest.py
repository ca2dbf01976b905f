"""A workload → its wasm module."""

import shutil
from pathlib import Path

from wasmfit.catalog import Catalog
from wasmfit.model import Workload

from . import cargo, digest
from .cargo import Options, Package, level
from .context import Context, Step


def package(catalog: Catalog, workload: Workload) -> Package:
    """The cargo package of a workload's module."""
    guest = workload.guest
    sources = catalog.folder(workload) / "guest"
    # Several modules share a target folder: see firmware.py.
    place = cargo.place_for("guest", digest.tree(sources))
    manifest: dict[str, object] = {
        "cargo-features": ["trim-paths", "panic-immediate-abort"],
        "package": {"name": "guest", "version": "0.0.0", "edition": "2024", "publish": False},
        "lib": {
            "name": guest.artifact.removesuffix(".wasm"),
            "path": f"{place}/lib.rs",
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
        files={place: sources},
        lock=catalog.harness / "locks" / "guest.lock",
    )


def crate_place(catalog: Catalog, workload: Workload) -> str:
    """Folder of the guest's crate inside a firmware's package, for native code."""
    return cargo.place_for("guest", digest.tree(catalog.folder(workload) / "guest"))


def crate_manifest() -> dict[str, object]:
    """The manifest of the guest's crate inside a firmware's package."""
    return {
        "package": {"name": "guest", "version": "0.0.0", "edition": "2024", "publish": False},
        "lib": {"path": "src/lib.rs"},
    }


def options(context: Context, workload: Workload, cpu: str | None) -> Options:
    """How a workload's module is built; ``cpu`` is the runtime's ``guest_cpu``."""
    guest = workload.guest
    linker = context.toolchain.rust.wasm_linker[0]
    return Options(
        target=guest.target,
        build_std=guest.build_std,
        std_features=guest.std_features,
        rustflags=(f"-Clinker={linker}", *_cpu_flags(cpu), *guest.rustflags),
    )


def _cpu_flags(cpu: str | None) -> tuple[str, ...]:
    return () if cpu is None else (f"-Ctarget-cpu={cpu}",)


def key(context: Context, workload: Workload, cpu: str | None) -> str:
    """Digest of all that decides what the module is."""
    made_from = package(context.catalog, workload)
    chosen = options(context, workload, cpu)
    return digest.of(
        "guest",
        made_from.manifest,
        {place: digest.tree(source) for place, source in made_from.files.items()},
        chosen.arguments(),
        (*_cpu_flags(cpu), *workload.guest.rustflags),
        context.toolchain.rust.identity,
    )


def target_folder(context: Context, workload: Workload, cpu: str | None) -> Path:
    """Cargo's target folder for modules of that target."""
    return context.home.work / "target" / "-".join(filter(None, (workload.guest.target, cpu)))


def module(context: Context, step: Step, workload: Workload, cpu: str | None) -> Path:
    """Builds the module, or takes it from the cache; returns the path of the ``.wasm`` file.

    Raises:
        BuildError: It does not compile.
    """

    def make(place: Path) -> None:
        built = cargo.build(
            context,
            step,
            package(context.catalog, workload),
            options(context, workload, cpu),
            work=context.home.work / "guest" / "-".join(filter(None, (workload.name, cpu))),
            target=target_folder(context, workload, cpu),
        )
        shutil.copy(built.file(".wasm"), place / "module.wasm")

    return context.cache.get("guest", key(context, workload, cpu), make) / "module.wasm"
