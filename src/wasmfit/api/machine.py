"""What this machine has, and what the catalogue locks."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from wasmfit.builder import BuildError, Context
from wasmfit.builder.locks import HARNESS, locks, write
from wasmfit.builder.releases import package_of
from wasmfit.catalog import Catalog
from wasmfit.catalog.load import pick, unknown
from wasmfit.catalog.new_version import with_version
from wasmfit.errors import UsageError
from wasmfit.globs import matches
from wasmfit.home import Home
from wasmfit.model import builds
from wasmfit.probe import Probe, ProbeRs
from wasmfit.toolchain import ProcessRunner, Versions, find
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
    added = {name: _add(catalog, name) for name in names if "@" in name}
    if added:
        yield from added.values()
        catalog = Catalog.load(*catalogs)
    names = [name for name in names if name not in added]
    known = {*catalog.runtimes, *catalog.workloads, *catalog.bases, HARNESS}
    for name in names:
        if not any(matches(entry, name) for entry in known):
            raise unknown("runtime, workload or base", name, known)
    folder, runner = Home.find(home), ProcessRunner()
    context = Context(catalog, folder, find(Versions(folder.tools, runner), {}, ()), runner)
    for lockfile in locks(catalog):
        is_new = any(
            lockfile.owner == one.partition("@")[0] and lockfile.path.stem.endswith(one.partition("@")[2])
            for one in added
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


def _add(catalog: Catalog, release: str) -> Path:
    """Adds a release to its runtime's file, which it returns."""
    name, _, version = release.partition("@")
    runtime = pick("runtime", name, catalog.runtimes)
    if any(one.version == version for one in runtime.versions):
        raise UsageError(f"The catalogue has {release} already.", f"`wasmfit lock {name}` locks it again.")
    newest = builds(runtime)[0]
    package = package_of(newest)
    if runtime.unavailable is not None or package is None or not (package.is_crate and package.is_runtime):
        raise UsageError(
            f"A release of {name} cannot be added by its number: it is no crate of that version.",
            f"Add its sources to {catalog.folder(runtime) / 'runtime.toml'} by hand.",
        )
    if not _RELEASE.fullmatch(version):
        raise UsageError(f"{escape_unprintable(version)} is no version.", f"Name one as {newest.number}.")
    path = catalog.folder(runtime) / "runtime.toml"
    text = with_version(path.read_text(encoding="utf-8"), newest.number, version)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written: {error.strerror}.",
            "Copy the runtime's folder to a catalogue of your own.",
        ) from error
    return path
