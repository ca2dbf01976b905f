"""Which runtime fits: requirements first, then a rank by what was measured.

The rule: a runtime is rejected for every limit that it exceeds and every required feature that it lacks. The
others are ranked by a score, the weighted geometric mean of flash, RAM and speed, each as a multiple of the
best among them. 1 is the best in every criterion that has a weight; 2 is twice as costly, on the whole. The
mean is geometric since these are ratios: at equal weights, half the flash compensates for twice the RAM.

Over several modules a runtime has to run each within the limits; its flash and RAM are the maximum over them,
its speed is the geometric mean.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import combinations

from wasmfit.errors import UsageError
from wasmfit.model import Measurement, Status
from wasmfit.timing import CostModel, CostShares, Ratio, cost_shares, ratio_of
from wasmfit.words import agreeing, listed

from .amounts import Amount
from .benchmark import BASELINE, NATIVE
from .counted import counted_activity, counted_instructions
from .evidence import EvidenceSource, Support, SupportEvidence, evidence
from .fit import (
    ONLY_CALL,
    ONLY_CALL_TIME,
    PREDICTED_TIME,
    REGION,
    REGION_TIME,
    TIMES,
    WARM_CALL,
    Fit,
    RankedRuntime,
    RejectedRuntime,
    Shortfall,
    is_ram_bound,
)
from .metric_values import RAM_BOUND, metric_amount, ram_needed
from .prediction_limits import JudgedLimit, PredictionLimit
from .requirements import CRITERIA, BoardRequirements

LOW_MARGIN = 0.05
"""The fraction of a limit that is left below which the margin is low."""


def rank(
    measurements: Iterable[Measurement],
    requirements: BoardRequirements,
    *,
    board_title: str,
    sources: tuple[EvidenceSource, ...],
    bounds: Set[str] = frozenset(),
    run: int | None = None,
    notes: tuple[str, ...] = (),
    cost_model: CostModel | None = None,
) -> Fit:
    """Rejects and ranks runtimes.

    Args:
        measurements: One module or several, on one board and base in one profile; baselines and native code
            are ignored.
        requirements: What is required.
        board_title: The board's name on its box.
        sources: Evidence of features, asked in order.
        bounds: Names of what is measured as a bound only.
        run: The run in the store.
        notes: Which requirements could not be taken as they were given.
        cost_model: What time is predicted with. Without it, the errors of predictions are taken as
            independent.

    Raises:
        UsageError: There is no runtime among them.
    """
    measurements = tuple(measurements)
    builds: dict[tuple[str, str], list[Measurement]] = {}
    for measurement in measurements:
        if measurement.runtime not in (BASELINE, NATIVE):
            builds.setdefault((measurement.runtime, measurement.version), []).append(measurement)
    bound_cells = tuple(tuple(cells) for (name, _), cells in builds.items() if name in bounds)
    runtimes = [tuple(cells) for (name, _), cells in builds.items() if name not in bounds]
    if not runtimes:
        raise _nothing_to_rank(measurements)
    modules = tuple(dict.fromkeys(cell.module for cells in runtimes for cell in cells))
    rejected, fitting = [], []
    for cells in runtimes:
        known = {feature: evidence(cells[0], feature, sources) for feature in requirements.features}
        flash, ram = _maximum(map(flash_of, cells)), _maximum(map(_ram_of, cells))
        limits = tuple(limit.judged(cells) for limit in requirements.limits)
        reasons = (
            *_unmeasured(cells, modules),
            *_not_ok(cells),
            *_too_large(flash, ram, requirements, is_bound=is_ram_bound(cells)),
            *_missing_features(cells, known),
            *_beyond_limits(cells, limits),
        )
        if reasons:
            rejected.append(RejectedRuntime(cells, reasons))
        else:
            fitting.append(_Fitting(cells, tuple(known.values()), limits, flash or 0, ram or 0))
    speed_metric = _speed_metric([cell for runtime in fitting for cell in runtime.cells])
    predictions = (cell.run.predicted for cells in runtimes for cell in cells if cell.run is not None)
    predicted = next((prediction for prediction in predictions if prediction is not None), None)
    return Fit(
        board=runtimes[0][0].board,
        board_title=board_title,
        modules=modules,
        requirements=requirements,
        speed_metric=speed_metric,
        ranked=_ranked(fitting, requirements, speed_metric, cost_model),
        rejected=tuple(sorted(rejected, key=_distance)),
        bounds=bound_cells,
        calibrated=None if predicted is None else predicted.calibrated,
        run=run,
        notes=notes,
    )


def _nothing_to_rank(measurements: Sequence[Measurement]) -> UsageError:
    """The error where none of the measurements is of a runtime that loads modules."""
    names = list(dict.fromkeys(one.runtime for one in measurements))
    named = [name for name in names if name != BASELINE] or names
    if not named:
        return UsageError("No runtime was measured.", "Name one with --runtime, or none, for all of them.")
    return UsageError(
        f"{listed(named)} {agreeing(len(named), 'loads', 'load')} no module: runtimes are compared with "
        f"{agreeing(len(named), 'it', 'them')}, and {agreeing(len(named), 'it is', 'they are')} not ranked.",
        "Name a runtime that loads modules with --runtime, or none, for all of them.",
    )


def _unmeasured(cells: Sequence[Measurement], modules: Sequence[str]) -> Iterator[Shortfall]:
    """The modules that others were measured with and this runtime was not."""
    measured = {cell.module for cell in cells}
    if missing := [module for module in modules if module not in measured]:
        yield Shortfall("status", None, None, None, f"not measured with {', '.join(missing)}")


def _not_ok(cells: Sequence[Measurement]) -> Iterator[Shortfall]:
    """Every outcome that a fitting runtime does not have."""
    outcomes: dict[str, list[Measurement]] = {}
    for cell in cells:
        if cell.status is not Status.OK:
            outcomes.setdefault(_outcome(cell), []).append(cell)
        elif unknown := _unknown(cell):
            outcomes.setdefault(f"{unknown} is not known: measure it again", []).append(cell)
    for outcome, affected in outcomes.items():
        # What is not there, or cannot be built, is so with any module.
        is_of_all = len(affected) == len(cells) and affected[0].status in _WITH_ANY_MODULE
        modules = "" if is_of_all else f"{', '.join(cell.module for cell in affected)}: "
        yield Shortfall("status", None, None, None, f"{modules}{outcome}")


def _too_large(
    flash: int | None, ram: int | None, requirements: BoardRequirements, *, is_bound: bool
) -> Iterator[Shortfall]:
    if flash is not None and flash > requirements.flash:
        missing = flash - requirements.flash
        sentence = f"the image is {missing:,} B larger than flash"
        yield Shortfall("flash", requirements.flash, flash, missing, sentence)
    if ram is not None and ram > requirements.ram:
        missing = ram - requirements.ram
        sentence = f"{missing:,} B of RAM short"
        if is_bound:
            sentence = f"at most {sentence}, and perhaps none: {RAM_BOUND}"
        yield Shortfall("ram", requirements.ram, ram, missing, sentence)


def _missing_features(
    cells: Sequence[Measurement], known: Mapping[str, SupportEvidence]
) -> Iterator[Shortfall]:
    """The features that it lacks; of what is not there, nothing measures them."""
    is_there = any(cell.size is not None for cell in cells)
    for name, feature in known.items():
        if not feature.suffices and (is_there or feature.support is not Support.UNMEASURED):
            how = (
                "" if feature.support is Support.UNMEASURED else f"{feature.support.value} ({feature.how}): "
            )
            yield Shortfall(name, None, None, None, f"{name}: {how}{feature.reason}")


def _beyond_limits(cells: Sequence[Measurement], limits: Iterable[JudgedLimit]) -> Iterator[Shortfall]:
    """The limits that do not hold; of what did not run, that is said already."""
    if all(cell.status is Status.OK for cell in cells):
        for judged in limits:
            if not judged.holds:
                yield Shortfall(judged.limit.what, None, None, None, judged.sentence)


def _unknown(cell: Measurement) -> str:
    """The criteria that are not known of a cell that ran, in words; empty if all are."""
    return " and ".join([words for get, words in _RANKED_BY if get(cell) is None])


def flash_of(cell: Measurement) -> int | None:
    """Bytes of flash."""
    return None if cell.size is None else cell.size.flash


_RANKED_BY = (flash_of, "its size"), (ram_needed, "its RAM"), (counted_instructions, "the cost of a call")
"""What a runtime is ranked by: what reads it, and what it is called."""


def _ram_of(cell: Measurement) -> int | None:
    """Bytes of RAM that it needs, if it ran."""
    return ram_needed(cell) if cell.status is Status.OK else None


def _maximum(sizes: Iterable[int | None]) -> int | None:
    """The maximum over the modules, in bytes; ``None`` if it is known of none."""
    return max((size for size in sizes if size is not None), default=None)


def _mean(amounts: Sequence[Amount]) -> Amount:
    """The geometric mean, with its error bar; of one amount that amount exactly."""
    if len(amounts) == 1:
        return amounts[0]

    def mean(values: Iterable[float]) -> float:
        return math.exp(sum(math.log(_positive(value)) for value in values) / len(amounts))

    has_bar = any(amount.low is not None for amount in amounts)
    return Amount(
        mean(amount.value for amount in amounts),
        mean(amount.least for amount in amounts) if has_bar else None,
        mean(amount.most for amount in amounts) if has_bar else None,
    )


_OUTCOMES = {
    Status.UNSUPPORTED: "rejects the module",
    Status.UNAVAILABLE: "is not available",
    Status.DOES_NOT_FIT: "does not fit the board",
    Status.OUT_OF_MEMORY: "runs out of memory",
    Status.WRONG_RESULT: "gives a wrong result",
    Status.TRAPPED: "traps",
    Status.FAULTED: "faults",
    Status.TIMEOUT: "does not terminate",
    Status.BUILD_FAILED: "could not be built",
}


_WITH_ANY_MODULE = frozenset({Status.UNAVAILABLE, Status.BUILD_FAILED})


def _outcome(cell: Measurement) -> str:
    is_not_built = cell.status is Status.UNSUPPORTED and cell.size is None
    outcome = "cannot be built" if is_not_built else _OUTCOMES[cell.status]
    return f"{outcome}{f': {cell.reason}' if cell.reason else ''}"


_START = PredictionLimit("start", math.inf, "start")
"""Load and instantiation without a limit."""


@dataclass(frozen=True, slots=True)
class _Fitting:
    """A runtime that fits: its records, evidence of its features, its limits, and the bytes that it takes."""

    cells: tuple[Measurement, ...]
    evidence: tuple[SupportEvidence, ...]
    limits: tuple[JudgedLimit, ...]
    flash: int
    ram: int


def _ranked(
    fitting: Sequence[_Fitting],
    requirements: BoardRequirements,
    speed_metric: str,
    cost_model: CostModel | None,
) -> tuple[RankedRuntime, ...]:
    if not fitting:
        return ()
    amounts = [
        {
            "flash": Amount(runtime.flash),
            "ram": Amount(runtime.ram),
            "speed": _mean(
                [
                    amount
                    for cell in runtime.cells
                    if (amount := metric_amount(cell, speed_metric)) is not None
                ]
            ),
        }
        for runtime in fitting
    ]
    best = {name: min(_positive(amount[name].value) for amount in amounts) for name in CRITERIA}
    ranked = [
        _scored(runtime, amount, best, requirements) for runtime, amount in zip(fitting, amounts, strict=True)
    ]
    ranked.sort(key=lambda runtime: (runtime.score, runtime.measurement.id))
    model = cost_model if speed_metric in TIMES else None
    return tuple(_with_ties(ranked, requirements, model))


def _scored(
    runtime: _Fitting,
    amounts: Mapping[str, Amount],
    best: Mapping[str, float],
    requirements: BoardRequirements,
) -> RankedRuntime:
    weights, total = requirements.weights, sum(requirements.weights.values())
    ratios = {name: _positive(amounts[name].value) / best[name] for name in CRITERIA}
    sizes = sum(weights[name] * math.log(ratios[name]) for name in CRITERIA if name != "speed")

    def score(speed: float) -> float:
        time = weights["speed"] * math.log(_positive(speed) / best["speed"])
        return math.exp((sizes + time) / total)

    speed = amounts["speed"]
    return RankedRuntime(
        measurements=runtime.cells,
        score=score(speed.value),
        low=score(speed.least),
        high=score(speed.most),
        flash=amounts["flash"],
        ram=amounts["ram"],
        speed=speed,
        ratios=ratios,
        evidence=runtime.evidence,
        low_margins=tuple(_low_margins(amounts, requirements)),
        limits=runtime.limits,
        start=_START.judged(runtime.cells).predicted,
    )


def _with_ties(
    ranked: Sequence[RankedRuntime], requirements: BoardRequirements, model: CostModel | None
) -> Iterator[RankedRuntime]:
    shares = [None if model is None else _shares(runtime, model) for runtime in ranked]
    ties: list[list[str]] = [[] for _ in ranked]
    for (left, runtime), (right, other) in combinations(enumerate(ranked), 2):
        if runtime.low > other.high or other.low > runtime.high:
            continue
        left_shares, right_shares = shares[left], shares[right]
        if model is not None and left_shares is not None and right_shares is not None:
            speed = ratio_of(left_shares, right_shares, model).widened(model.error)
            if _is_conclusive(runtime, other, speed, requirements.weights):
                continue
        ties[left].append(other.label)
        ties[right].append(runtime.label)
    yield from (replace(runtime, ties=tuple(names)) for runtime, names in zip(ranked, ties, strict=True))


def _shares(runtime: RankedRuntime, model: CostModel) -> CostShares | None:
    """What the predicted time of a runtime depends on; ``None`` if it is not known what the core did."""
    calls = [counted_activity(cell) for cell in sorted(runtime.measurements, key=lambda cell: cell.module)]
    known = [call for call in calls if call is not None and model.prices(call)]
    return cost_shares(known, model) if len(known) == len(calls) else None


def _speed_metric(cells: Sequence[Measurement]) -> str:
    """What speed is taken from: the region of interest where all cells have one, and time where it is known.

    The only call, where there is no warm one.
    """
    preferred = (REGION_TIME, REGION, PREDICTED_TIME, WARM_CALL, ONLY_CALL_TIME, ONLY_CALL)
    for metric in preferred if cells else (PREDICTED_TIME,):
        if all(metric_amount(cell, metric) is not None for cell in cells):
            return metric
    return WARM_CALL


def _is_conclusive(
    runtime: RankedRuntime, other: RankedRuntime, speed: Ratio, weights: Mapping[str, float]
) -> bool:
    """Whether the ratio of two scores is surely not 1, with the ratio of their speeds and its error bar.

    Their flash and RAM are exact, and uncertain cycle costs are the same for both: what is wrong of one
    changes both predictions, and so the ratio less than either.
    """
    if speed.low <= 0 or speed.high == math.inf:
        return False
    sizes = sum(
        weights[name] * math.log(runtime.ratios[name] / other.ratios[name]) for name in ("flash", "ram")
    )
    low, high = (sizes + weights["speed"] * math.log(end) for end in (speed.low, speed.high))
    return low > 0 or high < 0


def _low_margins(amounts: Mapping[str, Amount], requirements: BoardRequirements) -> Iterator[str]:
    for name, limit in (("flash", requirements.flash), ("ram", requirements.ram)):
        margin = limit - amounts[name].value
        if margin < LOW_MARGIN * limit:
            yield f"{margin:,} B of {name.replace('ram', 'RAM')} are left, {margin / limit:.1%}"


def _positive(value: float) -> float:
    """A value that ratios can be taken of: nothing takes less than one byte, instruction or picosecond."""
    return max(value, 1e-12)


def _distance(runtime: RejectedRuntime) -> tuple[int, int, str]:
    """The nearest miss first: by the number of reasons, then by what is missing."""
    missing = sum(reason.missing or 0 for reason in runtime.reasons)
    not_a_size = any(reason.missing is None for reason in runtime.reasons)
    return len(runtime.reasons) + not_a_size * 10, missing, runtime.measurement.id
