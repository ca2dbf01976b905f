"""Building, running and comparing: what most of the library is made of."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Unpack

from wasmfit.analysis.comparison import Comparison
from wasmfit.builder import Context, checkout
from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.home import Home
from wasmfit.module import load_user_module
from wasmfit.plan import Plan, c_targets, plan
from wasmfit.probe import BoardRunner
from wasmfit.requests import Experiment, RunOptions
from wasmfit.requests.keywords import CompareKeywords, Keywords
from wasmfit.run import Pipeline
from wasmfit.store import OutcomeStore, RunMetadata, Store
from wasmfit.store.runs import label_of
from wasmfit.toolchain import ProcessRunner, Versions, find, worktree

from .cluster import executor_of
from .systems import with_systems


def compare(
    experiment: Experiment | None = None,
    options: RunOptions | None = None,
    **fields: Unpack[CompareKeywords],
) -> Comparison:
    """Builds, checks, runs and compares runtimes; measurements that are in the store already are reused.

    Args:
        experiment: What is compared.
        options: How.
        fields: The fields of both records, for those that are not given: \
``compare(runtimes=["wasm3"], rerun=True)``. ``module`` is the module's path, and its calls, expectations \
and imports are arguments next to it.

    Raises:
        UsageError: A name is unknown, a file is broken, or a folder of ``sources`` is not what it should be.
        MissingToolError: A tool is missing.
        WasmfitError: The cluster cannot be reached, runs another wasmfit, or is lost.
    """
    keywords = Keywords("compare", fields)
    experiment = keywords.record(Experiment, experiment)
    options = keywords.record(RunOptions, options).recorded_as("wasmfit.compare()")
    keywords.end()
    return measure(Catalog.load(*options.catalogs), experiment, options).comparison


@dataclass(frozen=True)
class MeasuredExperiment:
    """An experiment that was run, with what it was run with."""

    context: Context
    plan: Plan
    comparison: Comparison


def measure(catalog: Catalog, experiment: Experiment, options: RunOptions) -> MeasuredExperiment:
    """Measures an experiment; what is in the store already is reused.

    Raises:
        UsageError, MissingToolError, WasmfitError: As for :func:`compare`.
    """
    module = (
        None if experiment.module is None else load_user_module(experiment.module, _command_line(options))
    )
    if module is None:
        workloads = workloads_like(catalog, experiment.workloads)
        experiment = experiment.model_copy(update={"workloads": workloads})
    runner = ProcessRunner(echo=options.echo)
    working_directory = worktree(runner, Path.cwd())
    metadata = RunMetadata(
        options.command or "wasmfit",
        None if options.label is None else label_of(options.label),
        working_directory.commit,
        working_directory.branch,
        working_directory.dirty,
    )
    systems = [name for name in experiment.bases if not catalog.base(name).emulated]
    executor = executor_of(options, systems=systems, sources=experiment.sources)
    bench = None if options.on is None else BoardRunner.find(runner, _selector(options.on))
    home = Home.find(options.home)
    catalog = with_systems(catalog, runner, home, experiment.bases, dict(experiment.sources))
    checkouts = [
        checkout.inspect(catalog, runner, name, path)
        for name, path in experiment.sources
        if name not in catalog.bases
    ]
    planned = plan(catalog, experiment, checkouts=checkouts, module=module)
    versions = Versions(home.tools, runner)
    cells = planned.measured
    toolchain = find(versions, c_targets(catalog, cells), [cell.board.emulator for cell in cells])
    context = Context(catalog, home, toolchain, runner)
    store = Store(home.results)
    pipeline = Pipeline(context, store, options.event_handler, metadata, options.rerun, bench, executor)
    comparison = pipeline.run(planned)
    # What `features` has found of these runtimes, where it has been run whole.
    features = OutcomeStore(home.results).find_features(
        (cell.runtime, cell.version, cell.board, cell.profile) for cell in comparison.measurements
    )
    return MeasuredExperiment(context, planned, replace(comparison, features=tuple(features)))


def _command_line(options: RunOptions) -> str | None:
    """The command line, if it was one: the library records its function."""
    command = options.command
    return command if command is not None and command.startswith("wasmfit ") else None


def workloads_like(catalog: Catalog, patterns: Sequence[str]) -> tuple[str, ...]:
    """The names of the workloads that patterns name, each once.

    Raises:
        UsageError: One names none.
    """
    chosen: dict[str, None] = {}
    for pattern in patterns:
        names = [name for name in sorted(catalog.workloads) if fnmatchcase(name, pattern)]
        chosen |= dict.fromkeys(names or [catalog.workload(pattern).name])
    return tuple(chosen)


def _selector(on: str) -> str | None:
    """The probe that an ``--on`` argument names, if it names one."""
    kind, separator, selector = on.partition(":")
    if kind != "probe" or (separator and not selector):
        raise UsageError(
            f"--on takes probe or probe:SELECTOR, and {on!r} is neither.", "`wasmfit probes` lists them."
        )
    return selector or None
