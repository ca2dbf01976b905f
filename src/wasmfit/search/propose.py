"""The search: which settings to measure next, until the budget is used up.

Optuna proposes, from a fixed seed, and is told what was measured. Measurements repeat to the byte and to the
instruction, so the same search proposes the same settings again: what an earlier one has measured comes from
the store, and a search that was interrupted goes on where it was without anything else being kept.
"""

import importlib.util
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from math import log
from random import Random

from wasmfit.analysis.tuning import Objective, Trial
from wasmfit.errors import UsageError, WasmfitError
from wasmfit.words import counted

from .space import Settings, Space

_SEED = 0

Measure = Callable[[int, Settings], Trial]
"""Measures settings; the number is that of the trial."""


@dataclass(frozen=True)
class SearchBudget:
    """How long to search.

    Attributes:
        builds: Different settings to measure, those included that are in the store, and the profile itself.
        seconds: Time after which no other is begun; ``None`` for no limit.
    """

    builds: int
    seconds: float | None = None


@dataclass(frozen=True)
class SearchResult:
    """The trials in the order in which they were made, and why there are no more."""

    trials: tuple[Trial, ...]
    stopped: str


def require_optuna() -> None:
    """Makes sure that there is an optimiser.

    Raises:
        UsageError: There is none.
    """
    if importlib.util.find_spec("optuna") is None:
        raise UsageError("wasmfit tune needs Optuna, which is not installed.", "pip install 'wasmfit[tune]'")


def search(
    space: Space,
    objectives: Sequence[Objective],
    budget: SearchBudget,
    measure: Measure,
    clock: Callable[[], float] = time.monotonic,
) -> SearchResult:
    """Searches a space for settings that take little of the objectives.

    Raises:
        WasmfitError: The profile itself does not run: there is nothing to hold others against.
    """
    require_optuna()
    import optuna
    from optuna.distributions import BaseDistribution, CategoricalDistribution
    from optuna.trial import TrialState

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    started = clock()
    anchor = measure(1, {})
    ideal = anchor.metrics
    if ideal is None:
        raise WasmfitError(
            f"{anchor.build.label} does not run in the profile {anchor.profile.name} ({anchor.reason}).",
            "Choose another board or workload: trials are compared with it.",
        )
    study = optuna.create_study(
        directions=["minimize"] * len(objectives),
        sampler=optuna.samplers.TPESampler(seed=_SEED, n_startup_trials=len(space.starts) + 4),
    )
    choices: dict[str, BaseDistribution] = {
        name: CategoricalDistribution(values) for name, values in space.values.items() if len(values) > 1
    }
    for settings in space.starts:
        study.enqueue_trial({name: space.whole(settings)[name] for name in choices})
    trials = {_key(space, {}): anchor}
    random = Random(_SEED)  # noqa: S311 - no secret
    while True:
        if len(trials) >= budget.builds:
            return SearchResult(
                tuple(trials.values()), f"the budget of {counted(budget.builds, 'build')} is used up"
            )
        if budget.seconds is not None and clock() - started >= budget.seconds:
            return SearchResult(
                tuple(trials.values()), f"the time of {budget.seconds / 60:g} minutes is used up"
            )
        proposed = study.ask(choices)
        settings = space.whole(proposed.params)
        key = _key(space, settings)
        if key in trials:
            # Told again, it would count twice, and be proposed all the more.
            study.tell(proposed, state=TrialState.FAIL)
            near = next(
                (other for other in _near(space, settings, random) if _key(space, other) not in trials), None
            )
            if near is None:
                return SearchResult(tuple(trials.values()), "the search has no other settings to propose")
            study.enqueue_trial({name: near[name] for name in choices})
            continue
        trial = trials[key] = measure(len(trials) + 1, settings)
        metrics = trial.metrics
        if metrics is None:
            study.tell(proposed, state=TrialState.FAIL)
        else:
            study.tell(proposed, [log(metrics[objective] / ideal[objective]) for objective in objectives])


def _near(space: Space, settings: Settings, random: Random) -> Iterator[dict[str, str]]:
    """All other settings, those first that differ in one switch, then in two, and so on; each at random."""
    for differences in range(1, len(space.values) + 1):
        near = [
            {**settings, **dict(zip(names, values, strict=True))}
            for names in combinations(space.values, differences)
            for values in product(
                *([value for value in space.values[name] if value != settings[name]] for name in names)
            )
        ]
        random.shuffle(near)
        yield from near


def _key(space: Space, settings: Settings) -> tuple[tuple[str, str], ...]:
    return tuple(space.changes(settings).items())
