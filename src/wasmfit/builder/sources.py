"""Fetching the sources of C runtimes from package registries, checked against their hashes.

Crates come through ``cargo fetch`` under a lockfile: named as dependencies of a
target that never is, they are downloaded and never built. Of a Python package only
the archive is fetched, from pip's indexes; nothing of it is run.
"""

import json
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from wasmfit.catalog import Catalog
from wasmfit.model import Build, CrateSource, SdistSource, WheelSource

from . import cargo, digest
from .cargo import Options, Package
from .context import Context, StepContext
from .errors import BuildError
from .package_index import PackageFile, PackageIndexes

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
            wanted = PackageFile(source.sdist, source.version, (source.sha256,), ".tar.gz")
            return _archive(context, source, wanted)
        case WheelSource():
            wanted = PackageFile(source.wheel, source.version, source.sha256, ".whl")
            return _archive(context, source, wanted)
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

    def make(artefact: Path) -> None:
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
        (artefact / "source").symlink_to(folder)

    key = digest.of(source, digest.file(made_from.lock))
    crate = context.cache.get("sources", key, make) / "source"
    if not crate.is_dir():
        # The registry's folder was cleaned since; the link alone is worth nothing.
        context.cache.drop(crate.parent)
        crate = context.cache.get("sources", key, make) / "source"
    return crate


def _manifest_folder(metadata: str, source: CrateSource) -> Path:
    try:
        for package in json.loads(metadata)["packages"]:
            if (package["name"], package["version"]) == (source.crate, source.version):
                return Path(package["manifest_path"]).parent
    except (ValueError, KeyError, TypeError) as error:
        raise BuildError(f"cargo metadata said what is not understood: {error!r}") from error
    raise BuildError(f"cargo fetched no {source.crate} {source.version}")


def _archive(context: Context, source: SdistSource | WheelSource, wanted: PackageFile) -> Path:
    def make(artefact: Path) -> None:
        archive = PackageIndexes.of_pip(context.runner).fetch(wanted, artefact)
        unpack(archive, artefact / "unpacked")
        # A source distribution has one folder in it, a wheel none around its files.
        inner = artefact / "unpacked" / f"{wanted.name}-{wanted.version}"
        (artefact / "unpacked" if wanted.suffix == ".whl" else inner).rename(artefact / "source")

    return context.cache.get("sources", digest.of(source), make) / "source"


def unpack(archive: Path, folder: Path) -> None:
    """Unpacks the plain files of a tar or zip archive below ``folder``; nothing else in it is of use.

    (Debian's Python 3.11.2 does not know ``tarfile``'s extraction filters yet.)

    Raises:
        BuildError: A file would land elsewhere.
    """
    folder = folder.resolve()
    for name, content in _members(archive):
        path = (folder / name).resolve()
        if not path.is_relative_to(folder):
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
