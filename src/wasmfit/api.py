"""The library: what the commands do, returning typed records."""

import importlib.util
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path

from .build import BuildError, Context, checkout, laze
from .build.locks import HARNESS, locks, write
from .catalog import Catalog
from .catalog.load import unknown
from .errors import MissingToolError, UsageError
from .home import Home
from .model import Cell, CTarget, Feature, Measurement, RuntimeFeatures, Status, UserModule
from .module import given
from .plan import Experiment, Plan, plan, select_builds
from .plan.select import BASELINE, switches, with_checkouts
from .probe import Bench, Probe, ProbeRs
from .results import (
    Benchmark,
    Comparison,
    FeaturesMeasured,
    Origin,
    OutcomeStore,
    Pair,
    Priced,
    ReportDocument,
    Store,
    prices,
)
from .results.benchmark import NATIVE
from .results.evidence import features_of
from .results.features import merged
from .results.fit import Wanted
from .results.runs import label_of
from .run import Crew, FeaturesRun, Listener, Pipeline, Profiled, nobody, portrait, profiled
from .toolchain import Check, Gateway, Versions, checks, find, worktree


def compare(
    *,
    runtimes: Sequence[str] = (),
    workloads: Sequence[str] = ("add-with-extra",),
    module: Path | str | None = None,
    calls: Sequence[str] = (),
    expect: str | Sequence[str] = (),
    expect_log: str | Sequence[str] = (),
    imports: Mapping[str, str] | None = None,
    stub_all: bool = False,
    boards: Sequence[str] = ("nrf52840dk",),
    bases: Sequence[str] = ("bare",),
    profiles: Sequence[str] = ("reference",),
    select: Sequence[str] = (),
    sources: Sequence[tuple[str, Path]] = (),
    on: str | None = None,
    rerun: bool = False,
    label: str | None = None,
    command: str = "wasmfit.compare()",
    home: Path | None = None,
    catalogs: Sequence[Path] = (),
    cluster: str | None = None,
    listener: Listener = nobody,
    echo: Callable[[str], None] | None = None,
) -> Comparison:
    """Builds, checks, runs and compares runtimes; measurements that are in the store already are reused.

    Args:
        runtimes: As ``--runtime``: names, ``NAME@VERSION``, patterns; none takes the newest of each.
        module: A wasm module of the user's, in the place of workloads; a TOML file beside it is read too.
        calls: What to call, as ``run(1, -2, 3.5)``; the first is the first call, the last the steady one.
        expect: What each call must return, in the same order.
        expect_log: What each call must log, likewise.
        imports: ``module.name`` → what answers that import.
        stub_all: Whether imports that nobody names do nothing.
        boards: Names, patterns, or ``all``.
        workloads, bases, profiles: Names of the catalogue.
        select: Globs over cell ids.
        sources: Runtimes with the folders of working trees of theirs, measured beside the releases; for an
            operating system among the bases, the checkout to build from.
        on: ``probe``, or ``probe:SELECTOR``: a board that images run on as well, reached through probe-rs.
        rerun: Measure again what is in the store.
        label: A name for this run, by which ``diff``, ``check`` and ``history`` find it.
        command: What the run is recorded as.
        home: wasmfit's folder; ``WASMFIT_HOME`` or the user's cache folder if it is not given.
        catalogs: Folders laid out as the built-in catalogue, whose entries are added to it.
        cluster: Address or file of a Dask scheduler whose workers do the work.
        listener: Told what happens.
        echo: Called with the command line of every child process.

    Raises:
        UsageError: A name is unknown, a file is broken, or a folder of ``sources`` is not what it should be.
        MissingToolError: A tool is missing.
        WasmfitError: The cluster cannot be reached, runs another wasmfit, or is lost.
    """
    return _measured(
        Catalog.load(*catalogs),
        Experiment(runtimes, workloads, boards, bases, profiles, select),
        _own(module, calls, _several(expect), _several(expect_log), imports, stub_all),
        sources=sources,
        on=on,
        rerun=rerun,
        label=label,
        command=command,
        home=home,
        catalogs=catalogs,
        cluster=cluster,
        listener=listener,
        echo=echo,
    ).comparison


@dataclass(frozen=True)
class _Measured:
    """An experiment that was run, with what it was run with."""

    context: Context
    plan: Plan
    comparison: Comparison


def _measured(
    catalog: Catalog,
    experiment: Experiment,
    module: UserModule | None,
    *,
    sources: Sequence[tuple[str, Path]],
    on: str | None,
    rerun: bool,
    label: str | None,
    command: str,
    home: Path | None,
    catalogs: Sequence[Path],
    cluster: str | None,
    listener: Listener,
    echo: Callable[[str], None] | None,
) -> _Measured:
    gateway = Gateway(echo=echo)
    here = worktree(gateway, Path.cwd())
    named = None if label is None else label_of(label)
    origin = Origin(command, named, here.commit, here.branch, here.dirty)
    systems = [name for name in experiment.bases if catalog.base(name).start == "laze"]
    crew = _crew(cluster, catalogs, systems=systems, sources=sources, on=on)
    bench = None if on is None else Bench.find(gateway, _selector(on))
    folder = Home.find() if home is None else Home.at(home)
    catalog = _with_systems(catalog, gateway, folder, experiment.bases, dict(sources))
    checkouts = tuple(
        checkout.inspect(catalog, gateway, name, path) for name, path in sources if name not in catalog.bases
    )
    planned = plan(catalog, replace(experiment, checkouts=checkouts, module=module))
    versions = Versions(folder.tools, gateway)
    cells = planned.measured
    toolchain = find(versions, c_targets(catalog, cells), [cell.board.emulator for cell in cells])
    context = Context(catalog, folder, toolchain, gateway)
    pipeline = Pipeline(context, Store(folder.results), listener, origin, rerun, bench, crew)
    comparison = pipeline.run(planned)
    # What `features` has found of these runtimes, where it has been run whole.
    known = OutcomeStore(folder.results).find_all_features(
        (one.runtime, one.version, one.board, one.profile) for one in comparison.measurements
    )
    return _Measured(context, planned, replace(comparison, features=tuple(known)))


def _with_systems(
    catalog: Catalog, gateway: Gateway, home: Home, bases: Sequence[str], sources: Mapping[str, Path]
) -> Catalog:
    """The catalogue with the checkouts of the operating systems among the bases, or why there are none.

    Raises:
        UsageError: A folder is no checkout.
        MissingToolError: What builds them is not installed.
    """
    found = dict(catalog.bases)
    for name in sources.keys() & found.keys() - set(bases):
        raise UsageError(f"{name} is a base, and the comparison is not on it.", f"Add --base {name}.")
    for name in bases:
        base = catalog.base(name)
        if base.start != "laze":
            if name in sources:
                raise UsageError(f"The base {name} is not built from a checkout.", "Leave out its --source.")
            continue
        if shutil.which(laze.PROGRAM) is None:
            raise MissingToolError(f"laze is not installed, and {name} is built with it.", laze.REMEDY)
        place = sources.get(name, home.work / "checkouts" / name)
        why = None if name in sources else laze.clone(gateway, base.repository, place, home.logs / "git.log")
        found[name] = base.model_copy(
            update={"checkout": laze.inspect(gateway, name, place)}
            if why is None
            else {
                "missing": f"no checkout of {base.title.partition(',')[0]} could be had ({why}). "
                f"Name one with --source {name}=PATH"
            }
        )
    return replace(catalog, bases=found)


def _selector(on: str) -> str | None:
    """The probe that an ``--on`` argument names, if it names one."""
    kind, separator, selector = on.partition(":")
    if kind != "probe" or (separator and not selector):
        raise UsageError(
            f"--on takes probe or probe:SELECTOR, and {on!r} is neither.", "`wasmfit probes` lists them."
        )
    return selector or None


def _crew(
    address: str | None,
    catalogs: Sequence[Path],
    *,
    systems: Sequence[str],
    sources: Sequence[tuple[str, Path]],
    on: str | None,
) -> Crew | None:
    """Who works, if it is not this process.

    Args:
        address: Of the cluster, if there is one.
        systems: Operating systems among the bases.
    """
    if address is None:
        return None
    _require_dask("--cluster")
    if sources:
        raise UsageError(
            "A working tree is on this machine, and cannot be sent to a cluster.",
            "Leave out --cluster, or --source.",
        )
    if systems:
        raise UsageError(
            f"{systems[0]} is built from a checkout on this machine, which cannot be sent to a cluster.",
            f"Leave out --cluster, or --base {systems[0]}.",
        )
    if on is not None:
        raise UsageError(
            "The board is at this machine, and the cells would be measured on others.",
            "Leave out --cluster, or --on.",
        )
    from .run.cluster.crew import Cluster

    return Cluster(address, tuple(catalogs))


def _require_dask(what: str) -> None:
    if importlib.util.find_spec("distributed") is None:
        raise UsageError(f"{what} needs Dask, which is not installed.", "pip install 'wasmfit[cluster]'")


def make_report(
    output: Path | str | None = None,
    *,
    title: str | None = None,
    runtimes: Sequence[str] = (),
    workloads: Sequence[str] = ("add-with-extra",),
    module: Path | str | None = None,
    calls: Sequence[str] = (),
    expect: str | Sequence[str] = (),
    expect_log: str | Sequence[str] = (),
    imports: Mapping[str, str] | None = None,
    stub_all: bool = False,
    boards: Sequence[str] = ("nrf52840dk",),
    bases: Sequence[str] = ("bare",),
    profiles: Sequence[str] = ("reference",),
    select: Sequence[str] = (),
    sources: Sequence[tuple[str, Path]] = (),
    on: str | None = None,
    flames: bool = False,
    features: bool = False,
    flash: str | int | None = None,
    ram: str | int | None = None,
    needs: str | Sequence[str] = (),
    weights: str | None = None,
    rerun: bool = False,
    label: str | None = None,
    command: str = "wasmfit.make_report()",
    home: Path | None = None,
    catalogs: Sequence[Path] = (),
    cluster: str | None = None,
    listener: Listener = nobody,
    echo: Callable[[str], None] | None = None,
) -> ReportDocument:
    """Measures as :func:`compare` does, and makes one HTML file of everything.

    Args:
        output: The file; without one, nothing is written.
        title: Its heading.
        workloads: Names or patterns.
        flames: Whether each cell that ran is run once more with every call followed, for flame graphs.
        features: Whether the W3C suite is run on the runtimes; what is stored of it is shown in any case.
        flash, ram, needs, weights: What there is room for and what is wanted, as for \
:func:`wasmfit.fit`, on every board.
        runtimes, module, calls, expect, expect_log, imports, stub_all: As for :func:`compare`.
        boards, bases, profiles, select, sources, on, rerun, label, command: Likewise.
        home, catalogs, cluster, listener, echo: Likewise. Native code is always measured beside the \
runtimes that are named: slow-downs are held against it.

    Returns:
        What the report shows, as a record; ``wasmfit.report.html.to_html`` formats it.

    Raises:
        UsageError: As for :func:`compare`, or the file cannot be written.
        MissingToolError: A tool is missing.
    """
    catalog = Catalog.load(*catalogs)
    wanted = Wanted.of(flash, ram, needs, weights)
    own = _own(module, calls, _several(expect), _several(expect_log), imports, stub_all)
    if flames and own is not None:
        raise UsageError("Flame graphs are of workloads, not of a module of your own.", "Leave out --flames.")
    chosen = dict.fromkeys(name for pattern in workloads for name in _workloads(catalog, pattern))
    with_native = [NATIVE, *runtimes] if runtimes and own is None else runtimes
    kept = [*select, f"{NATIVE}@*"] if select and own is None else select
    measured = _measured(
        catalog,
        Experiment(with_native, tuple(chosen), boards, bases, profiles, kept),
        own,
        sources=sources,
        on=on,
        rerun=rerun,
        label=label,
        command=command,
        home=home,
        catalogs=catalogs,
        cluster=cluster,
        listener=listener,
        echo=echo,
    )
    known = {feature.name for feature in catalog.features.features}
    suite = sorted(known) if features else features_of(wanted.needs, known)
    cells = measured.comparison.measurements
    found: Sequence[RuntimeFeatures] = measured.comparison.features
    if suite:
        found = [*_suite(cells, suite, catalog.bounds, rerun, home, catalogs, listener, echo), *found]
    made = portrait.portray(
        measured.context,
        measured.plan,
        measured.comparison,
        title=title,
        flames=flames,
        features=merged(found),
        wanted=wanted,
        listener=listener,
    )
    if output is not None:
        _write(Path(output), made)
    return made


def _write(output: Path, made: ReportDocument) -> None:
    # Loaded here: nothing else needs it.
    from .report.html import to_html

    try:
        output.write_text(to_html(made), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}.", "Name another file.") from error


def _suite(
    measurements: Sequence[Measurement],
    wanted: Sequence[str],
    bounds: Set[str],
    rerun: bool,
    home: Path | None,
    catalogs: Sequence[Path],
    listener: Listener,
    echo: Callable[[str], None] | None,
) -> Iterator[RuntimeFeatures]:
    """Runs the suite on the releases that run modules here, board by board and profile by profile."""
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


def probes() -> list[Probe]:
    """The debug probes that are attached.

    Raises:
        MissingToolError: probe-rs is not installed.
    """
    return ProbeRs.find(Gateway()).probes()


def work(
    *,
    scheduler: str | None = None,
    scheduler_file: Path | None = None,
    resources: Sequence[str] = (),
    memory: str = "auto",
    name: str | None = None,
    listen: str = "127.0.0.1",
    home: Path | None = None,
    say: Callable[[str], None],
) -> None:
    """Works for a cluster until it is told to stop.

    Args:
        scheduler, scheduler_file: Its address, or the file that has it.
        resources: As ``--resource``: ``NAME=AMOUNT``, beside ``qemu`` and ``build`` or in their place.
        memory: Memory after which the worker is started anew, as Dask takes it.
        name: Its name in messages and results.
        listen: Address of this machine at which others reach it.
        home: wasmfit's folder.
        say: Told what it has and whom it works for.

    Raises:
        UsageError: An argument makes no sense, or Dask is not installed.
        MissingToolError: There is no Rust, or no C compiler.
        WasmfitError: The scheduler cannot be reached, or has gone.
    """
    _require_dask("wasmfit worker")
    from .run.cluster import serve
    from .run.cluster.resources import given as amounts

    offer = serve.Offer(serve.chosen(scheduler, scheduler_file), name, listen, amounts(resources), memory)
    serve.serve(offer, Home.find() if home is None else Home.at(home), say)


def profile(
    runtime: str,
    *,
    workload: str = "add-with-extra",
    module: Path | str | None = None,
    calls: Sequence[str] = (),
    imports: Mapping[str, str] | None = None,
    stub_all: bool = False,
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
        module, calls, imports, stub_all: As for :func:`compare`; the module is in the workload's place.
        phases: Of ``load``, ``instantiate`` and ``call``: those to look at.
        home, catalogs: As for :func:`compare`.

    Raises:
        UsageError: A name is unknown, or names more than one runtime.
        MissingToolError: A tool is missing.
        ProfileError: It cannot be built, or does not run as it should.
    """
    catalog = Catalog.load(*catalogs)
    own = _own(module, calls, (), (), imports, stub_all)
    planned = plan(catalog, Experiment([runtime], [workload], [board], profiles=[profile], module=own))
    cells = planned.cells
    if not cells and planned.left_out:
        one = planned.left_out[0]
        because = one.reason.rstrip(".")
        raise UsageError(f"{one.cell.id} is not measured: {because}.", "Name another runtime.")
    if len(cells) != 1:
        names = ", ".join(cell.build.label for cell in cells)
        raise UsageError(f"{runtime} is not one runtime but {names}.", "Name one.")
    folder = Home.find() if home is None else Home.at(home)
    gateway = Gateway()
    toolchain = find(Versions(folder.tools, gateway), c_targets(catalog, cells), [cells[0].board.emulator])
    return profiled(Context(catalog, folder, toolchain, gateway), cells[0], phases)


def bench(
    *,
    workloads: Sequence[str] = (),
    runtimes: Sequence[str] = (),
    boards: Sequence[str] = ("nrf52840dk",),
    profiles: Sequence[str] = ("reference",),
    select: Sequence[str] = (),
    sources: Sequence[tuple[str, Path]] = (),
    on: str | None = None,
    rerun: bool = False,
    label: str | None = None,
    command: str = "wasmfit.bench()",
    home: Path | None = None,
    catalogs: Sequence[Path] = (),
    cluster: str | None = None,
    listener: Listener = nobody,
    echo: Callable[[str], None] | None = None,
) -> Benchmark:
    """Runs workloads on runtimes and holds each against native code; what is in the store is reused.

    Args:
        workloads: Names or patterns; none takes all of the catalogue.
        runtimes, boards, profiles, select, sources, on, rerun, label, command, home, catalogs, cluster, \
listener, echo: As for :func:`compare`. Native code is always measured beside the runtimes that are named.

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
            on=on,
            rerun=rerun,
            label=label,
            command=command,
            home=home,
            catalogs=catalogs,
            cluster=cluster,
            listener=listener,
            echo=echo,
        )
    )


def _workloads(catalog: Catalog, pattern: str) -> list[str]:
    found = [name for name in sorted(catalog.workloads) if fnmatchcase(name, pattern)]
    return found or [catalog.workload(pattern).name]


def lock(names: Sequence[str], *, home: Path | None = None, catalogs: Sequence[Path] = ()) -> Iterator[Path]:
    """Writes the lockfiles of runtimes, workloads and bases anew, in the catalogue's folders.

    Args:
        names: Runtimes, workloads, bases, or patterns of them; ``harness`` is what all share.
        home: wasmfit's folder.
        catalogs: Catalogues beside the built-in one.

    Returns:
        The lockfiles, each as soon as it is written.

    Raises:
        UsageError: A name is unknown, or Cargo cannot resolve what one depends on.
        MissingToolError: There is no Rust.
    """
    catalog = Catalog.load(*catalogs)
    known = {*catalog.runtimes, *catalog.workloads, *catalog.bases, HARNESS}
    for name in names:
        if not any(fnmatchcase(one, name) for one in known):
            raise unknown("runtime, workload or base", name, known)
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


def _own(
    module: Path | str | None,
    calls: Sequence[str],
    expect: Sequence[str],
    expect_log: Sequence[str],
    imports: Mapping[str, str] | None,
    stub_all: bool,
) -> UserModule | None:
    """The user's module, if there is one."""
    if module is not None:
        return given(
            Path(module),
            calls_of=calls,
            expect=expect,
            expect_log=expect_log,
            imports=imports,
            stub_all=stub_all,
        )
    if calls or expect or expect_log or imports or stub_all:
        raise UsageError(
            "Calls, expectations and imports are of a module, and none is named.",
            "For example: wasmfit compare my.wasm --call 'run(1, 2)'",
        )
    return None


def _several(texts: str | Sequence[str]) -> Sequence[str]:
    return (texts,) if isinstance(texts, str) else texts


def c_targets(catalog: Catalog, cells: Sequence[Cell]) -> dict[str, CTarget]:
    """The C targets that cells need a compiler for."""
    return {
        cell.board.target: catalog.target(cell.board).c
        for cell in cells
        if cell.build.runtime.language == "c"
    }
