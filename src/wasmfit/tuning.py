"""The library's ``tune``: which settings make a runtime smaller or faster, measured."""

from collections.abc import Callable, Sequence
from math import isfinite
from pathlib import Path

from .analysis.tuning import Objective, Trial, Tuning
from .builder import Context
from .catalog import Catalog
from .catalog.load import unknown
from .errors import UsageError
from .home import Home
from .model import Build, Cell
from .plan import c_targets, select_builds
from .run import Listener, nobody
from .search import Budget, Settings, Trials, search, space
from .search.propose import require_optuna
from .store import Store
from .toolchain import Gateway, Versions, find

PROFILE = "reference"
WORKLOADS = ("crc32", "fir", "sort")
BUILDS = 20
"""Settings that are measured unless a budget says otherwise."""

_WITHOUT_LIMIT = 100_000
"""Where only time is limited."""


def _unheard(_trial: Trial, _anchor: Trial) -> None:
    """Trials that nobody is told of."""


def tune(
    runtime: str,
    *,
    board: str = "nrf52840dk",
    objectives: Sequence[str] = tuple(Objective),
    builds: int | None = None,
    minutes: float | None = None,
    workloads: Sequence[str] = WORKLOADS,
    allow: Sequence[str] = (),
    settings: Sequence[str] = (),
    only: bool = False,
    rerun: bool = False,
    home: Path | None = None,
    catalogs: Sequence[Path] = (),
    listener: Listener = nobody,
    tell: Callable[[Trial, Trial], None] = _unheard,
    echo: Callable[[str], None] | None = None,
) -> Tuning:
    """Searches for settings of a runtime that take less than the profile ``reference``; all are measured.

    Args:
        runtime: A runtime, or ``NAME@VERSION``; it must be one.
        board, workloads: Names of the catalogue.
        objectives: What is to be little: ``flash``, ``ram``, ``speed``; the first counts most.
        builds: How many different settings are measured, the profile itself included.
        minutes: Time after which none is begun.
        allow: Values that give up something a module may need: ``validation-off``.
        settings: ``SWITCH=VALUE,…``: what a switch is held to.
        only: Measure what ``settings`` says, and nothing else.
        rerun: Measure again what is in the store.
        home, catalogs, listener, echo: As for :func:`wasmfit.compare`.
        tell: Called with every trial that has ended, and the profile's own.

    Raises:
        UsageError: A name is unknown, a number makes no sense, or Optuna is not installed.
        MissingToolError: A tool is missing.
        WasmfitError: The runtime does not run in the profile itself.
    """
    require_optuna()
    catalog = Catalog.load(*catalogs)
    chosen = tuple(_objective(one) for one in dict.fromkeys(objectives))
    if not chosen or not workloads:
        raise UsageError("There is nothing to measure.", "Name an objective and a workload.")
    budget = _budget(builds, minutes)
    build = _one(catalog, runtime)
    if only and not settings:
        raise UsageError("--only measures what --set says, and there is none.", "Add --set SWITCH=VALUE.")
    where = space(catalog, build, allow=allow, fixed=settings, only=only)
    held = [catalog.workload(name) for name in dict.fromkeys(workloads)]
    on, base, profile = catalog.board(board), catalog.base("bare"), catalog.profile(PROFILE)
    folder, gateway = Home.find(home), Gateway(echo=echo)
    cells = [Cell(build=build, workload=one, board=on, base=base, profile=profile) for one in held]
    toolchain = find(Versions(folder.tools, gateway), c_targets(catalog, cells), [on.emulator])
    context = Context(catalog, folder, toolchain, gateway)
    trials = Trials(context, Store(folder.results), where, build, profile, held, on, base, listener, rerun)
    first: list[Trial] = []

    def measure(number: int, changes: Settings) -> Trial:
        trial = trials.measure(number, changes)
        first.append(trial)
        tell(trial, first[0])
        return trial

    found = search(where, chosen, budget, measure)
    return Tuning(
        runtime=build.label,
        board=on.name,
        workloads=tuple(workload.name for workload in held),
        objectives=chosen,
        trials=found.trials,
        space=where.size,
        stopped=found.stopped,
        withheld=where.withheld,
    )


def _objective(name: str) -> Objective:
    try:
        return Objective(name)
    except ValueError:
        raise unknown("objective", name, [one.value for one in Objective]) from None


def _budget(builds: int | None, minutes: float | None) -> Budget:
    if builds is not None and builds < 2:
        raise UsageError(
            f"A budget of {builds} builds leaves none to try: the first is the profile itself.",
            "Give --budget 2 or more.",
        )
    if minutes is not None and not (isfinite(minutes) and minutes > 0):
        raise UsageError(f"{minutes:g} minutes is no time to search in.", "Give --minutes 10, for example.")
    if builds is None:
        builds = BUILDS if minutes is None else _WITHOUT_LIMIT
    return Budget(builds, None if minutes is None else 60 * minutes)


def _one(catalog: Catalog, runtime: str) -> Build:
    """The build that the argument names: it must be one, and one that can be built and tuned."""
    found = select_builds(catalog, [runtime])
    name = runtime.partition("@")[0]
    exact = [build for build in found if build.name == name] or found
    if len(exact) != 1:
        names = ", ".join(build.label for build in exact)
        raise UsageError(f"{runtime} is not one runtime but {names}.", "Name one.")
    build = exact[0]
    if build.unavailable is not None:
        raise UsageError(f"{build.label} is not built: {build.unavailable.reason}.", build.unavailable.remedy)
    if build.runtime.guest == "crate":
        raise UsageError(
            f"{build.label} is no runtime: its settings are those of your code.", "Name another."
        )
    return build
