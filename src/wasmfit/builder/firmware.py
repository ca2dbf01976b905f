"""A build and a profile → the Rust archive of a firmware, and the linker script it came with."""

import os
import shutil
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from wasmfit.catalog import Catalog
from wasmfit.model import BaseCrate, Board, Build, Checkout, Embedding, Profile, Target

from . import absent, cargo, checkout, costs, digest, guest
from .cargo import Options, Package, dependencies, level
from .context import Context, StepContext
from .digest import Shared
from .errors import BuildError
from .spec import FirmwareSpec, PackageSpec
from .step import FIRMWARE, BuildStep


@dataclass(frozen=True)
class Firmware:
    """The compiled Rust part of a firmware: all of it, for a runtime in Rust; the harness, for one in C.

    Attributes:
        archive: Static library.
        linker_script: ``link.x`` of the chip's start-up crate, or the harness's own for the target. What it
            includes lies next to it.
    """

    archive: Path
    linker_script: Path

    @classmethod
    def at(cls, artefact: Path) -> "Firmware":
        """What a step has made."""
        return cls(artefact / "firmware.a", artefact / "link.x")


_NAME = "firmware"
"""The package that is linked, with all that it depends on."""

_ROOTS = {Embedding.STATIC: "lib.rs", Embedding.DYNAMIC: "any.rs", Embedding.CONFORMANCE: "suite.rs"}

_FEATURES = {Embedding.STATIC: (), Embedding.DYNAMIC: ("any",), Embedding.CONFORMANCE: ("suite",)}
"""Features of the harness that it needs."""

_SHARED = {
    Embedding.STATIC: Embedding.STATIC,
    Embedding.DYNAMIC: Embedding.STATIC,
    Embedding.CONFORMANCE: Embedding.CONFORMANCE,
}
"""The Rust root of a firmware in C: what differs for modules of the user's is in C."""


def _glue(folder: Path, embedding: Embedding) -> dict[str, Path]:
    """The glue's sources: all files of the folder but the roots of other glue."""
    others = {name for kind, name in _ROOTS.items() if kind is not embedding}
    return {
        path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.relative_to(folder).as_posix() not in others
    }


def package(catalog: Catalog, spec: PackageSpec, digested: Callable[[Path], object] = digest.path) -> Package:
    """The cargo package of a firmware; ``digested`` says what a file or folder holds."""
    build, linked, embedding, base_crate = spec.build, spec.linked, spec.embedding, spec.base_crate
    rust = spec.profile.rust
    folder = catalog.folder(build.runtime)
    harness = catalog.harness
    in_rust = build.runtime.language == "rust"
    root = embedding if in_rust else _SHARED[embedding]
    sources = _glue(folder / "firmware" if in_rust else harness / "c", root)
    # A variant with dependencies of its own has a lockfile of its own.
    locked = build.name if build.variant.dependencies else ""
    lock = folder / "locks" / f"{'-'.join(filter(None, (locked, build.version.version)))}.lock"
    shared = harness / "locks" / "firmware.lock"
    known = lock if build.dependencies and not (build.checkout and not lock.is_file()) else shared
    features = sorted({*build.version.cfg, *build.variant.cfg}) if in_rust else []
    # Many packages share a target folder, and cargo tells them apart by path and
    # time alone: what a folder holds must be part of its name.
    firmware_place = cargo.place_for("firmware", {name: digested(path) for name, path in sources.items()})
    harness_place = cargo.place_for("harness", digested(harness / "src"), digested(harness / "Cargo.toml"))
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
    for crate, opt_level in rust.packages.items():
        overrides[crate] = {"opt-level": level(opt_level)}
    for crate, flags in build.variant.package_rustflags.items():
        overrides.setdefault(crate, {})["rustflags"] = list(flags)
    if rust.linked_rustflags:
        overrides.setdefault(_NAME, {})["rustflags"] = list(rust.linked_rustflags)
    if overrides:
        release["package"] = overrides
    harness_features = [*(["messages"] if rust.messages else []), *_FEATURES[embedding]]
    needed: dict[str, object] = {
        "wasmfit-harness": {"path": harness_place, "features": harness_features},
        **dependencies(build, build.dependencies),
    }
    manifest: dict[str, object] = {
        "cargo-features": ["trim-paths", "panic-immediate-abort", "profile-rustflags"],
        "package": {"name": _NAME, "version": "0.0.0", "edition": "2024", "publish": False},
        "lib": {"path": f"{firmware_place}/{_ROOTS[root]}", "crate-type": ["staticlib"]},
        "features": {**{name: [] for name in features}, "default": features},
        "dependencies": needed,
        "profile": {"release": release},
        "workspace": {},
    }
    files: dict[str, Path] = {
        **{f"{firmware_place}/{name}": path for name, path in sources.items()},
        f"{harness_place}/Cargo.toml": harness / "Cargo.toml",
        f"{harness_place}/src": harness / "src",
    }
    manifests: dict[str, dict[str, object]] = {}
    if base_crate is not None:
        harness_features.append("base")
        base_place = cargo.place_for("base", digested(catalog.folder(base_crate.base) / "crate"))
        files[base_place] = catalog.folder(base_crate.base) / "crate"
        manifests[f"{base_place}/Cargo.toml"] = _base_manifest(base_crate)
        manifests[f"{harness_place}/Cargo.toml"] = _harness_manifest(harness, base_place)
        del files[f"{harness_place}/Cargo.toml"]
    if spec.in_library:
        harness_features += ["base", "os"]
        base_place = cargo.place_for("base", digested(catalog.system / "crate"))
        files[base_place] = catalog.system / "crate"
        manifests[f"{base_place}/Cargo.toml"] = _package_of_base({})
        manifests[f"{harness_place}/Cargo.toml"] = _harness_manifest(harness, base_place)
        del files[f"{harness_place}/Cargo.toml"]
    if linked is not None:
        guest_place = guest.crate_place(catalog, linked)
        needed["guest"] = {"path": guest_place}
        files[f"{guest_place}/src"] = catalog.folder(linked) / "guest"
        manifests[f"{guest_place}/Cargo.toml"] = guest.crate_manifest(linked)
        if not build.dependencies:
            known = guest.native_lock(catalog, linked)
    # A checkout is in no lockfile of the catalogue's; nor is a guest in that of a runtime with crates.
    pinned = build.checkout is None and (linked is None or not build.dependencies)
    return Package(
        name=_NAME,
        manifest=manifest,
        files=files,
        lock=known,
        # A base is in no runtime's lockfile: see `second_lock`.
        locked=pinned and base_crate is None and not spec.in_library,
        second_lock=None if base_crate is None else base_lock(catalog, base_crate),
        held=pinned,
        manifests=manifests,
    )


def base_lock(catalog: Catalog, base_crate: BaseCrate) -> Path:
    """The lockfile of what a base's crate depends on for a family of chips."""
    return catalog.folder(base_crate.base) / "locks" / f"{base_crate.hal.name}.lock"


def _base_manifest(base_crate: BaseCrate) -> dict[str, object]:
    return {
        **_package_of_base(cargo.pinned(base_crate.dependencies)),
        "features": {base_crate.hal.name: [], "default": [base_crate.hal.name]},
    }


def _package_of_base(dependencies: Mapping[str, object]) -> dict[str, object]:
    return {
        "package": {"name": "wasmfit-base", "version": "0.0.0", "edition": "2024", "publish": False},
        "lib": {"name": "base", "path": "lib.rs"},
        "dependencies": dependencies,
    }


def _harness_manifest(harness: Path, base_place: str) -> dict[str, object]:
    """The harness's own manifest, and the base that it links."""
    manifest = tomllib.loads((harness / "Cargo.toml").read_text(encoding="utf-8"))
    needed = {**manifest["dependencies"], "wasmfit-base": {"path": f"../{base_place}"}}
    return {**manifest, "dependencies": needed}


def options(target: Target, profile: Profile) -> Options:
    """How firmware is built for a target in a profile."""
    return Options(
        target=target.name,
        build_std=("core", "alloc"),
        std_features=profile.rust.std_features,
        rustflags=("-Csymbol-mangling-version=v0", *target.rustflags, *profile.rust.rustflags),
        specification=profile.rust.target,
    )


@dataclass(frozen=True)
class Contents:
    """What a firmware's package says and holds, the same for every board.

    Attributes:
        manifests: Its own manifest, and on a base those of the crates inside.
        files: Place → digest of the file, or of those in the folder.
        lock: Digest of the lockfile.
    """

    manifests: tuple[Mapping[str, object], ...]
    files: Mapping[str, object]
    lock: str | None


def contents(
    catalog: Catalog, spec: PackageSpec, digested: Callable[[Path], object] = digest.path
) -> Contents:
    """The package's contents, as its files are now; ``digested`` says what a file or folder holds."""
    made_from = package(catalog, spec, digested)
    return Contents(
        manifests=(
            made_from.manifest,
            *([made_from.manifests] if spec.base_crate is not None or spec.in_library else []),
        ),
        files={path: digested(source) for path, source in made_from.files.items()},
        lock=cargo.lock_digest(made_from),
    )


def key(context: Context, spec: FirmwareSpec, shared: Shared) -> str:
    """Digest of all that decides what the archive holds; module and memory map are not part of it."""
    package = spec.package

    def known() -> Contents:
        return contents(context.catalog, package, shared.path)

    # Of the board, the base's part for its chip decides what is in the package; its target, how it is built.
    return shared.once(
        ("firmware", *package.label, spec.base.name, spec.board.target),
        lambda: _key(context, spec, shared.once(("contents", *package.label, spec.base.name), known)),
    )


def _key(context: Context, spec: FirmwareSpec, made_from: Contents) -> str:
    own = _own_script(context.catalog, spec)
    how = options(context.catalog.target(spec.board), spec.profile)
    return digest.of(
        "firmware, paths without registry",
        *made_from.manifests,
        digest.file(own) if own else None,
        made_from.files,
        made_from.lock,
        *spec.build.contents,
        how.arguments(),
        how.rustflags,
        *([how.specification] if how.specification else []),
        context.toolchain.rust.identity,
    )


def _own_script(catalog: Catalog, spec: FirmwareSpec) -> Path | None:
    """The linker script of the base, or the harness's for the board's target; ``None`` where the start-up
    crate brings one."""
    base_crate = spec.base_crate
    if base_crate is not None and base_crate.hal.linker_script is not None:
        return catalog.folder(base_crate.base) / "link" / base_crate.hal.linker_script
    name = catalog.target(spec.board).linker_script
    return None if name is None else catalog.harness / "link" / name


def target_folder(context: Context, board: Board, profile: Profile, build: Build) -> Path:
    """Cargo's target folder for a target, a profile, and a runtime in Rust.

    Cargos take turns at a folder, so those of two runtimes have two; what its versions and variants have in
    common is compiled once in it.
    """
    common = _common_folder(context, board, profile)
    return common.with_name(f"{common.name}-{build.runtime.name}") if build.dependencies else common


def _common_folder(context: Context, board: Board, profile: Profile) -> Path:
    """The folder of what depends on the harness alone."""
    return context.home.work / "target" / f"{board.target}-{profile.name}"


def _begin_with(common: Path, folder: Path) -> None:
    """Begins a target folder with what another has: core, alloc and what the harness depends on.

    Cargo notes that something is compiled after it is, and these notes are copied first: so a folder that
    is in use is as good a beginning.
    """
    if folder.exists() or not common.is_dir():
        return
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    left_out = shutil.ignore_patterns(_NOTES, "firmware-*", "libfirmware*")
    try:
        for notes in [path for path in common.rglob(_NOTES) if path.is_dir()]:
            shutil.copytree(notes, unfinished / notes.relative_to(common))
        shutil.copytree(
            common, unfinished, ignore=left_out, dirs_exist_ok=True, copy_function=_linked_or_copied
        )
        unfinished.rename(folder)
    except OSError:
        # A file went away meanwhile: all is compiled in the folder itself, as it is without another one.
        shutil.rmtree(unfinished, ignore_errors=True)


def _linked_or_copied(source: str, place: str) -> None:
    """Links libraries, nearly all of a folder, which rustc writes whole and renames; copies the rest."""
    if source.endswith((".rlib", ".rmeta")):
        try:
            os.link(source, place)
        except OSError:
            pass
        else:
            return
    shutil.copy2(source, place)


_NOTES = ".fingerprint"
"""Cargo's folder of what is compiled."""


def step(context: Context, spec: FirmwareSpec, shared: Shared) -> BuildStep:
    """Builds the archive: a :class:`Firmware`."""

    setting = f"({_where(spec)}, {spec.profile.name}){FOR_EMBEDDING[spec.payload.embedding]}"

    def archive() -> BuildStep:
        return BuildStep(
            "firmware",
            key(context, spec, shared),
            f"firmware {_what(spec)} {setting}",
            partial(_make, context, spec),
            is_task=True,
            lock=target_folder(context, spec.board, spec.profile, spec.build),
            stage=FIRMWARE,
            # What depends on the harness alone is needed by most, and takes seconds once there is a core; the
            # folders of all others begin with that.
            estimate=costs.cost("firmware", spec.build) if spec.build.dependencies else 0,
            beginning=0 if spec.build.dependencies else costs.core(),
            key_now=lambda: key(context, spec, Shared()),
            require=partial(absent.require_rust, context, absent.what("firmware")),
        )

    return shared.once(("archive", *spec.package.label, spec.base.name, spec.board.target), archive)


FOR_EMBEDDING = {
    Embedding.STATIC: "",
    Embedding.DYNAMIC: " for any module",
    Embedding.CONFORMANCE: " for the suite",
}
"""What titles say of it."""


def _what(spec: FirmwareSpec) -> str:
    """What an archive is of: the harness alone, for a runtime in C."""
    build = spec.build
    if spec.linked is not None:
        return f"{build.label} {spec.linked.name}"
    return build.label if build.dependencies else build.runtime.language


def _where(spec: FirmwareSpec) -> str:
    """What decides on the archive besides runtime and profile: the target, and the base's crate."""
    target, base_crate = spec.board.target, spec.base_crate
    if spec.package.in_library:
        return f"{target}, for a static library"
    return target if base_crate is None else f"{target}, {base_crate.label}"


def _make(
    context: Context, spec: FirmwareSpec, step: StepContext, _built: Mapping[str, Path], artefact: Path
) -> None:
    """Compiles the package.

    Raises:
        BuildError: It does not compile, or the checkout was edited meanwhile.
    """
    build, board, profile, linked, base_crate = (
        spec.build,
        spec.board,
        spec.profile,
        spec.linked,
        spec.base_crate,
    )
    made_from = package(context.catalog, spec.package)
    cargo.require_lock(made_from, build.label if linked is None else f"{build.label} of {linked.name}")
    embedding, target = spec.payload.embedding, target_folder(context, board, profile, build)
    _begin_with(_common_folder(context, board, profile), target)
    names = (
        build.label,
        board.target,
        profile.name,
        linked.name if linked else None,
        None if embedding is Embedding.STATIC else embedding,
        base_crate.label if base_crate else None,
        "library" if spec.package.in_library else None,
    )
    built = cargo.build(
        context,
        step,
        made_from,
        options(context.catalog.target(board), profile),
        work=context.home.work / "firmware" / "-".join(filter(None, names)),
        target=target,
    )
    shutil.copy(built.file(".a"), artefact / "firmware.a")
    own = _own_script(context.catalog, spec)
    scripts = [folder / "link.x" for folder in built.link_folders if (folder / "link.x").is_file()]
    if own is None and len(scripts) != 1:
        raise BuildError(f"expected one link.x from the start-up crate, found {len(scripts)}")
    shutil.copy(own or scripts[0], artefact / "link.x")
    # The chip's interrupts, which the start-up crate's script includes, or the base's.
    for folder in built.link_folders:
        if (folder / "device.x").is_file():
            shutil.copy(folder / "device.x", artefact / "device.x")
    if not made_from.locked:
        shutil.copy(built.lock, artefact / "Cargo.lock")
    unchanged(context, build.checkout)


def used_lock(context: Context, spec: FirmwareSpec, artefact: Path | None) -> str | None:
    """SHA-256 of the lockfile that an archive was built with; ``None``: by others, as locked."""
    made_from = package(context.catalog, spec.package)
    if made_from.locked or artefact is None:
        return cargo.lock_digest(made_from)
    lockfile = artefact / "Cargo.lock"
    return digest.file(lockfile) if lockfile.is_file() else None


def unchanged(context: Context, *checkouts: Checkout | None) -> None:
    """Makes sure that what was compiled are the checkouts that the plan looked at.

    Raises:
        BuildError: One has been edited since.
    """
    for one in checkouts:
        if one is not None and checkout.has_changed(context.runner, one):
            raise BuildError(f"{one.path} was edited while it was built; run it again")
