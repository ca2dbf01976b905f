"""Which features of WebAssembly runtimes have."""

from collections.abc import Iterator, Sequence, Set
from dataclasses import replace
from typing import Unpack

from wasmfit.analysis.benchmark import NATIVE
from wasmfit.analysis.features import FeaturesMeasured
from wasmfit.builder import Context, checkout, digest, suite
from wasmfit.catalog import Catalog
from wasmfit.catalog.load import unknown
from wasmfit.defaults import BOARD, PROFILE
from wasmfit.errors import MissingToolError, UsageError
from wasmfit.globs import matches
from wasmfit.home import Home
from wasmfit.model import Failing, Feature, Measurement, Status
from wasmfit.plan import BASELINE, select_boards, select_builds
from wasmfit.plan.select import with_checkouts
from wasmfit.requests import FeaturesExperiment, RunOptions
from wasmfit.requests.keywords import FeaturesKeywords, Keywords
from wasmfit.store import OutcomeStore
from wasmfit.toolchain import ProcessRunner, Versions, find

from .cluster import executor_of
from .compilers import require_artefact
from .found_features import NothingMeasuredError, found_features
from .recorded import or_recorded
from .unrecorded import refuse_board_and_label


def features(
    experiment: FeaturesExperiment | None = None,
    options: RunOptions | None = None,
    **fields: Unpack[FeaturesKeywords],
) -> FeaturesMeasured:
    """Runs the W3C suite on device images of runtimes, and says which features of WebAssembly each has.

    Args:
        experiment: Whose features.
        options: How. The suite runs in the emulator, and is not recorded as a run.
        fields: The fields of both records, as for :func:`compare`.

    Raises:
        UsageError: A name is unknown, a file is broken, or an option is of no use here.
        MissingToolError: A tool is missing.
    """
    keywords = Keywords("features", fields)
    experiment = keywords.record(FeaturesExperiment, experiment)
    options = keywords.record(RunOptions, options)
    keywords.end()
    return or_recorded(options, lambda how: _features_as(experiment, how), _with_note)


def _with_note(measured: FeaturesMeasured, note: str) -> FeaturesMeasured:
    return replace(measured, notes=(note, *measured.notes), look=_cannot_be_run)


def _cannot_be_run() -> tuple[Failing, ...]:
    raise MissingToolError(
        "The assertions that do not hold are found by running the suite, and a tool for that is missing.",
        "`wasmfit doctor` says which. Without --failing, verdicts come from the measurements that come "
        "with wasmfit.",
    )


def _features_as(experiment: FeaturesExperiment, options: RunOptions) -> FeaturesMeasured:
    refuse_board_and_label(options, "The W3C suite")
    # Loaded here: whatever runs no suite does without.
    from wasmfit.run.features import FeaturesRun

    executor = executor_of(options, systems=(), sources=experiment.sources)
    catalog = Catalog.load(*options.catalogs)
    runner = ProcessRunner(echo=options.echo)
    checkouts = [checkout.inspect(catalog, runner, name, path) for name, path in experiment.sources]
    runtimes = experiment.runtimes
    released = [build for build in select_builds(catalog, runtimes) if build.runtime.guest == "module"]
    builds = with_checkouts(catalog, released, checkouts, runtimes)
    if not builds:
        raise UsageError("Native code runs no WebAssembly, and no other runtime is named.")
    chosen = _features(catalog, experiment.features)
    boards = select_boards(catalog, experiment.boards)
    profiles = [catalog.profile(name) for name in experiment.profiles]
    home = Home.find(options.home)
    if options.measured:
        if experiment.sources:
            raise UsageError("A working tree is in no measured set.", "Leave out --measured, or --source.")
        settings = [(build, board, profile) for profile in profiles for board in boards for build in builds]
        return found_features(catalog, home, settings, chosen)
    targets = {
        board.target: catalog.target(board).c
        for board in boards
        if any(build.runtime.language == "c" for build in builds)
    }
    toolchain = find(Versions(home.tools, runner), targets, [board.emulator for board in boards])
    context = Context(catalog, home, toolchain, runner, fence=not options.no_fence)
    require_artefact(context, suite.step(context, digest.Shared()))
    store = OutcomeStore(home.results)
    run = FeaturesRun(context, store, options.event_handler, options.rerun, executor)
    return run.run(builds, boards, profiles, chosen)


def features_of_measured(
    measurements: Sequence[Measurement], patterns: Sequence[str], bounds: Set[str], options: RunOptions
) -> Iterator[FeaturesMeasured]:
    """Which features the runtimes of a comparison have, board by board and profile by profile.

    Args:
        measurements: The comparison's; the suite is run on the releases among them that ran their modules.
        patterns: Names or patterns of features.
        bounds: Names of what is measured as a bound only, and loads no module.
        options: The comparison's; the suite runs in the emulator whatever they say.

    Raises:
        UsageError, MissingToolError: As for :func:`features`.
    """
    builds: dict[tuple[str, str], dict[tuple[str, str], None]] = {}
    for cell in measurements:
        runs = cell.status is Status.OK and cell.runtime not in (NATIVE, BASELINE, *bounds)
        if runs and cell.provenance.source is None:
            builds.setdefault((cell.board, cell.profile), {})[cell.runtime, cell.version] = None
    for (board, profile), runtimes in builds.items():
        experiment = FeaturesExperiment(
            runtimes=tuple(f"{name}@{version}" for name, version in runtimes),
            features=tuple(patterns),
            boards=(board,),
            profiles=(profile,),
        )
        try:
            yield features(experiment, options.unrecorded())
        except NothingMeasuredError:
            # A feature is the runtime's: boards differ in their cores, which seldom decides on one.
            yield features(
                experiment.model_copy(update={"boards": (BOARD,), "profiles": (PROFILE,)}),
                options.unrecorded(),
            )


def _features(catalog: Catalog, patterns: Sequence[str]) -> list[Feature]:
    known = catalog.features.features
    chosen: set[str] = set()
    for pattern in patterns or ("*",):
        names = {feature.name for feature in known if matches(feature.name, pattern)}
        if not names:
            raise unknown("feature", pattern, [feature.name for feature in known])
        chosen |= names
    return [feature for feature in known if feature.name in chosen]
