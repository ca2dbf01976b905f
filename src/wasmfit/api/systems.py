"""Operating systems below the runtime: their checkouts, or why there are none."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from wasmfit.builder.checkout import stated_version
from wasmfit.builder.systems import clone, driver_of
from wasmfit.catalog import Catalog
from wasmfit.errors import MissingToolError, UsageError
from wasmfit.home import Home
from wasmfit.model import System
from wasmfit.toolchain import ProcessRunner


def with_systems(
    catalog: Catalog, runner: ProcessRunner, home: Home, bases: Sequence[str], sources: Mapping[str, Path]
) -> Catalog:
    """The catalogue with the checkouts of the operating systems among the bases, or why there are none.

    Raises:
        UsageError: A folder is not a checkout.
        MissingToolError: What builds them is not installed.
    """
    known = dict(catalog.bases)
    for name in sources.keys() & known.keys() - set(bases):
        raise UsageError(f"{name} is a base, and the comparison is not on it.", f"Add --base {name}.")
    for name in bases:
        base = catalog.base(name)
        if base.system is None:
            if name in sources:
                raise UsageError(f"The base {name} is not built from a checkout.", "Leave out its --source.")
            continue
        driver = driver_of(base)
        for program in driver.programs:
            if shutil.which(program.name) is None:
                raise MissingToolError(
                    f"{program.name} is not installed, and {name} is built with it.", program.remedy
                )
        checkout = sources.get(name, home.work / "checkouts" / name)
        why = None if name in sources else _clone(base.system, runner, checkout, home)
        if why is None:
            found = driver.inspect(runner, base, checkout)
            versions = {
                runtime: stated_version(found.path, own.version_file, own.version)
                for runtime, own in base.system.own.items()
            }
            known[name] = base.model_copy(update={"checkout": found, "own_versions": versions})
        else:
            missing = f"no checkout of {base.title.partition(',')[0]} could be had ({why})"
            known[name] = base.model_copy(
                update={"missing": f"{missing}. Name one with --source {name}=PATH"}
            )
    return replace(catalog, bases=known)


def _clone(system: System, runner: ProcessRunner, folder: Path, home: Home) -> str | None:
    """Gets a checkout where wasmfit keeps them; otherwise says why there is none."""
    if not system.repository:
        return "wasmfit gets none by itself"
    return clone(runner, system.repository, folder, home.logs / "git.log")
