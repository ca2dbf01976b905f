"""Building, running and comparing: what most of the library is made of."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Unpack

from wasmfit.analysis.comparison import Comparison
from wasmfit.builder import Context, checkout
from wasmfit.catalog import Catalog
from wasmfit.errors import UsageError
from wasmfit.events import BuildPlan
from wasmfit.globs import matches
from wasmfit.home import Home
from wasmfit.model import Measurement, UserModule
from wasmfit.module import load_user_module
from wasmfit.plan import Plan, c_targets, plan
from wasmfit.probe import BoardRunner
from wasmfit.requests import Experiment, Matrix, ModuleRequest, RunOptions
from wasmfit.requests.keywords import CompareKeywords, Keywords
from wasmfit.run import Pipeline
from wasmfit.run.layouts import with_layouts
from wasmfit.run.rows_so_far import WithRows
from wasmfit.run.stores import with_store_check
from wasmfit.store import OutcomeStore, RunMetadata, Store
from wasmfit.store.runs import label_of
from wasmfit.timing import cost_model
from wasmfit.toolchain import ProcessRunner, Versions, find, worktree

from .board_setup import with_setup
from .cluster import executor_of
from .measured_experiment import MeasuredExperiment
from .recorded import recorded, telling_of_the_set
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
    catalog = catalog_of(experiment, options)
    if experiment.module is not None or experiment.sources:
        return measure(catalog, experiment, options).comparison
    return telling_of_the_set(lambda: measure(catalog, experiment, options)).with_features


def preview(
    experiment: Experiment | None = None,
    options: RunOptions | None = None,
    modules: Sequence[ModuleRequest] = (),
    **fields: Unpack[CompareKeywords],
) -> BuildPlan:
    """Says what :func:`compare` would build and measure, and about how long that takes; it builds nothing.

    Args:
        experiment, options, fields: As for :func:`compare`.
        modules: Modules that are measured next to the workloads.

    Raises:
        UsageError, MissingToolError: As for :func:`compare`.
    """
    keywords = Keywords("preview", fields)
    experiment = keywords.record(Experiment, experiment)
    options = keywords.record(RunOptions, options).recorded_as("wasmfit.preview()")
    keywords.end()
    planned, pipeline = _prepared(catalog_of(experiment, options), experiment, options, modules)
    return pipeline.build_plan(planned)


def catalog_of(experiment: Matrix, options: RunOptions) -> Catalog:
    """The catalogue, with the experiment's boards as their firmware sets them up.

    Raises:
        UsageError: A timing model does not know what is assumed.
    """
    catalog = Catalog.load(*options.catalogs)
    return with_setup(catalog, experiment.boards, experiment.clock, experiment.assume)


def measure(
    catalog: Catalog, experiment: Experiment, options: RunOptions, modules: Sequence[ModuleRequest] = ()
) -> MeasuredExperiment:
    """Measures an experiment; what is in the store already is reused; options may say that nothing else is.

    Args:
        catalog: The catalogue.
        experiment: What is measured.
        options: How.
        modules: Modules that are measured next to its workloads.

    Raises:
        UsageError, MissingToolError, WasmfitError: As for :func:`compare`.
    """
    if options.measured:
        if experiment.layouts > 1:
            raise UsageError(
                "Layouts are linked and run, and --measured does neither.", "Leave one of them out."
            )
        if experiment.check_stores:
            raise UsageError(
                "Stores are looked at while an image runs, and --measured runs none.",
                "Leave out --measured, or --check-stores.",
            )
        return _with_boards(recorded(catalog, _whole(catalog, experiment), options))
    planned, pipeline = _prepared(catalog, experiment, options, modules)
    context = pipeline.context
    comparison = pipeline.run(planned)
    # What `features` has found of these runtimes, where it has been run whole.
    features = OutcomeStore(context.home.results).find_features(
        (cell.runtime, cell.version, cell.board, cell.profile) for cell in comparison.measurements
    )
    comparison = replace(comparison, features=tuple(features))
    if experiment.layouts > 1:
        comparison = _in_layouts(context, planned, comparison, experiment.layouts)
    if experiment.check_stores:
        comparison = _with_stores_checked(context, planned, comparison)
    return _with_boards(MeasuredExperiment(context.catalog, context.home, planned, comparison, context))


def _in_layouts(context: Context, planned: Plan, comparison: Comparison, number: int) -> Comparison:
    """The comparison with the spread of each cell's warm call over layouts, where its board has a model."""
    cells = {cell.id: cell for cell in planned.cells}

    def spread(measurement: Measurement) -> Measurement:
        cell = cells.get(measurement.id)
        model = None if cell is None else cost_model(cell.board, context.catalog.core(cell.board))
        if cell is None or model is None or cell.base.system is not None:
            return measurement
        return with_layouts(context, cell, measurement, model, number)

    return replace(comparison, measurements=tuple(map(spread, comparison.measurements)))


def _with_stores_checked(context: Context, planned: Plan, comparison: Comparison) -> Comparison:
    """The comparison with what came of looking at every store of each cell."""
    cells = {cell.id: cell for cell in planned.cells}

    def checked(measurement: Measurement) -> Measurement:
        cell = cells.get(measurement.id)
        return measurement if cell is None else with_store_check(context, cell, measurement)

    return replace(comparison, measurements=tuple(map(checked, comparison.measurements)))


def _with_boards(measured: MeasuredExperiment) -> MeasuredExperiment:
    """The same with what its tables show besides measurements."""
    boards = {cell.board.name: cell.board for cell in measured.plan.all_cells}
    comparison = replace(measured.comparison, boards=tuple(boards.values()), bounds=measured.catalog.bounds)
    return replace(measured, comparison=comparison)


def _whole(catalog: Catalog, experiment: Experiment) -> Experiment:
    """The experiment, with every workload that its patterns name."""
    if experiment.module is not None:
        return experiment
    return experiment.model_copy(update={"workloads": workloads_like(catalog, experiment.workloads)})


def _read(request: ModuleRequest) -> UserModule:
    """One of several modules, which errors name."""
    try:
        return load_user_module(request)
    except UsageError as error:
        name = str(request.path)
        message = error.message if name in error.message else f"{name}: {error.message}"
        raise UsageError(message, error.remedy) from None


def _prepared(
    catalog: Catalog, experiment: Experiment, options: RunOptions, modules: Sequence[ModuleRequest] = ()
) -> tuple[Plan, Pipeline]:
    """The plan of an experiment, and what runs it."""
    if suite := experiment.suite:
        workloads = experiment.workloads if experiment.with_workloads else ()
        experiment = experiment.model_copy(
            update={"module": None, "more_modules": (), "workloads": workloads}
        )
        modules = (*suite, *modules)
    others = [_read(request) for request in modules]
    module = (
        None if experiment.module is None else load_user_module(experiment.module, _command_line(options))
    )
    experiment = _whole(catalog, experiment)
    runner = ProcessRunner(echo=options.echo)
    working_directory = worktree(runner, Path.cwd())
    metadata = RunMetadata(
        options.command or "wasmfit",
        None if options.label is None else label_of(options.label),
        working_directory.commit,
        working_directory.branch,
        working_directory.dirty,
    )
    systems = [name for name in experiment.bases if catalog.base(name).system is not None]
    executor = executor_of(options, systems=systems, sources=experiment.sources)
    bench = None if options.on is None else BoardRunner.find(runner, _selector(options.on))
    home = Home.find(options.home)
    catalog = with_systems(catalog, runner, home, experiment.bases, dict(experiment.sources))
    checkouts = [
        checkout.inspect(catalog, runner, name, path)
        for name, path in experiment.sources
        if name not in catalog.bases
    ]
    planned = plan(catalog, experiment, checkouts=checkouts, module=module, modules=others)
    versions = Versions(home.tools, runner)
    cells = planned.measured
    toolchain = find(versions, c_targets(catalog, cells), [cell.board.emulator for cell in cells])
    pipeline = Pipeline(
        Context(catalog, home, toolchain, runner, fence=not options.no_fence),
        Store(home.results),
        WithRows(options.event_handler, catalog, planned),
        metadata,
        options.rerun,
        bench,
        executor,
        options.rerun_failed,
    )
    return planned, pipeline


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
        names = [name for name in sorted(catalog.workloads) if matches(name, pattern)]
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
