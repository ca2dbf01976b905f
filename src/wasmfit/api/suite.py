"""Which features of WebAssembly runtimes have, and what their switches cost."""

from collections.abc import Callable, Iterator, Sequence, Set
from fnmatch import fnmatchcase
from pathlib import Path

from wasmfit.analysis.benchmark import NATIVE
from wasmfit.analysis.features import FeaturesMeasured
from wasmfit.analysis.toggle_costs import Pair, Priced, prices
from wasmfit.builder import Context, checkout
from wasmfit.catalog import Catalog
from wasmfit.catalog.load import unknown
from wasmfit.errors import UsageError
from wasmfit.home import Home
from wasmfit.model import Feature, Measurement, RuntimeFeatures, Status
from wasmfit.plan import BASELINE, select_builds
from wasmfit.plan.select import switches, with_checkouts
from wasmfit.run import Listener, nobody
from wasmfit.store import OutcomeStore
from wasmfit.toolchain import Gateway, Versions, find

from .comparison import compare

_SIZED_BY = "add-with-extra"


def features(
    *,
    runtimes: Sequence[str] = (),
    features: Sequence[str] = (),
    boards: Sequence[str] = ("nrf52840dk",),
    profiles: Sequence[str] = ("reference",),
    sources: Sequence[tuple[str, Path]] = (),
    rerun: bool = False,
    home: Path | None = None,
    catalogs: Sequence[Path] = (),
    listener: Listener = nobody,
    echo: Callable[[str], None] | None = None,
) -> FeaturesMeasured:
    """Runs the W3C suite on device images of runtimes, and says which features of WebAssembly each has.

    Args:
        runtimes: As for :func:`compare`; native code is no runtime.
        features: Names or patterns of features; none takes all.
        boards, profiles, sources, rerun, home, catalogs, listener, echo: As for :func:`compare`.

    Raises:
        UsageError: A name is unknown, or a file is broken.
        MissingToolError: A tool is missing.
    """
    # Loaded here: whatever runs no suite does without.
    from wasmfit.run.features import FeaturesRun

    catalog = Catalog.load(*catalogs)
    gateway = Gateway(echo=echo)
    checkouts = [checkout.inspect(catalog, gateway, name, path) for name, path in sources]
    released = [build for build in select_builds(catalog, runtimes) if build.runtime.guest == "module"]
    builds = with_checkouts(catalog, released, checkouts, runtimes)
    if not builds:
        raise UsageError("Native code runs no WebAssembly, and no other runtime is named.")
    chosen = _features(catalog, features)
    on = [catalog.board(name) for name in boards]
    folder = Home.find(home)
    targets = {
        board.target: catalog.target(board).c
        for board in on
        if any(build.runtime.language == "c" for build in builds)
    }
    toolchain = find(Versions(folder.tools, gateway), targets, [board.emulator for board in on])
    run = FeaturesRun(
        Context(catalog, folder, toolchain, gateway), OutcomeStore(folder.results), listener, rerun
    )
    return run.run(builds, on, [catalog.profile(name) for name in profiles], chosen)


def features_beside(
    measurements: Sequence[Measurement],
    wanted: Sequence[str],
    bounds: Set[str],
    *,
    rerun: bool = False,
    home: Path | None = None,
    catalogs: Sequence[Path] = (),
    listener: Listener = nobody,
    echo: Callable[[str], None] | None = None,
) -> Iterator[RuntimeFeatures]:
    """Which features the runtimes of a comparison have, board by board and profile by profile.

    Args:
        measurements: The comparison's; the suite is run on the releases among them that ran their modules.
        wanted: Names or patterns of features.
        bounds: Names of what is measured as a bound only, and loads no module.
        rerun, home, catalogs, listener, echo: As for :func:`compare`.

    Raises:
        UsageError, MissingToolError: As for :func:`features`.
    """
    settings: dict[tuple[str, str], dict[str, None]] = {}
    for one in measurements:
        runs = one.status is Status.OK and one.runtime not in (NATIVE, BASELINE, *bounds)
        if runs and one.provenance.source is None:
            settings.setdefault((one.board, one.profile), {})[f"{one.runtime}@{one.version}"] = None
    for (board, profile), builds in settings.items():
        yield from features(
            runtimes=list(builds),
            features=wanted,
            boards=(board,),
            profiles=(profile,),
            rerun=rerun,
            home=home,
            catalogs=catalogs,
            listener=listener,
            echo=echo,
        ).runtimes


def priced(
    *,
    runtimes: Sequence[str] = (),
    workloads: Sequence[str] = ("crc32", "fir", "dispatch"),
    boards: Sequence[str] = ("nrf52840dk",),
    profiles: Sequence[str] = ("reference",),
    rerun: bool = False,
    home: Path | None = None,
    catalogs: Sequence[Path] = (),
    listener: Listener = nobody,
    echo: Callable[[str], None] | None = None,
) -> Priced:
    """What switches of runtimes cost: bytes of flash, and the slow-down of those that may slow down.

    Args:
        runtimes: As for :func:`compare`; a variant stands for its runtime.
        workloads: Where slow-downs are looked for.
        boards, profiles, rerun, home, catalogs, listener, echo: As for :func:`compare`.

    Raises:
        UsageError: A name is unknown, or nothing that is named has a switch.
        MissingToolError: A tool is missing.
    """
    pairs = [Pair(*one) for one in switches(Catalog.load(*catalogs), runtimes)]
    # Those that slow nothing down run no workload.
    chosen = {
        f"{build.label}/{module}/*"
        for pair in pairs
        for build in (pair.off, pair.on)
        for module in ((_SIZED_BY, *workloads) if pair.switch.slows else (_SIZED_BY,))
    }
    measured = compare(
        runtimes=list(dict.fromkeys(build.label for pair in pairs for build in (pair.off, pair.on))),
        workloads=(_SIZED_BY, *workloads),
        boards=boards,
        profiles=profiles,
        select=sorted(chosen),
        rerun=rerun,
        home=home,
        catalogs=catalogs,
        listener=listener,
        echo=echo,
    )
    found = tuple(one for one in measured.measurements if one.runtime != BASELINE)
    return Priced(tuple(prices(pairs, found, _SIZED_BY)), found, _SIZED_BY, measured.seconds, measured.reused)


def _features(catalog: Catalog, wanted: Sequence[str]) -> list[Feature]:
    known = catalog.features.features
    chosen: dict[str, Feature] = {}
    for pattern in wanted or ("*",):
        found = {one.name: one for one in known if fnmatchcase(one.name, pattern)}
        if not found:
            raise unknown("feature", pattern, [one.name for one in known])
        chosen |= found
    return [one for one in known if one.name in chosen]
