"""Which runtime fits, for every setting that a report shows: the result of ``wasmfit fit``, with what a
reader of several settings needs in addition.

There is no rule here: which runtimes are ranked, by which score, and what the others lack, is decided by
:mod:`.ranking`.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from wasmfit.model import Board, Measurement, RuntimeFeatures, Status
from wasmfit.timing import CostModel
from wasmfit.words import counted

from .amounts import amount_text
from .benchmark import BASELINE, NATIVE, geometric_mean, setting_of, slowdowns
from .counted import counted_instructions
from .evidence import declared_source, suite_source
from .fit import TIMES, Fit, RankedRuntime, RejectedRuntime, Shortfall, is_ram_bound
from .metric_values import has_minimum_ram, ram_needed
from .ranking import flash_of, rank
from .requirements import RuntimeRequirements


@dataclass(frozen=True, slots=True)
class RankingEntry:
    """One runtime on a board.

    Attributes:
        runtime, version: The runtime.
        bound: Whether it is not a runtime that loads modules but a bound for comparison: code compiled into
            the firmware.
        fits: Whether it ran everything within the limits.
        score: The score of ``wasmfit fit``; ``None`` if it does not fit, or is a bound.
        score_low, score_high: The score at the ends of the predictions' error bars.
        flash: Bytes of flash, the maximum over the modules.
        ram: Bytes of RAM, likewise.
        has_minimum_ram: Whether that is the minimum that a search found, for every module.
        has_ram_bound: Whether it may need less: the search ended early.
        speed: What it was ranked by, in words: a predicted time, or instructions.
        slowdown: Instructions as a multiple of native code's, geometric mean; ``None`` without native code.
        instructions: Instructions of a warm call, geometric mean.
        shortfalls: Why it does not fit.
        low_margins: Limits that it is close to, in words.
        ties: Runtimes from which the order is inconclusive.
        remark: How it compares with the first, in words.
    """

    runtime: str
    version: str
    bound: bool
    fits: bool
    score: float | None = None
    score_low: float | None = None
    score_high: float | None = None
    flash: int | None = None
    ram: int | None = None
    has_minimum_ram: bool = False
    has_ram_bound: bool = False
    speed: str | None = None
    slowdown: float | None = None
    instructions: float | None = None
    shortfalls: tuple[Shortfall, ...] = ()
    low_margins: tuple[str, ...] = ()
    ties: tuple[str, ...] = ()
    remark: str = ""

    @property
    def label(self) -> str:
        """Name with version, for sentences."""
        return f"{self.runtime} {self.version}"


@dataclass(frozen=True)
class SettingRanking:
    """The ranking for one board, base and profile, and for one module or all.

    Attributes:
        board, base, profile: The setting.
        module: The module; ``None`` for all that were measured.
        modules: The modules that it is about.
        headline: The answer in one sentence.
        why: The sentence of ``wasmfit fit``, for a design document.
        caveats: How certain it is, and what it depends on.
        flash, ram: The limits, in bytes.
        features: The features and times that are required, as they are written.
        weights: Criterion → weight.
        entries: The runtimes that fit, best first; then bounds; then those that do not fit.
    """

    board: str
    base: str
    profile: str
    module: str | None
    modules: tuple[str, ...]
    headline: str
    why: str
    caveats: tuple[str, ...]
    flash: int
    ram: int
    features: tuple[str, ...]
    weights: dict[str, float]
    entries: tuple[RankingEntry, ...]


RULE = (
    "A runtime that exceeds a limit, lacks a required feature or does not run a module does not fit. The "
    "others are ranked by the weighted geometric mean of flash, RAM and the time of a warm call, each as a "
    "multiple of the least among the runtimes that fit: 1.00 is the best in every criterion. wasmfit fit has "
    "the same rule."
)


_MOST_TOLD = 8
"""Settings whose answer is told in words."""


@dataclass(frozen=True)
class _Context:
    """What is known of all cells, to rank some of them."""

    boards: Mapping[str, Board]
    bounds: Set[str]
    slowdowns: Mapping[str, float | None]
    features: Sequence[RuntimeFeatures]
    requirements: RuntimeRequirements
    cost_models: Mapping[str, CostModel | None]


def setting_rankings(
    measurements: Iterable[Measurement],
    boards: Iterable[Board],
    bounds: Set[str],
    requirements: RuntimeRequirements | None = None,
    features: Sequence[RuntimeFeatures] = (),
    cost_models: Mapping[str, CostModel | None] = MappingProxyType({}),
) -> tuple[SettingRanking, ...]:
    """A ranking for every board, base and profile: for all modules together and, if there are several, for
    each.

    Args:
        measurements: The cells; baselines are ignored.
        boards: The boards of these cells, for their limits.
        bounds: Names of what is measured as a bound only.
        requirements: What is required; by default everything that the boards have.
        features: What the W3C suite found, for the features that are required.
        cost_models: Board → what time is predicted with.
    """
    measurements = [measurement for measurement in measurements if measurement.runtime != BASELINE]
    context = _Context(
        {board.name: board for board in boards},
        bounds,
        slowdowns(measurements),
        features,
        requirements or RuntimeRequirements(),
        cost_models,
    )
    settings: dict[tuple[str, str, str], list[Measurement]] = {}
    for measurement in measurements:
        settings.setdefault(setting_of(measurement), []).append(measurement)
    rankings = []
    for cells in settings.values():
        modules: dict[str, list[Measurement]] = {}
        for cell in cells:
            modules.setdefault(cell.module, []).append(cell)
        rankings.append(_ranking(None, tuple(modules), cells, context))
        if len(modules) > 1:
            rankings += [
                _ranking(module, (module,), of_module, context) for module, of_module in modules.items()
            ]
    return tuple(ranking for ranking in rankings if ranking is not None)


def headlines(rankings: Sequence[SettingRanking]) -> tuple[str, ...]:
    """The answers in a sentence each, one for every board, base and profile: a few, and how many more."""
    of_all = [ranking for ranking in rankings if ranking.module is None]
    settings = {(ranking.base, ranking.profile) for ranking in of_all}
    sentences = [
        ranking.headline
        if len(settings) == 1
        else f"{ranking.headline.removesuffix('.')} (base {ranking.base}, profile {ranking.profile})."
        for ranking in of_all[:_MOST_TOLD]
    ]
    if (more := len(of_all) - len(sentences)) > 0:
        sentences.append(f"The report has the answers for {counted(more, 'further setting')}.")
    return tuple(sentences)


def _ranking(
    module: str | None, modules: tuple[str, ...], cells: Sequence[Measurement], context: _Context
) -> SettingRanking | None:
    name, base, profile = setting_of(cells[0])
    if all(cell.runtime == NATIVE or cell.runtime in context.bounds for cell in cells):
        return None
    board = context.boards[name]
    requirements = context.requirements.on(board)
    measured = [
        features for features in context.features if (features.board, features.profile) == (name, profile)
    ]
    fit = rank(
        cells,
        requirements,
        board_title=board.title,
        sources=(suite_source(measured), declared_source),
        bounds=context.bounds,
        notes=context.requirements.notes(board),
        cost_model=context.cost_models.get(name),
    )
    native = tuple(cell for cell in cells if cell.runtime == NATIVE)
    entries = (
        *(_ranked(runtime, fit, context) for runtime in fit.ranked),
        *(_bound(bound, context) for bound in (native, *fit.bounds) if bound),
        *(_rejected(runtime, context) for runtime in fit.rejected),
    )
    return SettingRanking(
        board=name,
        base=base,
        profile=profile,
        module=module,
        modules=modules,
        headline=_headline(fit),
        why=fit.sentence,
        caveats=fit.caveats,
        flash=requirements.flash,
        ram=requirements.ram,
        features=requirements.needs,
        weights=dict(requirements.weights),
        entries=entries,
    )


def _headline(fit: Fit) -> str:
    module = fit.module if len(fit.modules) > 1 else f"the module {fit.module}"
    if not fit.ranked:
        return f"No runtime that was measured fits the {fit.board_title} and {module}."
    first = fit.ranked[0]
    inconclusive = ", though the first place is inconclusive" if first.ties else ""
    return f"{first.label} fits the {fit.board_title} and {module} best{inconclusive}."


def _ranked(runtime: RankedRuntime, fit: Fit, context: _Context) -> RankingEntry:
    first = fit.ranked[0]
    is_time = fit.speed_metric in TIMES
    return _entry(
        runtime.measurements,
        context,
        fits=True,
        score=runtime.score,
        score_low=runtime.low,
        score_high=runtime.high,
        speed=amount_text(runtime.speed, "s") if is_time else f"{runtime.speed.value:,.0f}",
        low_margins=runtime.low_margins,
        ties=runtime.ties,
        remark="" if runtime is first else _remark(runtime, first, fit.speed_metric),
    )


def _bound(cells: Sequence[Measurement], context: _Context) -> RankingEntry:
    return _entry(cells, context, fits=all(cell.status is Status.OK for cell in cells), bound=True)


def _rejected(runtime: RejectedRuntime, context: _Context) -> RankingEntry:
    return _entry(runtime.measurements, context, fits=False, shortfalls=runtime.reasons)


def _entry(
    cells: Sequence[Measurement], context: _Context, *, fits: bool, bound: bool = False, **details: Any
) -> RankingEntry:
    """What a build takes over its cells, one for each module, whether it is ranked or not, with the other
    ``details`` of its entry.
    """
    ran = [cell for cell in cells if cell.status is Status.OK]
    flash, ram = ([size for cell in ran if (size := get(cell)) is not None] for get in (flash_of, ram_needed))
    calls = [float(count) for cell in ran if (count := counted_instructions(cell))]
    factors = [factor for cell in ran if (factor := context.slowdowns.get(cell.id))]
    return RankingEntry(
        runtime=cells[0].runtime,
        version=cells[0].version,
        bound=bound,
        fits=fits,
        flash=max(flash, default=None),
        ram=max(ram, default=None),
        has_minimum_ram=bool(ran) and all(map(has_minimum_ram, ran)),
        has_ram_bound=is_ram_bound(ran),
        slowdown=geometric_mean(factors) if factors else None,
        instructions=geometric_mean(calls) if calls else None,
        **details,
    )


def _remark(runtime: RankedRuntime, first: RankedRuntime, speed_metric: str) -> str:
    """Compared with the first: the difference in flash and RAM, and time (or instructions) as a multiple."""
    flash, ram = (
        _difference(int(own.value) - int(other.value), memory)
        for own, other, memory in ((runtime.flash, first.flash, "flash"), (runtime.ram, first.ram, "RAM"))
    )
    factor = runtime.speed.value / max(first.speed.value, 1e-12)
    speed = "predicted time" if speed_metric in TIMES else "instructions"
    return f"{flash}, {ram}, {_factor(factor)} times its {speed}"


def _difference(size: int, memory: str) -> str:
    if not size:
        return f"as much {memory}"
    return f"{abs(size):,} B {'more' if size > 0 else 'less'} {memory}"


def _factor(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
