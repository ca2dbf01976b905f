"""A cell → an application of an operating system that is built with laze, out of its tree.

The application is written again for each cell, into one folder for each board and profile, so that cargo
keeps what it has compiled of the system. Which flags it compiles with is the system's, but for what a profile
says.
"""

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import tomli_w

from wasmfit.model import Base, Checkout, LazeSystem, Profile
from wasmfit.toolchain import ProcessRunner
from wasmfit.words import escape_unprintable

from .. import cargo, checkout, digest, firmware, lockfiles
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
        """Its build makes none."""
        return False

    def inspect(self, runner: ProcessRunner, base: Base, path: Path) -> Checkout:
        """A checkout is taken as a whole."""
        return checkout.inspect_tree(runner, base.name, path, _system(base).checkout_has)

    def key(self, context: Context, spec: FirmwareSpec, shared: Shared) -> str:
        """The checkout, the application, and the package inside it."""
        return key(context, spec, shared)

    def parts(
        self,
        context: Context,  # noqa: ARG002 - others'
        spec: FirmwareSpec,  # noqa: ARG002 - others'
        shared: Shared,  # noqa: ARG002 - others'
        translated: BuildStep | None,
    ) -> dict[str, BuildStep]:
        """Nothing is made beforehand."""
        assert translated is None, "C has no place in it"
        return {}

    def build(
        self,
        context: Context,
        step: StepContext,
        spec: FirmwareSpec,
        job: bytes,
        made: Mapping[str, Path],  # noqa: ARG002 - others'
        artefact: Path,
    ) -> None:
        """Lets laze build the application."""
        build(context, step, spec, job, artefact)

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
        "laze",
        base.checkout.digest,
        base.system,
        _system(base).boards[spec.board.name],
        shared.tree(context.catalog.folder(base) / "app"),
        firmware.key(context, spec, shared),
    )


def build(context: Context, step: StepContext, spec: FirmwareSpec, job: bytes, artefact: Path) -> None:
    """Builds the application into ``artefact``: ``firmware.elf``, and cargo's ``Cargo.lock``.

    Raises:
        BuildError: laze or cargo failed, or the checkout was edited meanwhile.
    """
    base, board, profile = spec.base, spec.board, spec.profile
    assert base.checkout is not None
    builder = _system(base).boards[board.name]
    app = context.home.work / "laze" / f"{base.name}-{base.checkout.digest[:12]}-{board.name}-{profile.name}"
    with exclusive_lock(app.with_suffix(".lock"), context.runner.cancel):
        write(context, spec, base.checkout, job, app)
        environment = _environment(context, profile, board.target)
        step.progress("laze plans", 0, 0)
        info = app / "info.json"
        _laze(context, step, app, environment, ["build", "-G", "-b", builder, "-i", info.name], _PLAN_SECONDS)
        outfile = app / planned(info.read_text(encoding="utf-8"), builder)
        step.progress("laze builds", 0, 0)
        _laze(context, step, app, environment, ["build", "-b", builder], _BUILD_SECONDS)
        if not outfile.is_file():
            raise BuildError(f"laze built no {outfile.relative_to(app)}, as its plan says")
        # Every variant writes the same file.
        shutil.copy(outfile, artefact / "firmware.elf")
        shutil.copy(app / "Cargo.lock", artefact / "Cargo.lock")
    if checkout.has_changed(context.runner, base.checkout):
        raise BuildError(f"{base.checkout.path} was edited while it was built; run it again")
    firmware.unchanged(context, spec.build)


def write(context: Context, spec: FirmwareSpec, system: Checkout, job: bytes, app: Path) -> None:
    """Writes the application: laze's project, cargo's package and configuration, main and the job.

    Raises:
        BuildError: A lockfile is missing.
    """
    package = firmware.package(context.catalog, spec.package)
    cargo.require_lock(package, spec.build.label)
    assert package.lock is not None
    tree = f"{_IMPORTS}/{system.path.name}"
    texts = {
        "laze-project.yml": _project(_system(spec.base), system.path),
        "Cargo.toml": tomli_w.dumps(_manifest(spec.base, tree)),
        ".cargo/config.toml": tomli_w.dumps({"include": [f"../{tree}/{_system(spec.base).cargo_config}"]}),
        "src/main.rs": (context.catalog.folder(spec.base) / "app" / "main.rs").read_text(encoding="utf-8"),
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


def planned(info: str, builder: str) -> str:
    """The file that laze says it will build, in the description that it writes of a build.

    Raises:
        BuildError: There is none in it, or one outside of the application's folder.
    """
    try:
        outfile = json.loads(info)["builds"][builder][_APP]["outfile"]
    except (ValueError, KeyError, TypeError) as error:
        raise BuildError(f"laze plans no image for {builder}: it has no {error}") from error
    if not isinstance(outfile, str) or Path(outfile).is_absolute() or ".." in Path(outfile).parts:
        raise BuildError("laze plans an image outside of the application's folder")
    return outfile


def _project(system: LazeSystem, checkout: Path) -> str:
    # JSON is YAML: names need no quoting of ours.
    return json.dumps(
        {
            "imports": [{"path": str(checkout), "symlink": True}],
            "apps": [
                {
                    "name": _APP,
                    "selects": system.selects,
                    "env": {"global": system.environment},
                }
            ],
        },
        indent=1,
    )


def _manifest(base: Base, tree: str) -> dict[str, object]:
    return {
        "package": {"name": _APP, "version": "0.0.0", "edition": "2024", "publish": False},
        "dependencies": {
            **{name: {"path": f"{tree}/src/{name}"} for name in _system(base).crates},
            "firmware": {"path": "firmware"},
        },
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
    # Debian's Rust does not have the linker that its targets name.
    variable = f"CARGO_TARGET_{target.upper().replace('-', '_').replace('.', '_')}_LINKER"
    options = Options(
        environment={
            "CARGO_PROFILE_RELEASE_OPT_LEVEL": rust.opt_level,
            "CARGO_PROFILE_RELEASE_LTO": rust.lto,
            "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": str(rust.codegen_units),
            "CARGO_PROFILE_RELEASE_PANIC": "abort",
            "CARGO_UNSTABLE_BUILD_STD": "core,alloc",
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


def _laze(
    context: Context,
    step: StepContext,
    app: Path,
    environment: Mapping[str, str],
    arguments: list[str],
    seconds: int,
) -> None:
    finished = context.runner.run(
        [PROGRAM, *arguments], cwd=app, env=environment, log=step.log, timeout=seconds
    )
    if finished.code != 0:
        raise BuildError(f"laze: {_reason(finished.output)}")


def _reason(output: str) -> str:
    """What laze says went wrong; of a build, what cargo says."""
    said = [line for line in output.splitlines() if line.startswith("laze: error")]
    first = cargo.first_error(output)
    return (
        escape_unprintable(said[0].removeprefix("laze: error: "), 300)
        if said and "error" not in first
        else first
    )
