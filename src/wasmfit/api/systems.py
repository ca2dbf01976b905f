"""Operating systems below the runtime: their checkouts, or why there are none."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from wasmfit.builder import laze
from wasmfit.catalog import Catalog
from wasmfit.errors import MissingToolError, UsageError
from wasmfit.home import Home
from wasmfit.toolchain import ProcessRunner


def with_systems(
    catalog: Catalog, runner: ProcessRunner, home: Home, bases: Sequence[str], sources: Mapping[str, Path]
) -> Catalog:
    """The catalogue with the checkouts of the operating systems among the bases, or why there are none.

    Raises:
        UsageError: A folder is no checkout.
        MissingToolError: What builds them is not installed.
    """
    known = dict(catalog.bases)
    for name in sources.keys() & known.keys() - set(bases):
        raise UsageError(f"{name} is a base, and the comparison is not on it.", f"Add --base {name}.")
    for name in bases:
        base = catalog.base(name)
        if base.emulated:
            if name in sources:
                raise UsageError(f"The base {name} is not built from a checkout.", "Leave out its --source.")
            continue
        if shutil.which(laze.PROGRAM) is None:
            raise MissingToolError(f"laze is not installed, and {name} is built with it.", laze.REMEDY)
        checkout = sources.get(name, home.work / "checkouts" / name)
        why = (
            None if name in sources else laze.clone(runner, base.repository, checkout, home.logs / "git.log")
        )
        known[name] = base.model_copy(
            update={"checkout": laze.inspect(runner, name, checkout)}
            if why is None
            else {
                "missing": f"no checkout of {base.title.partition(',')[0]} could be had ({why}). "
                f"Name one with --source {name}=PATH"
            }
        )
    return replace(catalog, bases=known)
