"""Building, running and comparing: what most of the library is made of."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from wasmfit.analysis.comparison import Comparison
from wasmfit.builder import Context, checkout
from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.home import Home
from wasmfit.model import UserModule
from wasmfit.plan import Experiment, Plan, c_targets, plan
from wasmfit.probe import Bench
from wasmfit.run import Listener, Pipeline, nobody
from wasmfit.store import Origin, OutcomeStore, Store
from wasmfit.store.runs import label_of
from wasmfit.toolchain import Gateway, Versions, find, worktree

from .cluster import executor_of
from .own import own_module
from .systems import with_systems


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
    return measured(
        Catalog.load(*catalogs),
        Experiment(runtimes, workloads, boards, bases, profiles, select),
        own_module(module, calls, expect, expect_log, imports, stub_all),
        Circumstances(sources, on, rerun, label, command, home, catalogs, cluster, listener, echo),
    ).comparison


@dataclass(frozen=True)
class Circumstances:
    """How an experiment is measured, whatever it is of; as for :func:`compare`."""

    sources: Sequence[tuple[str, Path]]
    on: str | None
    rerun: bool
    label: str | None
    command: str
    home: Path | None
    catalogs: Sequence[Path]
    cluster: str | None
    listener: Listener
    echo: Callable[[str], None] | None


@dataclass(frozen=True)
class Measured:
    """An experiment that was run, with what it was run with."""

    context: Context
    plan: Plan
    comparison: Comparison


def measured(
    catalog: Catalog, experiment: Experiment, module: UserModule | None, how: Circumstances
) -> Measured:
    """Measures an experiment; what is in the store already is reused.

    Raises:
        UsageError, MissingToolError, WasmfitError: As for :func:`compare`.
    """
    gateway = Gateway(echo=how.echo)
    here = worktree(gateway, Path.cwd())
    named = None if how.label is None else label_of(how.label)
    origin = Origin(how.command, named, here.commit, here.branch, here.dirty)
    systems = [name for name in experiment.bases if not catalog.base(name).emulated]
    executor = executor_of(how.cluster, how.catalogs, systems=systems, sources=how.sources, on=how.on)
    bench = None if how.on is None else Bench.find(gateway, _selector(how.on))
    folder = Home.find(how.home)
    catalog = with_systems(catalog, gateway, folder, experiment.bases, dict(how.sources))
    checkouts = tuple(
        checkout.inspect(catalog, gateway, name, path)
        for name, path in how.sources
        if name not in catalog.bases
    )
    planned = plan(catalog, replace(experiment, checkouts=checkouts, module=module))
    versions = Versions(folder.tools, gateway)
    cells = planned.measured
    toolchain = find(versions, c_targets(catalog, cells), [cell.board.emulator for cell in cells])
    context = Context(catalog, folder, toolchain, gateway)
    pipeline = Pipeline(context, Store(folder.results), how.listener, origin, how.rerun, bench, executor)
    comparison = pipeline.run(planned)
    # What `features` has found of these runtimes, where it has been run whole.
    known = OutcomeStore(folder.results).find_all_features(
        (one.runtime, one.version, one.board, one.profile) for one in comparison.measurements
    )
    return Measured(context, planned, replace(comparison, features=tuple(known)))


def _selector(on: str) -> str | None:
    """The probe that an ``--on`` argument names, if it names one."""
    kind, separator, selector = on.partition(":")
    if kind != "probe" or (separator and not selector):
        raise UsageError(
            f"--on takes probe or probe:SELECTOR, and {on!r} is neither.", "`wasmfit probes` lists them."
        )
    return selector or None
