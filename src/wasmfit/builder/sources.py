"""Fetching the sources of C runtimes from package registries, checked against their hashes.

Crates come through ``cargo fetch`` under a lockfile: named as dependencies of a
target that never is, they are downloaded and never built. Python source
distributions come through pip, and only the archive is taken (pip reads its
metadata, which may run its setup script; nothing is built or installed).
"""

import json
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from wasmfit.catalog import Catalog
from wasmfit.model import Build, CrateSource, SdistSource, WheelSource

from . import cargo, digest
from .cargo import Options, Package
from .context import Context, StepContext
from .errors import BuildError

_SECONDS = 900


def fetch(context: Context, step: StepContext, build: Build) -> Path:
    """The folder with the C sources of a build: the user's checkout, or below wasmfit's own folder.

    Raises:
        BuildError: They cannot be had, or are not what they should be.
    """
    if build.checkout is not None:
        return build.checkout.folder
    source = build.version.source
    assert source is not None
    return package_folder(context, step, build) / source.path


def package_folder(context: Context, step: StepContext, build: Build) -> Path:
    """The folder of the registry's package that a build's C sources are in.

    Raises:
        BuildError: It cannot be had, or is not what it should be.
    """
    source = build.version.source
    step.progress(f"sources of {build.runtime.name}", 0, 0)
    match source:
        case CrateSource():
            return _crate(context, step, build, source)
        case SdistSource():
            wanted = _Pip(source.sdist, source.version, (source.sha256,))
            return _archive(context, step, source, wanted)
        case WheelSource():
            wanted = _Pip(source.wheel, source.version, source.sha256, wheel=True)
            return _archive(context, step, source, wanted)
    raise BuildError(f"{build.label} names no sources")


def package(catalog: Catalog, build: Build, source: CrateSource) -> Package:
    """A package that depends on the crate without ever building it."""
    manifest: dict[str, object] = {
        "package": {"name": "sources", "version": "0.0.0", "edition": "2024", "publish": False},
        "lib": {"path": "sources/lib.rs"},
        "target": {"cfg(any())": {"dependencies": {source.crate: f"={source.version}"}}},
        "workspace": {},
    }
    return Package(
        name="sources",
        manifest=manifest,
        files={"sources": catalog.harness / "c"},
        lock=catalog.folder(build.runtime) / "locks" / f"{build.version.version}.lock",
    )


def _crate(context: Context, step: StepContext, build: Build, source: CrateSource) -> Path:
    made_from = package(context.catalog, build, source)
    assert made_from.lock is not None
    if not made_from.lock.is_file():
        raise BuildError(f"the catalogue has no lockfile for {build.label}; `wasmfit lock` writes it")

    def make(place: Path) -> None:
        work = context.home.work / "sources" / build.label
        cargo.generate(made_from, work)
        rust = context.toolchain.rust
        environment = cargo.environment(rust, Options(), work / "target")
        fetched = context.runner.run(
            [str(rust.cargo.path), "fetch", "--locked"],
            cwd=work,
            env=environment,
            log=step.log,
            timeout=_SECONDS,
        )
        if fetched.code != 0:
            raise BuildError(f"cargo: {cargo.first_error(fetched.output)}")
        text: list[str] = []
        context.runner.run(
            [str(rust.cargo.path), "metadata", "--locked", "--offline", "--format-version=1"],
            cwd=work,
            env=environment,
            log=step.log,
            timeout=_SECONDS,
            on_line=text.append,
            keep_stdout=False,
        )
        folder = _manifest_folder("\n".join(text), source)
        (place / "source").symlink_to(folder)

    key = digest.of(source, digest.file(made_from.lock))
    place = context.cache.get("sources", key, make) / "source"
    if not place.is_dir():
        # The registry's folder was cleaned since; the link alone is worth nothing.
        context.cache.drop(place.parent)
        place = context.cache.get("sources", key, make) / "source"
    return place


def _manifest_folder(metadata: str, source: CrateSource) -> Path:
    try:
        for found in json.loads(metadata)["packages"]:
            if (found["name"], found["version"]) == (source.crate, source.version):
                return Path(found["manifest_path"]).parent
    except (ValueError, KeyError, TypeError) as error:
        raise BuildError(f"cargo metadata said what is not understood: {error!r}") from error
    raise BuildError(f"cargo fetched no {source.crate} {source.version}")


@dataclass(frozen=True)
class _Pip:
    """A file of the Python package index: distribution, version, the hashes it may have, and its kind."""

    name: str
    version: str
    sha256: tuple[str, ...]
    wheel: bool = False


def _archive(context: Context, step: StepContext, source: SdistSource | WheelSource, wanted: _Pip) -> Path:
    def make(place: Path) -> None:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary" if wanted.wheel else "--no-binary",
            ":all:",
            "--dest",
            str(place),
            f"{wanted.name}=={wanted.version}",
        ]
        finished = context.runner.run(command, log=step.log, timeout=_SECONDS)
        archives = [*place.glob("*.whl"), *place.glob("*.tar.gz")]
        if finished.code != 0 or len(archives) != 1:
            raise BuildError(f"{wanted.name} {wanted.version}: {cargo.first_error(finished.output)}")
        if digest.file(archives[0]) not in wanted.sha256:
            raise BuildError(f"{archives[0].name} has another SHA-256 than the catalogue says")
        unpack(archives[0], place / "unpacked")
        # A source distribution has one folder in it, a wheel none around its files.
        inner = place / "unpacked" / f"{wanted.name}-{wanted.version}"
        (place / "unpacked" if wanted.wheel else inner).rename(place / "source")

    return context.cache.get("sources", digest.of(source), make) / "source"


def unpack(archive: Path, place: Path) -> None:
    """Unpacks the plain files of a tar or zip archive below ``place``; nothing else in it is of use.

    (Debian's Python 3.11.2 does not know ``tarfile``'s extraction filters yet.)

    Raises:
        BuildError: A file would land elsewhere.
    """
    place = place.resolve()
    for name, content in _members(archive):
        path = (place / name).resolve()
        if not path.is_relative_to(place):
            raise BuildError(f"{archive.name} holds a file outside its own folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content())


def _members(archive: Path) -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Name and content of the plain files in an archive."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            for name in wheel.namelist():
                if not name.endswith("/"):
                    yield name, partial(wheel.read, name)
        return
    with tarfile.open(archive) as opened:
        for member in opened:
            content = opened.extractfile(member) if member.isfile() else None
            if content is not None:
                yield member.name, content.read
