"""Which releases of a runtime's package there are, by asking the registries' own clients."""

import re
import sys
from dataclasses import dataclass

from wasmfit.model import Build, CrateSource, SdistSource, WheelSource
from wasmfit.toolchain import ProcessRunner, Rust

from . import cargo
from .cargo import Options
from .context import Context

_SECONDS = 120
_CRATE = re.compile(r"^version: (\S+)(?: \(latest (\S+?)[ )])?", re.MULTILINE)
_RUST = re.compile(r"^rust-version: (\d\S*)", re.MULTILINE)
_PYTHON = re.compile(r"^Available versions: (\S+?)(?:,|$)", re.MULTILINE)


@dataclass(frozen=True)
class RuntimePackage:
    """What a runtime comes from.

    Attributes:
        name: The package.
        version: Its version in the catalogue.
        is_crate: Whether it is a crate; otherwise it is a Python package.
        is_runtime: Whether its version is the runtime's own.
    """

    name: str
    version: str
    is_crate: bool
    is_runtime: bool


@dataclass(frozen=True)
class Releases:
    """What a registry has of a package.

    Attributes:
        fitting: The newest that is for the Rust at hand; of a Python package, the newest.
        newest: The newest.
        wants: The Rust that the newest wants, where it says so.
    """

    fitting: str
    newest: str
    wants: str | None = None


def package_of(build: Build) -> RuntimePackage | None:
    """The package that a build's runtime comes from; ``None`` where it is in none."""
    match build.version.source:
        case CrateSource(crate=name, version=version):
            return RuntimePackage(name, version, is_crate=True, is_runtime=False)
        case SdistSource(sdist=name, version=version) | WheelSource(wheel=name, version=version):
            return RuntimePackage(name, version, is_crate=False, is_runtime=version == build.version.version)
    if build.crate is None:
        return None
    version = build.version.dependencies[build.crate].version.lstrip("=")
    return RuntimePackage(build.crate, version, is_crate=True, is_runtime=version == build.version.version)


def releases(context: Context, package: RuntimePackage) -> Releases | str:
    """The releases of a package, or why they are not known, as a clause."""
    if package.is_crate:
        return _of_crate(context, package.name)
    command = [sys.executable, "-m", "pip", "index", "versions", package.name]
    ended = context.runner.run(command, timeout=_SECONDS)
    found = _PYTHON.search(ended.output)
    if ended.code != 0 or found is None:
        return f"pip: {cargo.first_error(ended.output)}"
    return Releases(found.group(1), found.group(1))


def of_version(context: Context, crate: str, version: str) -> Releases | None:
    """One release of a crate, with the Rust that it wants; ``None`` where there is none, or no registry."""
    said = _info(context.runner, context.toolchain.rust, context, f"{crate}@{version}")
    if said is None:
        return None
    wants = _RUST.search(said)
    return Releases(version, version, None if wants is None else wants.group(1))


def _of_crate(context: Context, name: str) -> Releases | str:
    said = _info(context.runner, context.toolchain.rust, context, name)
    found = _CRATE.search(said or "")
    if said is None or found is None:
        return f"cargo knows no crate {name}, or reaches no registry"
    fitting, newest = found.group(1), found.group(2) or found.group(1)
    newer = (
        said
        if newest == fitting
        else _info(context.runner, context.toolchain.rust, context, f"{name}@{newest}")
    )
    wants = _RUST.search(newer or "")
    return Releases(fitting, newest, None if wants is None else wants.group(1))


def _info(runner: ProcessRunner, rust: Rust, context: Context, what: str) -> str | None:
    """What cargo says of a crate; nothing where it does not know it."""
    work = context.home.work
    work.mkdir(parents=True, exist_ok=True)
    environment = cargo.environment(rust, Options(), work / "target")
    ended = runner.run([str(rust.cargo.path), "info", what], cwd=work, env=environment, timeout=_SECONDS)
    return ended.output if ended.code == 0 else None
