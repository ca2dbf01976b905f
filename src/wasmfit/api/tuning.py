"""Which settings make a runtime smaller or faster, measured."""

from collections.abc import Callable
from math import isfinite
from typing import Unpack

from wasmfit import defaults
from wasmfit.analysis.tuning import Objective, Trial, Tuning
from wasmfit.builder import Context
from wasmfit.catalog import Catalog
from wasmfit.catalog.load import unknown
from wasmfit.errors import UsageError
from wasmfit.home import Home
from wasmfit.model import Build, Cell
from wasmfit.plan import c_targets, select_builds
from wasmfit.requests import RunOptions, TuneRequest
from wasmfit.requests.experiment import TUNED_BUILDS
from wasmfit.requests.keywords import TuneKeywords, of_runtime
from wasmfit.search import SearchBudget, Settings, Trials, search, space
from wasmfit.search.propose import require_optuna
from wasmfit.store import Store
from wasmfit.toolchain import ProcessRunner, Versions, find
from wasmfit.words import counted

from .compilers import require_compilers
from .unrecorded import require_local

_WITHOUT_LIMIT = 100_000
"""Where only time is limited."""


def _ignore_trial(_trial: Trial, _anchor: Trial) -> None:
    """What is told of trials where nobody listens."""


def tune(
    request: TuneRequest | str,
    options: RunOptions | None = None,
    *,
    on_trial: Callable[[Trial, Trial], None] = _ignore_trial,
    **fields: Unpack[TuneKeywords],
) -> Tuning:
    """Searches for settings of a runtime that take less than the profile ``reference``; all are measured.

    Args:
        request: The search, or its runtime, whose other fields are keyword arguments.
        options: How cells are measured: in the emulator of this machine, as trials of one search.
        on_trial: Called with every trial that has ended, and the profile's own.
        fields: The fields of both records, as for :func:`wasmfit.compare`.

    Raises:
        UsageError: A name is unknown, a number makes no sense, or Optuna is not installed.
        MissingToolError: A tool is missing.
        WasmfitError: The runtime does not run in the profile itself.
    """
    request, options = of_runtime("tune", TuneRequest, request, options, fields)
    require_local(options, "A search for settings")
    require_optuna()
    catalog = Catalog.load(*options.catalogs)
    objectives = tuple(_objective(name) for name in dict.fromkeys(request.objectives))
    if not objectives or not request.workloads:
        raise UsageError("There is nothing to measure.", "Name an objective and a workload.")
    budget = _budget(request.builds, request.minutes)
    build = _one_build(catalog, request.runtime)
    if request.only and not request.settings:
        raise UsageError("--only measures what --set says, and there is none.", "Add --set SWITCH=VALUE.")
    where = space(catalog, build, allow=request.allow, fixed=request.settings, only=request.only)
    workloads = [catalog.workload(name) for name in dict.fromkeys(request.workloads)]
    board, base = catalog.board(request.board), catalog.base(defaults.BASE)
    profile = catalog.profile(defaults.PROFILE)
    home, runner = Home.find(options.home), ProcessRunner(echo=options.echo)
    cells = [
        Cell(build=build, workload=workload, board=board, base=base, profile=profile)
        for workload in workloads
    ]
    toolchain = find(Versions(home.tools, runner), c_targets(catalog, cells), [board.emulator])
    context = Context(catalog, home, toolchain, runner, fence=not options.no_fence)
    require_compilers(context, "Settings that are tried are in no image of wasmfit-images")
    trials = Trials(
        context,
        Store(home.results),
        where,
        build,
        profile,
        workloads,
        board,
        base,
        options.event_handler,
        options.rerun,
    )
    measured: list[Trial] = []

    def measure(number: int, changes: Settings) -> Trial:
        trial = trials.measure(number, changes)
        measured.append(trial)
        on_trial(trial, measured[0])
        return trial

    result = search(where, objectives, budget, measure)
    return Tuning(
        runtime=build.label,
        board=board.name,
        workloads=tuple(workload.name for workload in workloads),
        objectives=objectives,
        trials=result.trials,
        space=where.size,
        stopped=result.stopped,
        withheld=where.withheld,
    )


def _objective(name: str) -> Objective:
    try:
        return Objective(name)
    except ValueError:
        raise unknown("objective", name, [objective.value for objective in Objective]) from None


def _budget(builds: int | None, minutes: float | None) -> SearchBudget:
    if builds is not None and builds < 2:
        raise UsageError(
            f"A budget of {counted(builds, 'build')} leaves none to try: the first is the profile itself.",
            "Give --budget 2 or more.",
        )
    if minutes is not None and not (isfinite(minutes) and minutes > 0):
        raise UsageError(
            f"{minutes:g} minutes is not a time to search in.", "Give --minutes 10, for example."
        )
    if builds is None:
        builds = TUNED_BUILDS if minutes is None else _WITHOUT_LIMIT
    return SearchBudget(builds, None if minutes is None else 60 * minutes)


def _one_build(catalog: Catalog, runtime: str) -> Build:
    """The build that the argument names: it must be one, and one that can be built and tuned."""
    builds = select_builds(catalog, [runtime])
    name = runtime.partition("@")[0]
    exact = [build for build in builds if build.name == name] or builds
    if len(exact) != 1:
        names = ", ".join(build.label for build in exact)
        raise UsageError(f"{runtime} is not one runtime but {names}.", "Name one.")
    build = exact[0]
    if build.unavailable is not None:
        raise UsageError(f"{build.label} is not built: {build.unavailable.reason}.", build.unavailable.remedy)
    if build.runtime.guest == "crate":
        raise UsageError(
            f"{build.label} is not a runtime: its settings are those of your code.", "Name another."
        )
    return build
