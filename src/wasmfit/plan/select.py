"""Builds and boards by the arguments of ``--runtime`` and ``--board``."""

from collections.abc import Sequence

from wasmfit.catalog import Catalog
from wasmfit.catalog.load import unknown
from wasmfit.errors import UsageError
from wasmfit.globs import matches
from wasmfit.model import Board, Build, Checkout, FeatureToggle, Runtime, Version, builds

BASELINE = "baseline"
NEWEST = "newest"
ALL = "all"


def select_boards(catalog: Catalog, arguments: Sequence[str]) -> list[Board]:
    """The boards that ``--board`` arguments name, each once: names, patterns (``nrf*``), or ``all``; or a
    chip that only one board has.

    Raises:
        UsageError: An argument matches nothing; the message suggests what does.
    """
    chosen: dict[str, Board] = {}
    for argument in arguments:
        pattern = "*" if argument == ALL else argument
        matching = [board for name, board in sorted(catalog.boards.items()) if matches(name, pattern)]
        if not matching:
            matching = [catalog.board(argument)]
        for board in matching:
            chosen.setdefault(board.name, board)
    return list(chosen.values())


def newest(runtime: Runtime) -> list[Build]:
    """Every variant in the newest version that has it."""
    chosen: dict[str, Build] = {}
    for build in builds(runtime):
        chosen.setdefault(build.name, build)
    return list(chosen.values())


def select_builds(catalog: Catalog, arguments: Sequence[str]) -> list[Build]:
    """The builds that ``--runtime`` arguments name, each once, in the order of the arguments.

    An argument is a runtime (its default variants, newest version) or a variant, either with ``@VERSION`` (a
    version or its beginning, such as ``wasmi@0.51``), a pattern (``wasm*``, ``wasmi@*``), ``newest`` for the
    newest version of each runtime in its default variants, or ``all`` for every variant of every version. No
    argument is ``newest``.

    Raises:
        UsageError: An argument matches nothing; the message suggests what does.
    """
    runtimes = [runtime for runtime in catalog.runtimes.values() if runtime.name != BASELINE]
    groups = {
        NEWEST: [build for runtime in runtimes for build in newest(runtime) if build.variant.default],
        ALL: [build for runtime in runtimes for build in builds(runtime)],
        BASELINE: builds(catalog.runtimes[BASELINE]),
    }
    chosen: dict[str, Build] = {}
    for argument in arguments or (NEWEST,):
        for build in groups.get(argument) or _matching(runtimes, argument):
            chosen.setdefault(build.label, build)
    return list(chosen.values())


def _matching(runtimes: Sequence[Runtime], argument: str) -> list[Build]:
    name, _, version = argument.partition("@")
    matching = []
    for runtime in runtimes:
        offered = builds(runtime) if version else newest(runtime)
        matching += [
            build
            for build in offered
            if (runtime.name == name and build.variant.default) or matches(build.name, name)
        ]
    if not matching:
        names = {runtime.name for runtime in runtimes} | {
            build.name for runtime in runtimes for build in builds(runtime)
        }
        raise unknown("runtime", name, names)
    if version:
        of_version = [build for build in matching if _is_version(build.version, version)]
        if not of_version:
            known = ", ".join(dict.fromkeys(build.version.version for build in matching))
            raise UsageError(f"The catalogue has no version {version} of {name}.", f"It has {known}.")
        return of_version
    return matching


def _is_version(version: Version, argument: str) -> bool:
    return matches(version.version, argument) or version.version.startswith(f"{argument}.")


def feature_toggles(catalog: Catalog, arguments: Sequence[str]) -> list[tuple[FeatureToggle, Build, Build]]:
    """The feature toggles of runtimes, each with the newest build without it and the one with it.

    Args:
        catalog: The catalogue.
        arguments: ``--runtime`` arguments: runtimes, or variants of theirs; all if none is given.

    Raises:
        UsageError: An argument matches nothing, or nothing that has a feature toggle.
    """
    named = {build.runtime.name for build in select_builds(catalog, arguments)} if arguments else None
    toggles = []
    for runtime in catalog.runtimes.values():
        if named is not None and runtime.name not in named:
            continue
        for toggle in runtime.feature_toggles:
            all_builds = builds(runtime)
            off, on = (
                {build.number: build for build in all_builds if build.name == name}
                for name in (toggle.off, toggle.on)
            )
            newest_first = [number for number in off if number in on]
            if newest_first:
                toggles.append((toggle, off[newest_first[0]], on[newest_first[0]]))
    if not toggles:
        known = [runtime.name for runtime in catalog.runtimes.values() if runtime.feature_toggles]
        raise UsageError("No runtime that is named has a feature toggle.", f"These have: {', '.join(known)}.")
    return toggles


def with_toggles(catalog: Catalog, chosen: Sequence[Build], names: Sequence[str]) -> list[Build]:
    """The builds, each followed by its variants with these feature toggles.

    Args:
        catalog: The catalogue.
        chosen: The builds.
        names: Names of feature toggles; runtimes without one of that name stay as they are.

    Raises:
        UsageError: No runtime has a feature toggle of that name.
    """
    every = {toggle.name for runtime in catalog.runtimes.values() for toggle in runtime.feature_toggles}
    for name in names:
        if name not in every:
            raise unknown("feature toggle", name, every)
    result: dict[str, Build] = {}
    for build in chosen:
        result.setdefault(build.label, build)
        toggles = build.runtime.feature_toggles
        switched_on = [toggle.on for toggle in toggles if toggle.name in names and toggle.off == build.name]
        for other in builds(build.runtime):
            if other.name in switched_on and other.number == build.number:
                result.setdefault(other.label, other)
    return list(result.values())


def with_checkouts(
    catalog: Catalog, released: Sequence[Build], checkouts: Sequence[Checkout], arguments: Sequence[str]
) -> list[Build]:
    """The builds of released versions, and those of the user's checkouts.

    A checkout is built in every variant of its runtime among ``released`` that its version has; if there is
    none, in the default ones. If the runtime has no releases, the checkout replaces the row that says so.

    Args:
        catalog: The catalogue.
        released: Builds of the catalogue's versions.
        checkouts: The checkouts.
        arguments: The ``--runtime`` arguments: a variant that one of them names must exist.

    Raises:
        UsageError: A variant does not exist in the version that a checkout is built like, or two checkouts
            have the same name.
    """
    named = {argument.partition("@")[0] for argument in arguments}
    result = list(released)
    for checkout in checkouts:
        runtime = catalog.runtimes[checkout.runtime]
        chosen = {build.name for build in result if build.runtime.name == runtime.name}
        (recipe,) = (version for version in runtime.versions if version.version == checkout.recipe)
        version = runtime.checkout.applied_to(recipe, checkout.version)
        for variant in runtime.variants:
            if variant.name not in chosen if chosen else not variant.default:
                continue
            if not variant.versions or version.version in variant.versions:
                _insert(result, Build(runtime=runtime, variant=variant, version=version, checkout=checkout))
            elif variant.name in named:
                raise UsageError(
                    f"{variant.name} exists for version {', '.join(variant.versions)}; {checkout.path} "
                    f"holds {checkout.version}, which is built like {version.version}."
                )
    checked_out = {checkout.runtime for checkout in checkouts}
    return [build for build in result if build.unavailable is None or build.runtime.name not in checked_out]


def _insert(result: list[Build], built: Build) -> None:
    """Inserts a checkout's build after the others of its name."""
    if any(other.label == built.label for other in result):
        raise UsageError(
            f"Two checkouts are {built.label}: their rows would have the same name.",
            "Commit to one of them, or name only one.",
        )
    same_name = [index for index, other in enumerate(result) if other.name == built.name]
    result.insert(same_name[-1] + 1 if same_name else len(result), built)
