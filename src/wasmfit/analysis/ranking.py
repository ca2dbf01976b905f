"""Which runtime fits: limits and needs first, then a rank by what was measured.

The rule: a runtime is rejected for every limit that it is over and every need that it lacks. The others are
ranked by a score, the weighted geometric mean of flash, RAM and speed, each as a multiple of the best among
them. 1 is best in everything that has a weight; 2 is twice as costly as that, on the whole. A geometric mean,
since these are ratios: to halve flash is worth what it costs to double RAM, at equal weights.

Over several modules a runtime has to run each within the limits; its flash and RAM are the most of any, its
speed is the geometric mean.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from wasmfit.errors import UsageError
from wasmfit.model import Measurement, Status

from .amounts import Amount
from .benchmark import BASELINE, NATIVE, steady
from .evidence import Answer, Evidence, Source, evidence
from .fit import STEADY, TIME, Fit, Ranked, Rejected, Shortfall
from .metric_values import amount_of, ram_needed
from .requirements import MEASURES, Limits

TIGHT = 0.05
"""What is left of a limit, as a part of it, below which a runtime fits tightly."""


def fit(
    measurements: Iterable[Measurement],
    limits: Limits,
    *,
    board_title: str,
    sources: tuple[Source, ...],
    bounds: Set[str] = frozenset(),
    run: int | None = None,
    notes: tuple[str, ...] = (),
) -> Fit:
    """Rejects and ranks.

    Args:
        measurements: One module or several, on one board and base in one profile; baselines and native code
            are passed over.
        limits: What there is room for, and what is wanted.
        board_title: The board's name on its box.
        sources: What to ask about features, in order.
        bounds: Names of what is measured as a bound only.
        run: The run in the store.
        notes: What became of what was asked for.

    Raises:
        UsageError: There is no runtime among them.
    """
    builds: dict[tuple[str, str], list[Measurement]] = {}
    for one in measurements:
        if one.runtime not in (BASELINE, NATIVE):
            builds.setdefault((one.runtime, one.version), []).append(one)
    read_against = tuple(tuple(ones) for (name, _), ones in builds.items() if name in bounds)
    runtimes = [tuple(ones) for (name, _), ones in builds.items() if name not in bounds]
    if not runtimes:
        raise UsageError(
            f"No runtime was measured{' that loads modules' if read_against else ''}.",
            "Name one with --runtime, or none, for all of them.",
        )
    modules = tuple(dict.fromkeys(one.module for ones in runtimes for one in ones))
    rejected, fitting = [], []
    for ones in runtimes:
        known = {feature: evidence(ones[0], feature, sources) for feature in limits.needs}
        flash, ram = _most(map(flash_of, ones)), _most(map(_ram_of, ones))
        reasons = (
            *_unmeasured(ones, modules),
            *_ends(ones),
            *_too_large(flash, ram, limits),
            *_lacking(known),
        )
        if reasons:
            rejected.append(Rejected(ones, reasons))
        else:
            fitting.append(_Fitting(ones, tuple(known.values()), flash or 0, ram or 0))
    speed_figure = (
        TIME if all(amount_of(one, TIME) is not None for fits in fitting for one in fits.ones) else STEADY
    )
    first = runtimes[0][0]
    predictions = (one.run.predicted for ones in runtimes for one in ones if one.run is not None)
    predicted = next((one for one in predictions if one is not None), None)
    return Fit(
        board=first.board,
        board_title=board_title,
        modules=modules,
        limits=limits,
        speed_figure=speed_figure,
        ranked=_ranked(fitting, limits, speed_figure),
        rejected=tuple(sorted(rejected, key=_distance)),
        bounds=read_against,
        calibrated=None if predicted is None else predicted.calibrated,
        run=run,
        notes=notes,
    )


def _unmeasured(ones: Sequence[Measurement], modules: Sequence[str]) -> Iterator[Shortfall]:
    """The modules that others were measured with and this runtime was not: nothing is known of them."""
    measured = {one.module for one in ones}
    if missing := [module for module in modules if module not in measured]:
        yield Shortfall("status", None, None, None, f"not measured with {', '.join(missing)}")


def _ends(ones: Sequence[Measurement]) -> Iterator[Shortfall]:
    """Every end that is none of a runtime that fits."""
    ends: dict[str, list[Measurement]] = {}
    for one in ones:
        if one.status is not Status.OK:
            ends.setdefault(_ended(one), []).append(one)
        elif lacking := _unknown(one):
            ends.setdefault(f"{lacking} is not known: measure it anew", []).append(one)
    for words, ended in ends.items():
        whose = "" if len(ended) == len(ones) else f"{', '.join(one.module for one in ended)}: "
        yield Shortfall("status", None, None, None, f"{whose}{words}")


def _too_large(flash: int | None, ram: int | None, limits: Limits) -> Iterator[Shortfall]:
    if flash is not None and flash > limits.flash:
        short = flash - limits.flash
        yield Shortfall("flash", limits.flash, flash, short, f"the image is {short:,} B larger than flash")
    if ram is not None and ram > limits.ram:
        yield Shortfall("ram", limits.ram, ram, ram - limits.ram, f"{ram - limits.ram:,} B of RAM short")


def _lacking(known: Mapping[str, Evidence]) -> Iterator[Shortfall]:
    for feature, evident in known.items():
        if evident.answer is not Answer.YES:
            yield Shortfall(
                feature,
                None,
                None,
                None,
                f"{feature}: {evident.answer.value} ({evident.how}): {evident.reason}"
                if evident.answer is not Answer.UNMEASURED
                else f"{feature}: {evident.reason}",
            )


def _unknown(one: Measurement) -> str:
    """What a cell that ran lacks of what it would be ranked by, in words; none where it has all."""
    return " and ".join([words for get, words in _WANTED if get(one) is None])


def flash_of(one: Measurement) -> int | None:
    """Bytes of flash."""
    return None if one.size is None else one.size.flash


_WANTED = (flash_of, "its size"), (ram_needed, "what RAM it needs"), (steady, "what a steady call takes")
"""What a runtime is ranked by: what reads it, and what it is called."""


def _ram_of(one: Measurement) -> int | None:
    """Bytes of RAM that it needs, if it ran."""
    return ram_needed(one) if one.status is Status.OK else None


def _most(taken: Iterable[int | None]) -> int | None:
    """The most that any module takes, in bytes; ``None`` where it is known of none."""
    return max((one for one in taken if one is not None), default=None)


def _mean(amounts: Sequence[Amount]) -> Amount:
    """The geometric mean, with its error bar; of one amount that amount, to the last digit."""
    if len(amounts) == 1:
        return amounts[0]

    def mean(values: Iterable[float]) -> float:
        return math.exp(sum(math.log(_positive(value)) for value in values) / len(amounts))

    has_bar = any(one.low is not None for one in amounts)
    return Amount(
        mean(one.value for one in amounts),
        mean(one.least for one in amounts) if has_bar else None,
        mean(one.most for one in amounts) if has_bar else None,
    )


def _ended(one: Measurement) -> str:
    words = {
        Status.UNSUPPORTED: "refuses the module",
        Status.UNAVAILABLE: "cannot be had",
        Status.DOES_NOT_FIT: "does not fit the board",
        Status.OUT_OF_MEMORY: "runs out of memory",
        Status.WRONG_RESULT: "gives a wrong result",
        Status.TRAPPED: "traps",
        Status.FAULTED: "faults",
        Status.TIMEOUT: "does not come to an end",
        Status.BUILD_FAILED: "could not be built",
    }[one.status]
    return f"{words}{f': {one.reason}' if one.reason else ''}"


@dataclass(frozen=True, slots=True)
class _Fitting:
    """A runtime that fits: its records, what is known of features, and the bytes that it takes."""

    ones: tuple[Measurement, ...]
    evidence: tuple[Evidence, ...]
    flash: int
    ram: int


def _ranked(fitting: Sequence[_Fitting], limits: Limits, speed_figure: str) -> tuple[Ranked, ...]:
    if not fitting:
        return ()
    amounts = [
        {
            "flash": Amount(fits.flash),
            "ram": Amount(fits.ram),
            "speed": _mean(
                [found for one in fits.ones if (found := amount_of(one, speed_figure)) is not None]
            ),
        }
        for fits in fitting
    ]
    best = {name: min(_positive(one[name].value) for one in amounts) for name in MEASURES}
    ranked = [
        _scored(fits.ones, fits.evidence, amount, best, limits)
        for fits, amount in zip(fitting, amounts, strict=True)
    ]
    ranked.sort(key=lambda one: (one.score, one.measurement.id))
    return tuple(_with_ties(ranked))


def _scored(
    ones: tuple[Measurement, ...],
    evident: tuple[Evidence, ...],
    amounts: Mapping[str, Amount],
    best: Mapping[str, float],
    limits: Limits,
) -> Ranked:
    weights, total = limits.weights, sum(limits.weights.values())
    ratios = {name: _positive(amounts[name].value) / best[name] for name in MEASURES}
    sized = sum(weights[name] * math.log(ratios[name]) for name in MEASURES if name != "speed")

    def score(speed: float) -> float:
        timed = weights["speed"] * math.log(_positive(speed) / best["speed"])
        return math.exp((sized + timed) / total)

    speed = amounts["speed"]
    return Ranked(
        measurements=ones,
        score=score(speed.value),
        low=score(speed.least),
        high=score(speed.most),
        flash=amounts["flash"],
        ram=amounts["ram"],
        speed=speed,
        ratios=ratios,
        evidence=evident,
        tight=tuple(_tight(amounts, limits)),
    )


def _with_ties(ranked: Sequence[Ranked]) -> Iterator[Ranked]:
    for one in ranked:
        ties = tuple(
            other.label
            for other in ranked
            if other is not one and one.low <= other.high and other.low <= one.high
        )
        yield replace(one, tied_with=ties) if ties else one


def _tight(amounts: Mapping[str, Amount], limits: Limits) -> Iterator[str]:
    for name, limit in (("flash", limits.flash), ("ram", limits.ram)):
        left = limit - amounts[name].value
        if left < TIGHT * limit:
            yield f"{left:,} B of {name.replace('ram', 'RAM')} are left, {left / limit:.1%}"


def _positive(value: float) -> float:
    """A figure that ratios can be made of: nothing takes less than one byte, instruction or picosecond."""
    return max(value, 1e-12)


def _distance(one: Rejected) -> tuple[int, int, str]:
    """The nearest miss first: by the number of reasons, then by what is missing."""
    missing = sum(reason.short or 0 for reason in one.reasons)
    hopeless = any(reason.short is None for reason in one.reasons)
    return len(one.reasons) + hopeless * 10, missing, one.measurement.id
