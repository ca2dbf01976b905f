"""Makes the catalogue's lockfiles again (``wasmfit lock``)."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from wasmfit import defaults
from wasmfit.catalog import Catalog
from wasmfit.model import BaseCrate, Build, CrateSource, builds

from . import cargo, firmware, guest, host, sources, suite
from .cargo import Options, Package
from .context import Context, StepContext
from .spec import PackageSpec

HARNESS = "harness"
"""Owner of the lockfiles that all runtimes share."""


@dataclass(frozen=True)
class Lock:
    """A lockfile of the catalogue and the package that it locks.

    Attributes:
        owner: The runtime, workload or base that it belongs to, or the harness.
        path: The lockfile.
        package: What is locked.
        begins: A lockfile that it keeps to as far as it goes, for what is used together with another.
    """

    owner: str
    path: Path
    package: Package
    begins: Path | None = None


def locks(catalog: Catalog) -> Iterator[Lock]:
    """Every lockfile that the catalogue needs."""
    profile = catalog.profile(defaults.PROFILE)
    baseline = catalog.runtimes["baseline"]
    plain = Build(runtime=baseline, variant=baseline.variants[0], version=baseline.versions[0])
    yield Lock(
        HARNESS,
        catalog.harness / "locks" / "firmware.lock",
        firmware.package(catalog, PackageSpec(plain, profile)),
    )
    suite_package = suite.package(catalog)
    assert suite_package.lock is not None
    yield Lock(HARNESS, suite_package.lock, suite_package)
    yield from _of_bases(catalog, plain)
    native = builds(catalog.runtimes["native"])[0]
    seen: set[Path] = set()
    for workload in catalog.workloads.values():
        owner = workload.name if workload.guest.dependencies else HARNESS
        for package in (
            guest.package(catalog, workload),
            firmware.package(catalog, PackageSpec(native, profile, workload)),
        ):
            # Those that depend on nothing share their lockfiles.
            if package.lock is not None and package.lock not in seen:
                seen.add(package.lock)
                yield Lock(owner, package.lock, package)
    for runtime in catalog.runtimes.values():
        if runtime.unavailable is not None:
            continue
        folder = catalog.folder(runtime) / "locks"
        for build in builds(runtime):
            package = firmware.package(catalog, PackageSpec(build, profile))
            if build.dependencies and package.lock is not None and package.lock not in seen:
                seen.add(package.lock)
                yield Lock(runtime.name, package.lock, package)
        for version in runtime.versions:
            build = Build(runtime=runtime, variant=runtime.variants[0], version=version)
            if version.host_dependencies:
                path = folder / f"host-{version.version}.lock"
                yield Lock(runtime.name, path, host.package(catalog, build))
            if isinstance(version.source, CrateSource):
                path = folder / f"{version.version}.lock"
                yield Lock(runtime.name, path, sources.package(catalog, build, version.source))


def _of_bases(catalog: Catalog, plain: Build) -> Iterator[Lock]:
    """Those of bases, one a HAL: its features choose among its own code, never among other crates."""
    for base in catalog.bases.values():
        for hal in base.hals:
            base_crate = BaseCrate(base=base, hal=hal, features=next(iter(hal.chips.values())))
            package = firmware.package(
                catalog, PackageSpec(plain, catalog.profile(defaults.PROFILE), base_crate=base_crate)
            )
            yield Lock(base.name, firmware.base_lock(catalog, base_crate), package, begins=package.lock)


def write(context: Context, lock: Lock) -> None:
    """Resolves one lockfile again, with the newest versions that its package allows.

    Raises:
        BuildError: Cargo cannot resolve it.
    """
    fresh = replace(lock.package, lock=lock.begins, second_lock=None)
    work = context.home.work / "locks" / f"{lock.owner}-{lock.path.stem}"
    cargo.clear(work)
    resolved = cargo.resolve(
        context, StepContext(context.home.logs / "locks.log"), fresh, Options(), work=work
    )
    lock.path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(resolved, lock.path)
