"""``--runtime`` arguments → builds."""

from collections.abc import Sequence
from fnmatch import fnmatchcase

from wasmfit.catalog import Catalog
from wasmfit.catalog.load import unknown
from wasmfit.errors import UsageError
from wasmfit.model import Build, Runtime, Version, builds

BASELINE = "baseline"
NEWEST = "newest"
ALL = "all"


def newest(runtime: Runtime) -> list[Build]:
    """Every variant in the newest version that has it."""
    chosen: dict[str, Build] = {}
    for build in builds(runtime):
        chosen.setdefault(build.name, build)
    return list(chosen.values())


def select_builds(catalog: Catalog, wanted: Sequence[str]) -> list[Build]:
    """The builds that ``--runtime`` arguments name, each once, in the order of the arguments.

    An argument is a runtime (its default variants, newest version), a variant, either
    with ``@VERSION`` (whole or its beginning, such as ``wasmi@0.51``), a pattern
    (``wasm*``, ``wasmi@*``), ``newest`` for the newest version of each runtime in its
    default variants, or ``all`` for every variant of every version. None is ``newest``.

    Raises:
        UsageError: An argument matches nothing; the message suggests what does.
    """
    real = [runtime for runtime in catalog.runtimes.values() if runtime.name != BASELINE]
    groups = {
        NEWEST: [build for runtime in real for build in newest(runtime) if build.variant.default],
        ALL: [build for runtime in real for build in builds(runtime)],
        BASELINE: builds(catalog.runtimes[BASELINE]),
    }
    chosen: dict[str, Build] = {}
    for argument in wanted or (NEWEST,):
        for build in groups.get(argument) or _matching(real, argument):
            chosen.setdefault(build.label, build)
    return list(chosen.values())


def _matching(runtimes: Sequence[Runtime], argument: str) -> list[Build]:
    name, _, version = argument.partition("@")
    found = []
    for runtime in runtimes:
        offered = builds(runtime) if version else newest(runtime)
        found += [
            build
            for build in offered
            if (runtime.name == name and build.variant.default) or fnmatchcase(build.name, name)
        ]
    if not found:
        names = {runtime.name for runtime in runtimes} | {
            b.name for runtime in runtimes for b in builds(runtime)
        }
        raise unknown("runtime", name, names)
    if version:
        fitting = [build for build in found if _fits(build.version, version)]
        if not fitting:
            known = ", ".join(dict.fromkeys(build.version.version for build in found))
            raise UsageError(f"The catalogue has no version {version} of {name}.", f"It has {known}.")
        found = fitting
    return found


def _fits(version: Version, wanted: str) -> bool:
    return fnmatchcase(version.version, wanted) or version.version.startswith(f"{wanted}.")
