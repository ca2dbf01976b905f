"""A cell → an application of an operating system that is built with laze, out of its tree.

The application is written again for each cell, into one folder for each board and profile, so that cargo
keeps what it has compiled of the system. Which flags it compiles with is the system's, but for what a profile
says.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import tomli_w

from wasmfit.model import Base, Checkout, LazeSystem, Profile
from wasmfit.toolchain import Finished, ProcessRunner
from wasmfit.words import escape_unprintable

from .. import c, cargo, cargo_reasons, checkout, digest, firmware, git_dependencies, library, lockfiles
from ..cargo import Options
from ..context import Context, StepContext
from ..digest import Shared
from ..errors import BuildError
from ..exclusive_lock import exclusive_lock
from ..spec import FirmwareSpec
from ..step import BuildStep
from .driver import Program

PROGRAM = "laze"
REMEDY = "Install it with: cargo install laze --version 0.1.39 --locked"

_APP = "wasmfit-app"
_IMPORTS = "build/imports"
_LINKED = "linked.txt"
"""What the application's build script reads."""

_MAP = "firmware.map"
_PLAN_SECONDS = 300
_BUILD_SECONDS = 3600


class Laze:
    """The driver."""

    @property
    def programs(self) -> Sequence[Program]:
        """Laze itself; cargo is wasmfit's own."""
        return (Program(PROGRAM, REMEDY),)

    @property
    def has_link_map(self) -> bool:
        """The application's build script asks the linker for one."""
        return True

    def inspect(self, runner: ProcessRunner, base: Base, path: Path) -> Checkout:
        """A checkout is taken as a whole."""
        return checkout.inspect_tree(runner, base.name, path, _system(base).checkout_has)

    def key(self, context: Context, spec: FirmwareSpec, shared: Shared) -> str:
        """The checkout, the application, and the package inside it."""
        return key(context, spec, shared)

    def parts(
        self, context: Context, spec: FirmwareSpec, shared: Shared, translated: BuildStep | None
    ) -> dict[str, BuildStep]:
        """The objects of a runtime in C; one in Rust is among the application's crates."""
        if spec.build.runtime.language != "c":
            return {}
        return {"objects": c.step(context, spec, shared, translated)}

    def build(
        self,
        context: Context,
        step: StepContext,
        spec: FirmwareSpec,
        job: bytes,
        made: Mapping[str, Path],
        artefact: Path,
    ) -> None:
        """Lets laze build the application."""
        build(context, step, spec, job, made, artefact)

    def lock(
        self,
        context: Context,  # noqa: ARG002 - others'
        spec: FirmwareSpec,  # noqa: ARG002 - others'
        made: Mapping[str, Path],  # noqa: ARG002 - others'
        artefact: Path,
    ) -> str | None:
        """The one that cargo ended with."""
        return digest.file(artefact / "Cargo.lock")


def _system(base: Base) -> LazeSystem:
    assert isinstance(base.system, LazeSystem)
    return base.system


def key(context: Context, spec: FirmwareSpec, shared: Shared) -> str:
    """Digest of all that decides what the application is, its job aside."""
    base = spec.base
    assert base.checkout is not None
    return digest.of(
        "laze, with names of v0",
        base.checkout.digest,
        base.system,
        spec.board.name,
        shared.tree(context.catalog.folder(base) / "app"),
        firmware.key(context, spec, shared),
    )


def build(
    context: Context,
    step: StepContext,
    spec: FirmwareSpec,
    job: bytes,
    made: Mapping[str, Path],
    artefact: Path,
) -> None:
    """Builds the application into ``artefact``: ``firmware.elf``, its map, and cargo's ``Cargo.lock``.

    Raises:
        BuildError: laze or cargo failed, or the checkout was edited meanwhile.
    """
    base, board, profile = spec.base, spec.board, spec.profile
    assert base.checkout is not None
    app = context.home.work / "laze" / f"{base.name}-{base.checkout.digest[:12]}-{board.name}-{profile.name}"
    with exclusive_lock(app.with_suffix(".lock"), context.runner.cancel):
        write(context, spec, base.checkout, job, app)
        (app / _LINKED).write_text("\n".join(_linked(context, step, spec, made, app)), encoding="utf-8")
        environment = _environment(context, profile, board.target)
        builder, planned = chosen(base, board.name, plans(_plan(context, step, app, environment)))
        _build(context, step, app, environment, builder, board.target)
        outfile = app / planned
        if not outfile.is_file():
            raise BuildError(f"laze built no {planned}, as its plan says")
        # Every variant writes the same file.
        shutil.copy(outfile, artefact / "firmware.elf")
        shutil.copy(app / _MAP, artefact / _MAP)
        shutil.copy(app / "Cargo.lock", artefact / "Cargo.lock")
    firmware.unchanged(context, base.checkout, spec.build.checkout)


def write(context: Context, spec: FirmwareSpec, system: Checkout, job: bytes, app: Path) -> None:
    """Writes the application: laze's project, cargo's package and configuration, main and the job.

    Raises:
        BuildError: A lockfile is missing.
    """
    package = firmware.package(context.catalog, spec.package)
    cargo.require_lock(package, spec.build.label)
    assert package.lock is not None
    tree, own = f"{_IMPORTS}/{system.path.name}", context.catalog.folder(spec.base) / "app"
    texts = {
        "laze-project.yml": _project(_system(spec.base), spec.profile, system.path),
        "Cargo.toml": tomli_w.dumps(_manifest(spec.base, package, tree)),
        ".cargo/config.toml": tomli_w.dumps({"include": [f"../{tree}/{_system(spec.base).cargo_config}"]}),
        "build.rs": (own / "build.rs").read_text(encoding="utf-8"),
        "src/main.rs": (own / "main.rs").read_text(encoding="utf-8"),
    }
    for name, text in texts.items():
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        (app / name).write_text(text, encoding="utf-8")
    (app / "src" / "job.bin").write_bytes(job)
    cargo.generate(_as_library(package), app / "firmware")
    own = system.path / "Cargo.lock"
    locked = (
        lockfiles.merged(package.lock, own) if own.is_file() else package.lock.read_text(encoding="utf-8")
    )
    (app / "Cargo.lock").write_text(locked, encoding="utf-8")


def _linked(
    context: Context, step: StepContext, spec: FirmwareSpec, made: Mapping[str, Path], app: Path
) -> Iterator[str]:
    """What the application's build script asks of the linker: a map, a runtime in C, its C library."""
    yield f"-Map={_MAP}"
    if "objects" not in made:
        return
    objects = c.Objects.at(made["objects"], context.toolchain.c[spec.board.target].archives)
    # Cargo links again when arguments change, and not when files do.
    folder = app / "c" / made["objects"].name
    shutil.rmtree(folder.parent, ignore_errors=True)
    folder.mkdir(parents=True)
    library.c_archive(context, step, spec.board.target, objects, folder / library.NAME)
    yield from map(str, (folder / library.NAME, *objects.libraries))
    yield from _system(spec.base).linker


def plans(info: str) -> dict[str, str]:
    """Builder → the file that laze would build for it, in the description that it writes of its plan.

    Raises:
        BuildError: It has no builds, or a file outside of the application's folder.
    """
    try:
        outfiles = {
            str(builder): apps[_APP]["outfile"] for builder, apps in json.loads(info)["builds"].items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BuildError(f"laze plans no image of the application: it has no {error}") from error
    for outfile in outfiles.values():
        if not isinstance(outfile, str) or Path(outfile).is_absolute() or ".." in Path(outfile).parts:
            raise BuildError("laze plans an image outside of the application's folder")
    return outfiles


def chosen(base: Base, board: str, planned: Mapping[str, str]) -> tuple[str, str]:
    """Laze's builder for a board in this revision, and the file that it builds.

    Raises:
        BuildError: Laze has no builder by any name that the board is known to have had.
    """
    names = _system(base).names(board)
    for name in names:
        if name in planned:
            return name, planned[name]
    known = ", ".join(sorted(planned)) or "none"
    raise BuildError(
        f"laze has no builder {' or '.join(names)} for {board} in this checkout; it has {known} "
        f"(bases/{base.name}/base.toml says which is which)"
    )


def _project(system: LazeSystem, profile: Profile, checkout: Path) -> str:
    variables = dict(system.environment)
    # What the profile says of every crate. Names of v0 say which crate a generic function's code is of.
    flags = (*profile.rust.rustflags, "-Csymbol-mangling-version=v0")
    variables["RUSTFLAGS"] = (*variables.get("RUSTFLAGS", ()), *flags)
    # JSON is YAML: names need no quoting of ours.
    return json.dumps(
        {
            "imports": [{"path": str(checkout), "symlink": True}],
            "apps": [
                {
                    "name": _APP,
                    "selects": system.selects,
                    "disables": system.disables,
                    "env": {"global": variables},
                }
            ],
        },
        indent=1,
    )


def _manifest(base: Base, package: cargo.Package, tree: str) -> dict[str, object]:
    release = _table(_table(package.manifest["profile"])["release"])
    overrides = _table(release.get("package", {}))
    # What is for the crate that is linked, which is the application here.
    own = {_APP: overrides[package.name]} if package.name in overrides else {}
    return {
        "cargo-features": ["profile-rustflags"],
        "package": {"name": _APP, "version": "0.0.0", "edition": "2024", "publish": False},
        "dependencies": {
            **{name: {"path": f"{tree}/src/{name}"} for name in _system(base).crates},
            "firmware": {"path": "firmware"},
        },
        "profile": {"release": {"package": {**overrides, **own}}},
        "workspace": {"exclude": [_IMPORTS]},
    }


def _as_library(package: cargo.Package) -> cargo.Package:
    """A firmware's package as one that an application links, with the harness that leaves the chip alone."""
    manifest = {
        name: table
        for name, table in package.manifest.items()
        if name in ("package", "lib", "features", "dependencies")
    }
    needed = _table(manifest["dependencies"])
    harness = _table(needed["wasmfit-harness"])
    features = harness["features"]
    assert isinstance(features, list)
    manifest["dependencies"] = {**needed, "wasmfit-harness": {**harness, "features": [*features, "os"]}}
    manifest["lib"] = {**_table(manifest["lib"]), "crate-type": ["rlib"]}
    return cargo.Package(package.name, manifest, package.files, lock=None, manifests=package.manifests)


def _table(value: object) -> dict[str, object]:
    assert isinstance(value, dict)
    return value


def _environment(context: Context, profile: Profile, target: str) -> dict[str, str]:
    """Cargo's environment, which laze passes on: the system's flags stay, the profile's levels win."""
    rust, linker = profile.rust, context.toolchain.rust.elf_linker
    features = rust.std_features
    # Debian's Rust does not have the linker that its targets name.
    variable = f"CARGO_TARGET_{target.upper().replace('-', '_').replace('.', '_')}_LINKER"
    options = Options(
        environment={
            "CARGO_PROFILE_RELEASE_OPT_LEVEL": rust.opt_level,
            "CARGO_PROFILE_RELEASE_LTO": rust.lto,
            "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": str(rust.codegen_units),
            "CARGO_PROFILE_RELEASE_PANIC": "abort",
            "CARGO_UNSTABLE_BUILD_STD": "core,alloc",
            **({"CARGO_UNSTABLE_BUILD_STD_FEATURES": ",".join(features)} if features else {}),
            **({variable: linker[0]} if len(linker) == 1 else {}),
        }
    )
    environment = cargo.environment(context.toolchain.rust, options, Path())
    # These two are laze's to set.
    return {
        name: value
        for name, value in environment.items()
        if name not in ("CARGO_TARGET_DIR", "CARGO_ENCODED_RUSTFLAGS")
    }


class _Compiled:
    """Reads cargo's lines: what it has begun to compile. How much there is to do it does not say."""

    def __init__(self, step: StepContext) -> None:
        self._step = step
        self._begun = 0

    def line(self, line: str) -> None:
        words = line.split()
        if words[:1] == ["Compiling"] and len(words) > 1:
            self._begun += 1
            self._step.progress(f"laze builds, crate {self._begun}: {words[1]}", 0, 0)


def _build(
    context: Context, step: StepContext, app: Path, environment: Mapping[str, str], builder: str, target: str
) -> None:
    """Builds the application; where its cargo cannot get what comes by Git, with the help of one that can."""
    arguments = ["build", "-b", builder, "-a", _APP]

    def once() -> Finished:
        step.progress("laze builds", 0, 0)
        return _run(context, step, app, environment, arguments, _BUILD_SECONDS, _Compiled(step).line)

    finished = once()
    lacks = finished.code != 0 and cargo_reasons.is_of_git(finished.output)
    if lacks and git_dependencies.fetched(context, step, app, target, environment):
        finished = once()
    elif lacks:
        raise BuildError(f"{_reason(finished.output)}: {git_dependencies.REMEDY}")
    if finished.code != 0:
        raise BuildError(_reason(finished.output))


def _plan(context: Context, step: StepContext, app: Path, environment: Mapping[str, str]) -> str:
    """What laze would build, for all that it has builders for: their names are others in other revisions."""
    step.progress("laze plans", 0, 0)
    info = app / "info.json"
    arguments = ["build", "-G", "-a", _APP, "-i", info.name]
    finished = _run(context, step, app, environment, arguments, _PLAN_SECONDS, None)
    if finished.code != 0:
        raise BuildError(_reason(finished.output))
    return info.read_text(encoding="utf-8")


def _run(
    context: Context,
    step: StepContext,
    app: Path,
    environment: Mapping[str, str],
    arguments: list[str],
    seconds: int,
    on_line: Callable[[str], None] | None,
) -> Finished:
    # Cargo tells what it does where others tell errors: so that it is read as it comes, it is one stream.
    command = ["/bin/sh", "-c", 'exec "$@" 2>&1', PROGRAM, PROGRAM, *arguments]
    return context.runner.run(
        command, cwd=app, env=environment, log=step.log, timeout=seconds, on_line=on_line
    )


def _reason(output: str) -> str:
    """What laze says went wrong; of a build, what cargo says."""
    reason = cargo_reasons.reason(output)
    said = [line for line in output.splitlines() if line.startswith("laze: error")]
    if said and "error" not in reason and "Caused by:" not in output:
        return f"laze: {escape_unprintable(said[0].removeprefix('laze: error: '), 300)}"
    return reason
