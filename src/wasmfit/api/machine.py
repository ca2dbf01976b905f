"""What this machine has, and what the catalogue locks."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from wasmfit.builder import BuildError, Context
from wasmfit.builder.locks import HARNESS, locks, write
from wasmfit.catalog import Catalog
from wasmfit.catalog.load import unknown
from wasmfit.errors import UsageError
from wasmfit.home import Home
from wasmfit.probe import Probe, ProbeRs
from wasmfit.toolchain import ProcessRunner, Versions, find


def probes() -> list[Probe]:
    """The debug probes that are attached.

    Raises:
        MissingToolError: probe-rs is not installed.
    """
    return ProbeRs.find(ProcessRunner()).probes()


def lock(names: Sequence[str], *, home: Path | None = None, catalogs: Sequence[Path] = ()) -> Iterator[Path]:
    """Writes the lockfiles of runtimes, workloads and bases again, in the catalogue's folders.

    Args:
        names: Runtimes, workloads, bases, or patterns of them; ``harness`` is what all share.
        home: wasmfit's folder.
        catalogs: Catalogues of the user's own.

    Returns:
        The lockfiles, each as soon as it is written.

    Raises:
        UsageError: A name is unknown, or Cargo cannot resolve what one depends on.
        MissingToolError: There is no Rust.
    """
    catalog = Catalog.load(*catalogs)
    known = {*catalog.runtimes, *catalog.workloads, *catalog.bases, HARNESS}
    for name in names:
        if not any(fnmatchcase(entry, name) for entry in known):
            raise unknown("runtime, workload or base", name, known)
    folder, runner = Home.find(home), ProcessRunner()
    context = Context(catalog, folder, find(Versions(folder.tools, runner), {}, ()), runner)
    for lockfile in locks(catalog):
        if any(fnmatchcase(lockfile.owner, name) for name in names):
            try:
                write(context, lockfile)
            except BuildError as error:
                raise UsageError(
                    f"{lockfile.owner} cannot be locked: {error.reason}.",
                    "Check crates, versions and features.",
                ) from error
            yield lockfile.path
