"""Newer releases of runtimes: which there are, and why each is not measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.version import InvalidVersion
from packaging.version import Version as Number

from wasmfit.builder import Context
from wasmfit.builder.releases import Releases, RuntimePackage, package_of, releases
from wasmfit.catalog import Catalog
from wasmfit.catalog.load import unknown
from wasmfit.globs import matches
from wasmfit.home import Home
from wasmfit.model import builds
from wasmfit.toolchain import ProcessRunner, Versions, find


@dataclass(frozen=True)
class RuntimeReleases:
    """A runtime's newest version in the catalogue, and what its registry has.

    Attributes:
        runtime: Its name.
        package: The package that it comes from; ``None`` where it is in none.
        measured: The newest version of that package in the catalogue; of the runtime, where there is none.
        fitting: The newest release for the Rust at hand; ``None`` where it is not known.
        newest: The newest release; ``None`` where it is not known.
        why: Why the newest is not the one that is measured, or that it is.
    """

    runtime: str
    package: str | None
    measured: str
    fitting: str | None
    newest: str | None
    why: str


def versions(
    names: Sequence[str] = (), *, home: Path | None = None, catalogs: Sequence[Path] = ()
) -> tuple[RuntimeReleases, ...]:
    """Asks the registries, by their own clients, for newer releases of runtimes.

    Args:
        names: Runtimes or patterns of them; none takes all.
        home: wasmfit's folder.
        catalogs: Catalogues of the user's own.

    Raises:
        UsageError: A name is unknown.
        MissingToolError: There is no Rust.
    """
    catalog = Catalog.load(*catalogs)
    for name in names:
        if not any(matches(known, name) for known in catalog.runtimes):
            raise unknown("runtime", name, catalog.runtimes)
    folder, runner = Home.find(home), ProcessRunner()
    context = Context(catalog, folder, find(Versions(folder.tools, runner), {}, ()), runner)
    found = []
    for runtime in catalog.runtimes.values():
        if names and not any(matches(runtime.name, name) for name in names):
            continue
        newest = builds(runtime)[0]
        package = None if newest.unavailable else package_of(newest)
        if package is not None:
            found.append(_released(runtime.name, package, releases(context, package), context))
        elif newest.unavailable is not None:
            found.append(
                RuntimeReleases(runtime.name, None, newest.number, None, None, newest.unavailable.reason)
            )
    return tuple(found)


def _released(
    runtime: str, package: RuntimePackage, known: Releases | str, context: Context
) -> RuntimeReleases:
    if isinstance(known, str):
        return RuntimeReleases(runtime, package.name, package.version, None, None, f"not known: {known}")
    here = " ".join(context.toolchain.rust.rustc.version.split()[:2])
    why = _why(runtime, package, known, here)
    return RuntimeReleases(runtime, package.name, package.version, known.fitting, known.newest, why)


def _why(runtime: str, package: RuntimePackage, known: Releases, rust: str) -> str:
    """Why the newest is not measured."""
    reasons = []
    if _is_newer(known.fitting, package.version):
        adds = f"`wasmfit lock {runtime}@{known.fitting}` adds it"
        by_hand = "its sources and embedding are to be added by hand"
        reasons.append(
            f"{known.fitting} fits: {adds if package.is_crate and package.is_runtime else by_hand}"
        )
    if _is_newer(known.newest, known.fitting):
        if known.wants is not None:
            reasons.append(f"{known.newest} needs Rust {known.wants}, and here is {rust}")
        else:
            reasons.append(f"{known.newest} is not for the Rust that is here ({rust})")
    return "; ".join(reasons) or "the newest is measured"


def _is_newer(one: str, other: str) -> bool:
    try:
        return Number(one) > Number(other)
    except InvalidVersion:
        return one != other
