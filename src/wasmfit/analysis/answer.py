"""Which runtime fits, for every setting that a report can show: the verdict of ``wasmfit fit``, with what a
reader of several settings needs beside it.

There is no rule here: whoever is ranked, by which score, and what the others lack, is said by :mod:`.rank`.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from wasmfit.model import Board, Measurement, RuntimeFeatures, Status

from .amounts import shown
from .benchmark import BASELINE, NATIVE, factors_of, geometric_mean, setting_of, steady
from .evidence import declared, suite
from .fit import TIME, Fit, Ranked, Rejected, Shortfall
from .metric_values import ram_needed, ram_was_searched
from .ranking import fit, flash_of
from .requirements import Wanted


@dataclass(frozen=True, slots=True)
class Standing:
    """How one runtime stands on a board.

    Attributes:
        runtime, version: Which.
        bound: Whether it is no runtime that loads modules but a bound to read the others against: code
            compiled into the firmware.
        fits: Whether it ran everything within the limits.
        score: The score of ``wasmfit fit``; ``None`` where it does not fit, or is a bound.
        score_low, score_high: The score at the ends of the predictions' error bars.
        flash: Bytes of flash, the most of any module.
        ram: Bytes of RAM, likewise.
        ram_searched: Whether that is the least that a search found, for every module.
        speed: What it was ranked by, in words: a predicted time, or instructions.
        slow_down: Instructions as a multiple of native code's, geometric mean; ``None`` without native code.
        instructions: Instructions of a steady call, geometric mean.
        shortfalls: What it lacks.
        tight: Limits that it is near to, in words.
        unsure_against: Runtimes whose place may as well be this one's.
        remark: What sets it apart from the first, in words.
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
    ram_searched: bool = False
    speed: str | None = None
    slow_down: float | None = None
    instructions: float | None = None
    shortfalls: tuple[Shortfall, ...] = ()
    tight: tuple[str, ...] = ()
    unsure_against: tuple[str, ...] = ()
    remark: str = ""

    @property
    def label(self) -> str:
        """Name with version, for sentences."""
        return f"{self.runtime} {self.version}"


@dataclass(frozen=True)
class Answer:
    """The answer for one board, base and profile, and for one module or all.

    Attributes:
        module: The module; ``None`` for all that were measured.
        modules: The modules that it is about.
        headline: The answer in one sentence.
        why: The sentence of ``wasmfit fit``, for a design document.
        doubts: How sure that is.
        flash, ram: The limits, in bytes.
        needs: Features that were asked for.
        weights: Measure → weight.
        standings: The runtimes that fit, best first; then bounds; then those that do not fit.
    """

    board: str
    base: str
    profile: str
    module: str | None
    modules: tuple[str, ...]
    headline: str
    why: str
    doubts: tuple[str, ...]
    flash: int
    ram: int
    needs: tuple[str, ...]
    weights: dict[str, float]
    standings: tuple[Standing, ...]


RULE = (
    "Whoever is over a limit, lacks a need or does not run a module does not fit. The others are ranked by "
    "the weighted geometric mean of flash, RAM and the time of a steady call, each as a multiple of the "
    "least that any fitting runtime takes: 1.00 is the best in everything. wasmfit fit has the same rule."
)


@dataclass(frozen=True)
class _Known:
    """What is known of all cells, to answer for some of them."""

    boards: Mapping[str, Board]
    bounds: Set[str]
    factors: Mapping[str, float | None]
    features: Sequence[RuntimeFeatures]
    wanted: Wanted


def answers(
    measurements: Iterable[Measurement],
    boards: Iterable[Board],
    bounds: Set[str],
    wanted: Wanted | None = None,
    features: Sequence[RuntimeFeatures] = (),
) -> tuple[Answer, ...]:
    """An answer for every board, base and profile: for all modules together and, of several, for each.

    Args:
        measurements: The cells; baselines are no candidates and left out.
        boards: The boards of these cells, for their limits.
        bounds: Names of what is measured as a bound only.
        wanted: What is asked for; all that the boards have, if it is not given.
        features: What the W3C suite found, for needs.
    """
    measurements = [one for one in measurements if one.runtime != BASELINE]
    known = _Known(
        {board.name: board for board in boards},
        bounds,
        factors_of(measurements),
        features,
        wanted or Wanted(),
    )
    settings: dict[tuple[str, str, str], list[Measurement]] = {}
    for one in measurements:
        settings.setdefault(setting_of(one), []).append(one)
    made = []
    for cells in settings.values():
        modules: dict[str, list[Measurement]] = {}
        for one in cells:
            modules.setdefault(one.module, []).append(one)
        made.append(_answer(None, tuple(modules), cells, known))
        if len(modules) > 1:
            made += [_answer(module, (module,), alone, known) for module, alone in modules.items()]
    return tuple(one for one in made if one is not None)


def _answer(
    module: str | None, modules: tuple[str, ...], cells: Sequence[Measurement], known: _Known
) -> Answer | None:
    board, _, profile = setting_of(cells[0])
    if all(one.runtime == NATIVE or one.runtime in known.bounds for one in cells):
        return None
    on = known.boards[board]
    limits = known.wanted.on(on)
    measured = [one for one in known.features if (one.board, one.profile) == (board, profile)]
    found = fit(
        cells,
        limits,
        board_title=on.title,
        sources=(suite(measured), declared),
        bounds=known.bounds,
        notes=known.wanted.notes(on),
    )
    native = tuple(one for one in cells if one.runtime == NATIVE)
    first = found.ranked[0] if found.ranked else None
    standings = (
        *(_ranked(one, first, found, known) for one in found.ranked),
        *(_bound(ones, known) for ones in (native, *found.bounds) if ones),
        *(_rejected(one, known) for one in found.rejected),
    )
    return Answer(
        board=board,
        base=cells[0].base,
        profile=profile,
        module=module,
        modules=modules,
        headline=_headline(found),
        why=found.sentence,
        doubts=found.doubts,
        flash=limits.flash,
        ram=limits.ram,
        needs=limits.needs,
        weights=dict(limits.weights),
        standings=standings,
    )


def _headline(found: Fit) -> str:
    what = found.module if len(found.modules) > 1 else f"the module {found.module}"
    if not found.ranked:
        return f"No runtime that was measured fits the {found.board_title} and {what}."
    first = found.ranked[0]
    surely = ", though the first place is unsure" if first.tied_with else ""
    return f"{first.label} fits the {found.board_title} and {what} best{surely}."


def _ranked(one: Ranked, first: Ranked | None, found: Fit, known: _Known) -> Standing:
    return _standing(
        one.measurements,
        known,
        fits=True,
        score=one.score,
        score_low=one.low,
        score_high=one.high,
        speed=shown(one.speed, "s") if found.speed_figure == TIME else f"{one.speed.value:,.0f}",
        tight=one.tight,
        unsure_against=one.tied_with,
        remark="" if first is None or one is first else _remark(one, first, found.speed_figure),
    )


def _bound(ones: Sequence[Measurement], known: _Known) -> Standing:
    return _standing(ones, known, fits=all(one.status is Status.OK for one in ones), bound=True)


def _rejected(one: Rejected, known: _Known) -> Standing:
    return _standing(one.measurements, known, fits=False, shortfalls=one.reasons)


def _standing(
    ones: Sequence[Measurement], known: _Known, *, fits: bool, bound: bool = False, **beside: Any
) -> Standing:
    """What a build takes over its cells, one a module, whether it is ranked or not; with what is said of it
    ``beside`` that.
    """
    ran = [one for one in ones if one.status is Status.OK]
    sizes, needs = (
        [found for one in ran if (found := get(one)) is not None] for get in (flash_of, ram_needed)
    )
    calls = [float(count) for one in ran if (count := steady(one))]
    slow = [factor for one in ran if (factor := known.factors.get(one.id))]
    return Standing(
        runtime=ones[0].runtime,
        version=ones[0].version,
        bound=bound,
        fits=fits,
        flash=max(sizes, default=None),
        ram=max(needs, default=None),
        ram_searched=bool(ran) and all(map(ram_was_searched, ran)),
        slow_down=geometric_mean(slow) if slow else None,
        instructions=geometric_mean(calls) if calls else None,
        **beside,
    )


def _remark(one: Ranked, first: Ranked, speed_figure: str) -> str:
    """Against the first: bytes of flash and RAM more or less, and time (or instructions) as a multiple."""
    flash, ram = (
        _apart(int(mine.value) - int(its.value), what)
        for mine, its, what in ((one.flash, first.flash, "flash"), (one.ram, first.ram, "RAM"))
    )
    times = one.speed.value / max(first.speed.value, 1e-12)
    what = "predicted time" if speed_figure == TIME else "instructions"
    return f"{flash}, {ram}, {_times(times)} times its {what}"


def _apart(change: int, what: str) -> str:
    if not change:
        return f"as much {what}"
    return f"{abs(change):,} B {'more' if change > 0 else 'less'} {what}"


def _times(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"
