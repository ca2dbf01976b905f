"""A workload → its wasm module."""

import shutil
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from wasmfit.catalog import Catalog
from wasmfit.model import Workload

from . import absent, cargo, costs, digest, module
from .cargo import Options, Package, level
from .context import Context, StepContext
from .digest import Shared
from .step import MODULES, BuildStep

_STANDARD_LIBRARY = ("core", "alloc", "compiler_builtins")


def package(catalog: Catalog, workload: Workload, cpu: str | None = None) -> Package:
    """The cargo package of a workload's module; ``cpu`` is the runtime's ``guest_cpu``."""
    guest = workload.guest
    sources = catalog.folder(workload) / "guest"
    # Several modules share a target folder: see firmware.py. Names of their own
    # keep them apart in it, and from the crates that they depend on.
    crate_name = cargo.place_for("guest", digest.tree(sources))
    name = f"guest_{workload.name.replace('-', '_')}"
    overrides: dict[str, dict[str, object]] = {}
    if guest.std_opt_level is not None:
        for crate in _STANDARD_LIBRARY:
            overrides[crate] = {"opt-level": level(guest.std_opt_level)}
    if flags := _own_flags(workload, cpu):
        overrides["guest"] = {"rustflags": list(flags)}
    release: dict[str, object] = {
        "opt-level": level(guest.opt_level),
        "codegen-units": guest.codegen_units,
        "lto": guest.lto,
        "debug": False,
        "strip": guest.strip,
        "panic": guest.panic,
        "trim-paths": "all",
    }
    if overrides:
        release["package"] = overrides
    manifest: dict[str, object] = {
        "cargo-features": ["trim-paths", "panic-immediate-abort", "profile-rustflags"],
        "package": {"name": "guest", "version": "0.0.0", "edition": "2024", "publish": False},
        "lib": {"name": name, "path": f"{crate_name}/lib.rs", "crate-type": ["cdylib"]},
        "dependencies": cargo.pinned(guest.dependencies),
        "profile": {"release": release},
        "workspace": {},
    }
    return Package(name=name, manifest=manifest, files={crate_name: sources}, lock=lock(catalog, workload))


def lock(catalog: Catalog, workload: Workload) -> Path:
    """The lockfile of a workload's module: its own where it has dependencies, or the common one."""
    own = catalog.folder(workload) / "locks" / "guest.lock"
    return own if workload.guest.dependencies else catalog.harness / "locks" / "guest.lock"


def native_lock(catalog: Catalog, workload: Workload) -> Path:
    """The same for native code: what the workload depends on, and the harness with it."""
    own = catalog.folder(workload) / "locks" / "native.lock"
    return own if workload.guest.dependencies else catalog.harness / "locks" / "native.lock"


def crate_place(catalog: Catalog, workload: Workload) -> str:
    """Folder of the guest's crate inside a firmware's package, for native code."""
    return cargo.place_for("guest", digest.tree(catalog.folder(workload) / "guest"))


def crate_manifest(workload: Workload) -> dict[str, object]:
    """The manifest of the guest's crate inside a firmware's package."""
    return {
        "package": {"name": "guest", "version": "0.0.0", "edition": "2024", "publish": False},
        "lib": {"path": "src/lib.rs"},
        "dependencies": cargo.pinned(workload.guest.dependencies),
    }


def options(context: Context, workload: Workload, cpu: str | None) -> Options:
    """How a workload's module is built."""
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


def _own_flags(workload: Workload, cpu: str | None) -> tuple[str, ...]:
    """Flags for the guest's own crate: what differs here needs no standard library of its own."""
    guest = workload.guest
    features = () if cpu is not None else guest.features
    return (
        *(f"-Ctarget-feature=+{feature}" for feature in features),
        *(f"-Clink-arg={argument}" for argument in guest.link_args),
    )


def key(context: Context, workload: Workload, cpu: str | None) -> str:
    """Digest of all that decides what the module is."""
    made_from = package(context.catalog, workload, cpu)
    chosen = options(context, workload, cpu)
    return digest.of(
        "guest",
        made_from.manifest,
        {name: digest.tree(source) for name, source in made_from.files.items()},
        cargo.lock_digest(made_from),
        chosen.arguments(),
        (*_cpu_flags(cpu), *workload.guest.rustflags),
        context.toolchain.rust.identity,
    )


def target_folder(context: Context, workload: Workload, cpu: str | None) -> Path:
    """Cargo's target folder for modules of that target."""
    return context.home.work / "target" / "-".join(filter(None, (workload.guest.target, cpu)))


def step(context: Context, workload: Workload, cpu: str | None, shared: Shared) -> BuildStep:
    """Builds the module, :data:`~wasmfit.builder.module.NAME`."""

    def build() -> BuildStep:
        return BuildStep(
            "guest",
            key(context, workload, cpu),
            " ".join(filter(None, ("module", workload.name, cpu))),
            partial(_make, context, workload, cpu),
            is_task=True,
            lock=target_folder(context, workload, cpu),
            stage=MODULES,
            beginning=costs.core() if workload.guest.build_std else 0,
            key_now=partial(key, context, workload, cpu),
            require=partial(absent.require_rust, context, absent.what("guest")),
        )

    return shared.once(("guest", workload.name, cpu), build)


def _make(
    context: Context,
    workload: Workload,
    cpu: str | None,
    step: StepContext,
    _built: Mapping[str, Path],
    artefact: Path,
) -> None:
    """Compiles it.

    Raises:
        BuildError: It does not compile.
    """
    made_from = package(context.catalog, workload, cpu)
    cargo.require_lock(made_from, workload.name)
    built = cargo.build(
        context,
        step,
        made_from,
        options(context, workload, cpu),
        work=context.home.work / "guest" / "-".join(filter(None, (workload.name, cpu))),
        target=target_folder(context, workload, cpu),
    )
    shutil.copy(built.file(".wasm"), artefact / module.NAME)
