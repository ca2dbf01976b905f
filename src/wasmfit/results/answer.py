"""Which runtime fits: the board's limits first, then flash against speed.

The rule is one sentence: of the runtimes that ran every workload within the board's flash and RAM, the first
is the one whose flash and whose instructions are together the smallest multiple of the least that any of them
takes (the geometric mean of the two). It is what can be said where nobody has said what they want.
"""

import math
from collections.abc import Iterable, Mapping, Sequence

from wasmfit.model import Board, Measurement, Record, Status

from .benchmark import BASELINE, SlowDown, factors_of, setting_of, steady


class Shortfall(Record):
    """What a runtime lacks on a board.

    Attributes:
        measure: ``flash``, or the workloads that it does not run.
        have: What the board has, in bytes; ``None`` where it is no matter of bytes.
        need: What is needed, in bytes.
        reason: The same in words.
    """

    measure: str
    have: int | None = None
    need: int | None = None
    reason: str

    @property
    def short(self) -> int | None:
        """Bytes that are missing."""
        return None if self.have is None or self.need is None else self.need - self.have


class Standing(Record):
    """How one runtime stands on a board.

    Attributes:
        runtime, version: Which.
        bound: Whether it is no runtime that loads modules but a bound to read the others against: code
            compiled into the firmware.
        fits: Whether it ran everything within the limits.
        score: Multiple of the best that was found, 1 being both smallest and fastest; ``None`` where it does
            not fit, or is a bound.
        flash: Bytes of flash, the most of any workload.
        ram: Bytes of RAM, likewise; see :func:`ram_needed`.
        slow_down: Instructions as a multiple of native code's, geometric mean; ``None`` without native code.
        instructions: Instructions of a steady call, geometric mean.
        shortfalls: What it lacks.
        remark: What sets it apart from the first, in words.
    """

    runtime: str
    version: str
    bound: bool
    fits: bool
    score: float | None = None
    flash: int | None = None
    ram: int | None = None
    slow_down: float | None = None
    instructions: float | None = None
    shortfalls: tuple[Shortfall, ...] = ()
    remark: str = ""

    @property
    def label(self) -> str:
        """Name with version, for sentences."""
        return f"{self.runtime} {self.version}"


class Answer(Record):
    """The answer for one board, base and profile, and for one module or all.

    Attributes:
        module: The module; ``None`` for all that were measured.
        modules: The modules that it is about.
        headline: The answer in one sentence.
        why: Why, and how sure that is.
        standings: The runtimes that fit, best first; then bounds; then those that do not fit.
    """

    board: str
    base: str
    profile: str
    module: str | None
    modules: tuple[str, ...]
    headline: str
    why: str
    standings: tuple[Standing, ...]


RULE = (
    "First comes the runtime whose flash and whose instructions a call are together the smallest multiple of "
    "the least that any fitting runtime takes (geometric mean of the two)."
)


def ram_needed(one: Measurement) -> int | None:
    """Bytes of RAM that a cell needs at most: static data, and the peaks of stack, heap and linear memory.

    Peaks need not come at the same time, so less may do.
    """
    if one.size is None or one.run is None or one.run.stack_peak is None:
        return None
    heap, linear = one.run.heap_peak, one.run.linear_memory
    if heap is None or linear is None:
        return None
    return one.size.ram_static + one.run.stack_peak + heap + linear


def answers(
    measurements: Iterable[Measurement], boards: Iterable[Board], bounds: frozenset[str]
) -> tuple[Answer, ...]:
    """An answer for every board, base and profile: for all modules together and, of several, for each.

    Args:
        measurements: The cells; baselines are no candidates and left out.
        boards: The boards of these cells, for their limits.
        bounds: Names of what is measured as a bound only.
    """
    measurements = [one for one in measurements if one.runtime != BASELINE]
    known = {board.name: board for board in boards}
    factors = factors_of(measurements)
    settings: dict[tuple[str, str, str], list[Measurement]] = {}
    for one in measurements:
        settings.setdefault(setting_of(one), []).append(one)
    made = []
    for setting, cells in settings.items():
        modules = tuple(dict.fromkeys(one.module for one in cells))
        made.append(_answer(setting, None, modules, cells, known[setting[0]], factors, bounds))
        for module in modules if len(modules) > 1 else ():
            chosen = [one for one in cells if one.module == module]
            made.append(_answer(setting, module, (module,), chosen, known[setting[0]], factors, bounds))
    return tuple(made)


def _answer(
    setting: tuple[str, str, str],
    module: str | None,
    modules: tuple[str, ...],
    cells: Sequence[Measurement],
    board: Board,
    factors: Mapping[str, float | None],
    bounds: frozenset[str],
) -> Answer:
    builds: dict[tuple[str, str], list[Measurement]] = {}
    for one in cells:
        builds.setdefault((one.runtime, one.version), []).append(one)
    standings = [_standing(group, board, factors, group[0].runtime in bounds) for group in builds.values()]
    fitting = [one for one in standings if one.fits and not one.bound]
    ranked = _ranked(fitting)
    rest = [one for one in standings if one not in fitting]
    rest.sort(key=lambda one: (not one.fits, one.flash is None, one.flash or 0, one.label))
    headline, why = _words(ranked, rest, board, modules)
    name, base, profile = setting
    return Answer(
        board=name,
        base=base,
        profile=profile,
        module=module,
        modules=modules,
        headline=headline,
        why=why,
        standings=(*ranked, *rest),
    )


def _standing(
    cells: Sequence[Measurement], board: Board, factors: Mapping[str, float | None], bound: bool
) -> Standing:
    """How one build stands over its cells, one a module."""
    ran = [one for one in cells if one.status is Status.OK and one.size is not None]
    flash = max((one.size.flash for one in ran if one.size is not None), default=None)
    ram = max((need for one in ran if (need := ram_needed(one)) is not None), default=None)
    shortfalls = list(_not_run(cells))
    # Of RAM there was enough: it ran in what the board has, and whoever has too little ends as out of memory.
    have = board.flash.size
    if flash is not None and flash > have:
        reason = f"{flash - have:,} B of flash short: it needs {flash:,} B of {have:,} B"
        shortfalls.append(Shortfall(measure="flash", have=have, need=flash, reason=reason))
    calls = {one.module: float(count) for one in ran if (count := steady(one))}
    slow = {one.module: factor for one in ran if (factor := factors.get(one.id)) is not None}
    summed, slowed = SlowDown.over(calls), SlowDown.over(slow)
    return Standing(
        runtime=cells[0].runtime,
        version=cells[0].version,
        bound=bound,
        fits=bool(ran) and not shortfalls,
        flash=flash,
        ram=ram,
        slow_down=None if slowed is None else slowed.mean,
        instructions=None if summed is None else summed.mean,
        shortfalls=tuple(shortfalls),
    )


def _not_run(cells: Sequence[Measurement]) -> Iterable[Shortfall]:
    """The cells that did not end well; those with the same end as one."""
    ends: dict[str, list[str]] = {}
    for one in cells:
        if one.status is not Status.OK:
            ends.setdefault(f"{one.status.value}: {one.reason or 'no reason given'}", []).append(one.module)
    for end, modules in ends.items():
        what = ", ".join(modules)
        yield Shortfall(measure=what, reason=end if len(modules) == len(cells) else f"{what}: {end}")


def _ranked(fitting: Sequence[Standing]) -> list[Standing]:
    """Those that fit with their scores, best first, each with what sets it apart from the first."""
    if not fitting:
        return []
    least = min(one.flash or math.inf for one in fitting)
    fastest = min((one.instructions for one in fitting if one.instructions), default=None)

    def score(one: Standing) -> float:
        size = (one.flash or math.inf) / least
        if fastest is None or one.instructions is None:
            return size
        return math.sqrt(size * one.instructions / fastest)

    scored = sorted((one.model_copy(update={"score": score(one)}) for one in fitting), key=_by_score)
    first = scored[0]
    return [first, *(one.model_copy(update={"remark": _remark(one, first)}) for one in scored[1:])]


def _by_score(one: Standing) -> tuple[float, str]:
    return one.score or math.inf, one.label


def _remark(one: Standing, first: Standing) -> str:
    """Against the first: bytes of flash more or less, and instructions as a multiple."""
    parts = []
    if one.flash is not None and first.flash is not None:
        change = one.flash - first.flash
        parts.append("as much flash" if not change else f"{abs(change):,} B {_more(change)} flash")
    if one.instructions and first.instructions:
        times = one.instructions / first.instructions
        parts.append(f"{_times(times)} times its instructions")
    return ", ".join(parts)


def _more(change: int) -> str:
    return "more" if change > 0 else "less"


def _times(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _words(
    ranked: Sequence[Standing], rest: Sequence[Standing], board: Board, modules: tuple[str, ...]
) -> tuple[str, str]:
    what = f"the module {modules[0]}" if len(modules) == 1 else f"these {len(modules)} modules"
    out = sum(not one.fits for one in rest)
    if not ranked:
        return (
            f"No runtime that was measured runs {what} on the {board.title}.",
            "What each lacks is listed below.",
        )
    first = ranked[0]
    headline = f"{first.label} fits the {board.title} and {what} best."
    parts = [f"It takes {_part(first.flash, board.flash.size, 'flash')}"]
    if first.ram is not None:
        parts.append(f"{_part(first.ram, board.ram.size, 'RAM')}")
    if first.slow_down is not None:
        parts.append(f"{_times(first.slow_down)} times native code's instructions")
    why = [", ".join(parts) + "."]
    if len(ranked) > 1:
        smallest = min(ranked, key=lambda one: one.flash or math.inf)
        fastest = min(ranked, key=lambda one: one.instructions or math.inf)
        why.append(f"{len(ranked)} runtimes fit; {_extremes(first, smallest, fastest)}.")
    if out:
        why.append(f"{out} {'does' if out == 1 else 'do'} not run it here, for the reasons below.")
    return headline, " ".join(why)


def _part(need: int | None, have: int, of_what: str) -> str:
    return f"{need or 0:,} B of {have:,} B of {of_what} ({(need or 0) / have:.1%})"


def _extremes(first: Standing, smallest: Standing, fastest: Standing) -> str:
    if smallest is first and fastest is first:
        return f"{first.label} is the smallest and the fastest of them"
    if smallest is fastest:
        return f"{smallest.label} is smaller and faster"
    return f"{smallest.label} is the smallest and {fastest.label} the fastest of them"
