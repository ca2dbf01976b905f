"""What this machine has, and what the catalogue locks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.version import Version as Number

from wasmfit.builder import BuildError, Context
from wasmfit.builder.locks import HARNESS, locks, write
from wasmfit.builder.releases import of_version, package_of
from wasmfit.catalog import Catalog
from wasmfit.catalog.load import pick, unknown
from wasmfit.catalog.new_version import with_version
from wasmfit.errors import UsageError
from wasmfit.globs import matches
from wasmfit.home import Home
from wasmfit.model import builds
from wasmfit.probe import Probe, ProbeRs
from wasmfit.toolchain import ProcessRunner, Versions, find, write_whole
from wasmfit.words import escape_unprintable

_RELEASE = re.compile(r"\d+(?:\.\d+){1,3}(?:[-+][0-9A-Za-z.-]+)?")


def probes() -> list[Probe]:
    """The debug probes that are attached.

    Raises:
        MissingToolError: probe-rs is not installed.
    """
    return ProbeRs.find(ProcessRunner()).probes()


def lock(names: Sequence[str], *, home: Path | None = None, catalogs: Sequence[Path] = ()) -> Iterator[Path]:
    """Writes the lockfiles of runtimes, workloads and bases again, in the catalogue's folders.

    ``RUNTIME@VERSION`` adds a release of a runtime in Rust that the catalogue lacks: it is built like the
    newest there, and only its own lockfiles are written.

    Args:
        names: Runtimes, workloads, bases, or patterns of them; ``harness`` is what all share.
        home: wasmfit's folder.
        catalogs: Catalogues of the user's own.

    Returns:
        The lockfiles, each as soon as it is written.

    Raises:
        UsageError: A name is unknown, a release cannot be added, or Cargo cannot resolve what one depends on.
        MissingToolError: There is no Rust.
    """
    catalog = Catalog.load(*catalogs)
    folder, runner = Home.find(home), ProcessRunner()
    context = Context(catalog, folder, find(Versions(folder.tools, runner), {}, ()), runner)
    added: list[_Added] = []
    try:
        # Those before one that fails are kept in the list, to be taken back.
        added.extend(_added(context, name) for name in names if "@" in name)
        yield from _locked(context, [name for name in names if "@" not in name], added, catalogs)
    except BaseException:
        # Without all of its lockfiles, a release is not a row but an error of everybody's.
        for release in reversed(added):
            release.take_back()
        raise


def _locked(
    context: Context, names: Sequence[str], added: Sequence[_Added], catalogs: Sequence[Path]
) -> Iterator[Path]:
    """The lockfiles of the names, and of the releases that were added, each as soon as it is written."""
    catalog = Catalog.load(*catalogs) if added else context.catalog
    context = replace(context, catalog=catalog)
    yield from (release.path for release in added)
    known = {*catalog.runtimes, *catalog.workloads, *catalog.bases, HARNESS}
    for name in names:
        if not any(matches(entry, name) for entry in known):
            raise unknown("runtime, workload or base", name, known)
    for lockfile in locks(catalog):
        is_new = any(
            lockfile.owner == one.runtime and lockfile.path.stem.endswith(one.version) for one in added
        )
        if is_new or any(matches(lockfile.owner, name) for name in names):
            try:
                write(context, lockfile)
            except BuildError as error:
                raise UsageError(
                    f"{lockfile.owner} cannot be locked: {error.reason}.",
                    "Check crates, versions and features.",
                ) from error
            yield lockfile.path


@dataclass(frozen=True)
class _Added:
    """A release that was added to its runtime's file.

    Attributes:
        runtime, version: The release.
        path: The file.
        before: What it held.
    """

    runtime: str
    version: str
    path: Path
    before: str

    def take_back(self) -> None:
        """Makes the file what it was, and removes lockfiles of the release."""
        write_whole(self.path, self.before)
        for lockfile in (self.path.parent / "locks").glob(f"*{self.version}.lock"):
            lockfile.unlink()


def _added(context: Context, release: str) -> _Added:
    """Adds a release to its runtime's file."""
    catalog = context.catalog
    name, _, version = release.partition("@")
    runtime = pick("runtime", name, catalog.runtimes)
    if any(one.version == version for one in runtime.versions):
        raise UsageError(f"The catalogue has {release} already.", f"`wasmfit lock {name}` locks it again.")
    newest = builds(runtime)[0]
    package = package_of(newest)
    if runtime.unavailable is not None or package is None or not (package.is_crate and package.is_runtime):
        raise UsageError(
            f"A release of {name} cannot be added by its number: there is no crate of that version.",
            runtime.unavailable.remedy
            if runtime.unavailable is not None
            else f"`--source {name}=PATH` measures a checkout; its sources are added to "
            f"{catalog.folder(runtime) / 'runtime.toml'} by hand.",
        )
    if not _RELEASE.fullmatch(version):
        said = f"{escape_unprintable(version)} is not a version" if version else f"{name}@ names no version"
        raise UsageError(f"{said}.", f"Name one as in {name}@{newest.number}.")
    _require_rust_for(context, package.name, release, version)
    path = catalog.folder(runtime) / "runtime.toml"
    before = path.read_text(encoding="utf-8")
    text = with_version(before, newest.number, version)
    try:
        write_whole(path, text)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}.",
            "Copy the runtime's folder to a catalogue of your own.",
        ) from error
    return _Added(name, version, path, before)


def _require_rust_for(context: Context, crate: str, release: str, version: str) -> None:
    """Refuses a release that the registry does not have, or that needs a newer Rust than the one here."""
    known = of_version(context, crate, version)
    if known is None:
        raise UsageError(
            f"Cargo knows no release {version} of the crate {crate}, or reaches no registry.",
            f"`wasmfit versions {release.partition('@')[0]}` says which there are.",
        )
    here = context.toolchain.rust.rustc.version.split()[1]
    if known.wants is not None and Number(known.wants) > Number(here):
        raise UsageError(
            f"{release} needs Rust {known.wants}, and here is rustc {here}: it could not be built.",
            f"`wasmfit versions {release.partition('@')[0]}` says which release can.",
        )
