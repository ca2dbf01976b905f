"""A build and a profile → the Rust archive of a firmware, and the linker script it came with."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from wasmfit.catalog import Catalog
from wasmfit.model import Board, Build, Dependency, Profile

from . import cargo, digest
from .cargo import Options, Package
from .context import Context, Step
from .errors import BuildError


@dataclass(frozen=True)
class Firmware:
    """The compiled Rust part of a firmware: all of it, for a runtime in Rust; the harness, for one in C.

    Attributes:
        archive: Static library.
        linker_script: ``link.x`` of the chip's start-up crate.
    """

    archive: Path
    linker_script: Path


def package(catalog: Catalog, build: Build, profile: Profile) -> Package:
    """The cargo package of a firmware."""
    rust = profile.rust
    folder = catalog.folder(build.runtime)
    harness = catalog.harness
    in_rust = build.runtime.language == "rust"
    sources = folder / "firmware" if in_rust else harness / "c"
    # A variant with dependencies of its own has a lockfile of its own.
    locked = build.name if build.variant.dependencies else ""
    lock = folder / "locks" / f"{'-'.join(filter(None, (locked, build.version.version)))}.lock"
    features = sorted({*build.version.cfg, *build.variant.cfg}) if in_rust else []
    # Many packages share a target folder, and cargo tells them apart by path and
    # time alone: what a folder holds must be part of its name.
    firmware_place = cargo.place_for("firmware", digest.tree(sources))
    harness_place = cargo.place_for(
        "harness", digest.tree(harness / "src"), digest.file(harness / "Cargo.toml")
    )
    release: dict[str, object] = {
        "opt-level": level(rust.opt_level),
        "lto": rust.lto,
        "codegen-units": rust.codegen_units,
        "panic": rust.panic,
        "debug": False if rust.debug == "none" else rust.debug,
        "trim-paths": "all",
    }
    overrides: dict[str, dict[str, object]] = {}
    if rust.std_opt_level is not None:
        for crate in ("core", "alloc", "compiler_builtins"):
            overrides[crate] = {"opt-level": level(rust.std_opt_level)}
    for crate, flags in build.variant.package_rustflags.items():
        overrides.setdefault(crate, {})["rustflags"] = list(flags)
    if overrides:
        release["package"] = overrides
    manifest: dict[str, object] = {
        "cargo-features": ["trim-paths", "panic-immediate-abort", "profile-rustflags"],
        "package": {"name": "firmware", "version": "0.0.0", "edition": "2024", "publish": False},
        "lib": {"path": f"{firmware_place}/lib.rs", "crate-type": ["staticlib"]},
        "features": {**{name: [] for name in features}, "default": features},
        "dependencies": {
            "wasmfit-harness": {"path": harness_place, "features": ["messages"] if rust.messages else []},
            **dependencies(build.dependencies),
        },
        "profile": {"release": release},
        "workspace": {},
    }
    shared = harness / "locks" / "firmware.lock"
    return Package(
        name="firmware",
        manifest=manifest,
        files={
            firmware_place: sources,
            f"{harness_place}/Cargo.toml": harness / "Cargo.toml",
            f"{harness_place}/src": harness / "src",
        },
        lock=lock if build.dependencies else shared,
    )


def dependencies(pinned: dict[str, Dependency]) -> dict[str, object]:
    """Pinned dependencies as Cargo writes them."""
    return {
        name: {
            "version": one.version,
            "default-features": one.default_features,
            "features": list(one.features),
        }
        for name, one in pinned.items()
    }


def level(opt_level: str) -> int | str:
    """An optimisation level as Cargo's manifest wants it: a number or a letter."""
    return int(opt_level) if opt_level.isdigit() else opt_level


def options(board: Board, profile: Profile) -> Options:
    """How firmware is built for a board in a profile."""
    return Options(
        target=board.target,
        build_std=("core", "alloc"),
        std_features=profile.rust.std_features,
        rustflags=("-Csymbol-mangling-version=v0", *profile.rust.rustflags),
    )


def key(context: Context, build: Build, board: Board, profile: Profile) -> str:
    """Digest of all that decides what the archive holds; module and memory map are no part of it."""
    made_from = package(context.catalog, build, profile)
    return digest.of(
        "firmware",
        made_from.manifest,
        {
            place: digest.tree(source) if source.is_dir() else digest.file(source)
            for place, source in made_from.files.items()
        },
        lock_digest(made_from),
        options(board, profile).arguments(),
        options(board, profile).rustflags,
        context.toolchain.rust.identity,
    )


def lock_digest(made_from: Package) -> str | None:
    """SHA-256 of the package's lockfile."""
    return digest.file(made_from.lock) if made_from.lock is not None and made_from.lock.is_file() else None


def target_folder(context: Context, board: Board, profile: Profile) -> Path:
    """Cargo's target folder for a board and profile: core, alloc and the harness are compiled once in it."""
    return context.home.work / "target" / f"{board.target}-{profile.name}"


def archive(context: Context, step: Step, build: Build, board: Board, profile: Profile) -> Firmware:
    """Builds the archive, or takes it from the cache.

    Raises:
        BuildError: It does not compile.
    """

    def make(place: Path) -> None:
        made_from = package(context.catalog, build, profile)
        if made_from.lock is None or not made_from.lock.is_file():
            raise BuildError(f"the catalogue has no lockfile for {build.label}; `make locks` writes it")
        built = cargo.build(
            context,
            step,
            made_from,
            options(board, profile),
            work=context.home.work / "firmware" / f"{build.label}-{board.target}-{profile.name}",
            target=target_folder(context, board, profile),
        )
        shutil.copy(built.file(".a"), place / "firmware.a")
        scripts = [folder / "link.x" for folder in built.out_folders if (folder / "link.x").is_file()]
        if len(scripts) != 1:
            raise BuildError(f"expected one link.x from the start-up crate, found {len(scripts)}")
        shutil.copy(scripts[0], place / "link.x")

    place = context.cache.get("firmware", key(context, build, board, profile), make)
    return Firmware(place / "firmware.a", place / "link.x")
