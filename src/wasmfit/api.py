"""The library: what the commands do, returning typed records."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from .build import BuildError, Context, checkout
from .build.locks import HARNESS, locks, write
from .catalog import Catalog
from .catalog.load import unknown
from .errors import UsageError
from .home import Home
from .model import Cell, CTarget, Feature, Measurement, RuntimeFeatures
from .module import given
from .plan import Experiment, plan, select_builds
from .plan.select import BASELINE, switches, with_checkouts
from .results import (
    Benchmark,
    Comparison,
    FeaturesMeasured,
    OutcomeStore,
    Pair,
    Priced,
    Store,
    prices,
)
from .results.benchmark import NATIVE
from .run import FeaturesRun, Listener, Pipeline, Profiled, nobody, profiled
from .toolchain import Check, Gateway, Versions, checks, find


def compare(
    *,
    runtimes: Sequence[str] = (),
    workloads: Sequence[str] = ("add-with-extra",),
    module: Path | str | None = None,
    calls: Sequence[str] = (),
    expect: str | Sequence[str] = (),
    imports: Mapping[str, str] | None = None,
    stub_all: bool = False,
    boards: Sequence[str] = ("nrf52840dk",),
    bases: Sequence[str] = ("bare",),
    profiles: Sequence[str] = ("reference",),
    select: Sequence[str] = (),
    sources: Sequence[tuple[str, Path]] = (),
    rerun: bool = False,
    home: Path | None = None,
    catalogs: Sequence[Path] = (),
    listener: Listener = nobody,
    echo: Callable[[str], None] | None = None,
) -> Comparison:
    """Builds, checks, runs and compares runtimes; measurements that are in the store already are reused.

    Args:
        runtimes: As ``--runtime``: names, ``NAME@VERSION``, patterns; none takes the newest of each.
        module: A wasm module of the user's, in the place of workloads; a TOML file beside it is read too.
        calls: What to call, as ``run(1, -2, 3.5)``; the first is the first call, the last the steady one.
        expect: What each call must return, in the same order.
        imports: ``module.name`` → what answers that import.
        stub_all: Whether imports that nobody names do nothing.
        workloads, boards, bases, profiles: Names of the catalogue.
        select: Globs over cell ids.
        sources: Runtimes with the folders of working trees of theirs, measured beside the releases.
        rerun: Measure again what is in the store.
        home: wasmfit's folder; ``WASMFIT_HOME`` or the user's cache folder if it is not given.
        catalogs: Folders laid out as the built-in catalogue, whose entries are added to it.
        listener: Told what happens.
        echo: Called with the command line of every child process.

    Raises:
        UsageError: A name is unknown, a file is broken, or a folder of ``sources`` is not what it should be.
        MissingToolError: A tool is missing.
    """
    catalog = Catalog.load(*catalogs)
    gateway = Gateway(echo=echo)
    checkouts = [checkout.inspect(catalog, gateway, name, path) for name, path in sources]
    own = None
    if module is not None:
        hoped = (expect,) if isinstance(expect, str) else expect
        own = given(Path(module), calls_of=calls, expect=hoped, imports=imports, stub_all=stub_all)
    elif calls or expect or imports or stub_all:
        raise UsageError(
            "Calls, expectations and imports are of a module, and none is named.",
            "For example: wasmfit compare my.wasm --call 'run(1, 2)'",
        )
    planned = plan(
        catalog, Experiment(runtimes, workloads, boards, bases, profiles, select, tuple(checkouts), own)
    )
    folder = Home.find() if home is None else Home.at(home)
    versions = Versions(folder.tools, gateway)
    cells = planned.measured
    toolchain = find(versions, _c_targets(catalog, cells), [cell.board.emulator for cell in cells])
    context = Context(catalog, folder, toolchain, gateway)
    comparison = Pipeline(context, Store(folder.results), listener, rerun).run(planned)
    return replace(comparison, features=tuple(_known_features(folder, comparison.measurements)))


def _known_features(folder: Home, measurements: Sequence[Measurement]) -> Iterator[RuntimeFeatures]:
    store = OutcomeStore(folder.results)
    for one in dict.fromkeys((one.runtime, one.version, one.board, one.profile) for one in measurements):
        found = store.find_features(*one)
        if found is not None:
            yield found


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
    catalog = Catalog.load(*catalogs)
    gateway = Gateway(echo=echo)
    checkouts = [checkout.inspect(catalog, gateway, name, path) for name, path in sources]
    released = [build for build in select_builds(catalog, runtimes) if build.runtime.guest == "module"]
    builds = with_checkouts(catalog, released, checkouts, runtimes)
    if not builds:
        raise UsageError("Native code runs no WebAssembly, and no other runtime is named.")
    chosen = _features(catalog, features)
    on = [catalog.board(name) for name in boards]
    folder = Home.find() if home is None else Home.at(home)
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


_SIZED_BY = "add-with-extra"


def _features(catalog: Catalog, wanted: Sequence[str]) -> list[Feature]:
    known = catalog.features.features
    chosen: dict[str, Feature] = {}
    for pattern in wanted or ("*",):
        found = {one.name: one for one in known if fnmatchcase(one.name, pattern)}
        if not found:
            raise unknown("feature", pattern, [one.name for one in known])
        chosen |= found
    return [one for one in known if one.name in chosen]


def profile(
    runtime: str,
    *,
    workload: str = "add-with-extra",
    board: str = "nrf52840dk",
    profile: str = "reference",
    phases: Sequence[str] = ("call",),
    home: Path | None = None,
    catalogs: Sequence[Path] = (),
) -> Profiled:
    """Follows the calls of one firmware: where are its instructions spent?

    Args:
        runtime: A runtime, or ``NAME@VERSION``; it must be one.
        workload, board, profile: Names of the catalogue.
        phases: Of ``load``, ``instantiate`` and ``call``: those to look at.
        home, catalogs: As for :func:`compare`.

    Raises:
        UsageError: A name is unknown, or names more than one runtime.
        MissingToolError: A tool is missing.
        ProfileError: It cannot be built, or does not run as it should.
    """
    catalog = Catalog.load(*catalogs)
    cells = plan(catalog, Experiment([runtime], [workload], [board], profiles=[profile])).cells
    if len(cells) != 1:
        names = ", ".join(cell.build.label for cell in cells) or "none that can be built"
        raise UsageError(f"{runtime} is not one runtime but {names}.", "Name one.")
    folder = Home.find() if home is None else Home.at(home)
    gateway = Gateway()
    toolchain = find(Versions(folder.tools, gateway), _c_targets(catalog, cells), [cells[0].board.emulator])
    return profiled(Context(catalog, folder, toolchain, gateway), cells[0], phases)


def bench(
    *,
    workloads: Sequence[str] = (),
    runtimes: Sequence[str] = (),
    boards: Sequence[str] = ("nrf52840dk",),
    profiles: Sequence[str] = ("reference",),
    select: Sequence[str] = (),
    sources: Sequence[tuple[str, Path]] = (),
    rerun: bool = False,
    home: Path | None = None,
    catalogs: Sequence[Path] = (),
    listener: Listener = nobody,
    echo: Callable[[str], None] | None = None,
) -> Benchmark:
    """Runs workloads on runtimes and holds each against native code; what is in the store is reused.

    Args:
        workloads: Names or patterns; none takes all of the catalogue.
        runtimes, boards, profiles, select, sources, rerun, home, catalogs, listener, echo: As for
            :func:`compare`. Native code is always measured beside the runtimes that are named.

    Raises:
        UsageError: As for :func:`compare`.
        MissingToolError: A tool is missing.
    """
    catalog = Catalog.load(*catalogs)
    chosen = dict.fromkeys(name for pattern in workloads or ("*",) for name in _workloads(catalog, pattern))
    return Benchmark(
        compare(
            runtimes=[NATIVE, *runtimes] if runtimes else (),
            workloads=tuple(chosen),
            boards=boards,
            profiles=profiles,
            select=[*select, f"{NATIVE}@*"] if select else (),
            sources=sources,
            rerun=rerun,
            home=home,
            catalogs=catalogs,
            listener=listener,
            echo=echo,
        )
    )


def _workloads(catalog: Catalog, pattern: str) -> list[str]:
    found = [name for name in sorted(catalog.workloads) if fnmatchcase(name, pattern)]
    return found or [catalog.workload(pattern).name]


def lock(names: Sequence[str], *, home: Path | None = None, catalogs: Sequence[Path] = ()) -> Iterator[Path]:
    """Writes the lockfiles of runtimes and workloads anew, in the catalogue's folders.

    Args:
        names: Runtimes, workloads, or patterns of them; ``harness`` is what all share.
        home: wasmfit's folder.
        catalogs: Catalogues beside the built-in one.

    Returns:
        The lockfiles, each as soon as it is written.

    Raises:
        UsageError: A name is unknown, or Cargo cannot resolve what one depends on.
        MissingToolError: There is no Rust.
    """
    catalog = Catalog.load(*catalogs)
    known = {*catalog.runtimes, *catalog.workloads, HARNESS}
    for name in names:
        if not any(fnmatchcase(one, name) for one in known):
            raise unknown("runtime or workload", name, known)
    folder, gateway = Home.find() if home is None else Home.at(home), Gateway()
    context = Context(catalog, folder, find(Versions(folder.tools, gateway), {}, ()), gateway)
    for one in locks(catalog):
        if any(fnmatchcase(one.owner, name) for name in names):
            try:
                write(context, one)
            except BuildError as error:
                raise UsageError(
                    f"{one.owner} cannot be locked: {error.reason}.", "Check crates, versions and features."
                ) from error
            yield one.path


def doctor(*, home: Path | None = None) -> list[Check]:
    """Looks for every tool that the catalogue could need."""
    catalog = Catalog.load()
    folder = Home.find() if home is None else Home.at(home)
    versions = Versions(folder.tools, Gateway())
    return checks(
        versions,
        [target.c for target in catalog.targets.values()],
        [board.emulator for board in catalog.boards.values()],
    )


def _c_targets(catalog: Catalog, cells: Sequence[Cell]) -> dict[str, CTarget]:
    return {
        cell.board.target: catalog.target(cell.board).c
        for cell in cells
        if cell.build.runtime.language == "c"
    }
