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
from dataclasses import dataclass, field, replace

from wasmfit.errors import UsageError
from wasmfit.model import Board, Measurement, Status
from wasmfit.words import printable

from .benchmark import BASELINE, NATIVE, steady
from .evidence import Answer, Evidence, Source, evidence, needs_of
from .figures import RAM_NEEDED_IS, Amount, amount_of, ram_needed, ram_was_searched, shown
from .quantities import size as size_of

MEASURES = ("flash", "ram", "speed")
"""What a score is made of."""

TIME = "run.predicted.call.time_s"
STEADY = "run.instructions.call"

TIGHT = 0.05
"""What is left of a limit, as a part of it, below which a runtime fits tightly."""


@dataclass(frozen=True)
class Limits:
    """What there is room for, and what is wanted.

    Attributes:
        flash, ram: Bytes.
        needs: Features.
        weights: Measure → weight.
    """

    flash: int
    ram: int
    needs: tuple[str, ...] = ()
    weights: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(MEASURES, 1.0))


@dataclass(frozen=True)
class Wanted:
    """What somebody asks for, before it is known of which board.

    Attributes:
        flash, ram: Bytes that there is room for; ``None`` for all that the board has.
        needs, weights: As in :class:`Limits`.
    """

    flash: int | None = None
    ram: int | None = None
    needs: tuple[str, ...] = ()
    weights: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(MEASURES, 1.0))

    @staticmethod
    def of(
        flash: str | int | None = None,
        ram: str | int | None = None,
        needs: str | Sequence[str] = (),
        weights: str | None = None,
    ) -> "Wanted":
        """From what a command line says: ``512K``, ``simd,fuel``, ``flash=1,speed=2``.

        Raises:
            UsageError: A size, a need or a weight is none.
        """
        return Wanted(
            flash=size_of(flash) if isinstance(flash, str) else flash,
            ram=size_of(ram) if isinstance(ram, str) else ram,
            needs=needs_of(needs if isinstance(needs, str) else ",".join(needs)),
            weights=weights_of(weights),
        )

    def on(self, board: Board) -> Limits:
        """The limits on a board: images are linked for it, so there is no more than it has."""
        return Limits(
            flash=_least(self.flash, board.flash.size),
            ram=_least(self.ram, board.ram.size),
            needs=self.needs,
            weights=self.weights,
        )

    def notes(self, board: Board) -> tuple[str, ...]:
        """What became of what was asked for on a board."""
        asked = (("flash", self.flash, board.flash.size), ("RAM", self.ram, board.ram.size))
        return tuple(
            f"there is no more than the board's {has:,} B of {name}, for which images are linked"
            for name, wanted, has in asked
            if wanted is not None and wanted > has
        )


@dataclass(frozen=True)
class Shortfall:
    """Why a runtime does not fit.

    Attributes:
        measure: ``flash``, ``ram``, ``status`` or the need's name.
        have, need: What it has and what it would need, in bytes; ``None`` for what is no number.
        short: What is missing, in bytes.
        sentence: The same in words.
    """

    measure: str
    have: int | None
    need: int | None
    short: int | None
    sentence: str


@dataclass(frozen=True)
class Rejected:
    """A runtime that does not fit, with every reason.

    Attributes:
        measurements: Its records, one a module.
        reasons: What it lacks.
    """

    measurements: tuple[Measurement, ...]
    reasons: tuple[Shortfall, ...]

    @property
    def measurement(self) -> Measurement:
        """Its record of the first module, which stands for it."""
        return self.measurements[0]


@dataclass(frozen=True)
class Ranked:
    """A runtime that fits.

    Attributes:
        measurements: Its records, one a module.
        score: The lower the better; 1 is the best in everything.
        low, high: The score at the ends of the speed's error bar.
        flash, ram, speed: What it was ranked by.
        ratios: Measure → multiple of the best.
        evidence: What says that it has what is needed.
        tight: Limits that it is near to, in words.
        tied_with: Ids of runtimes whose place may as well be this one's: their error bars meet.
    """

    measurements: tuple[Measurement, ...]
    score: float
    low: float
    high: float
    flash: Amount
    ram: Amount
    speed: Amount
    ratios: Mapping[str, float]
    evidence: tuple[Evidence, ...]
    tight: tuple[str, ...]
    tied_with: tuple[str, ...] = ()

    @property
    def measurement(self) -> Measurement:
        """Its record of the first module, which stands for it."""
        return self.measurements[0]

    @property
    def ram_was_searched(self) -> bool:
        """Whether its RAM is the least that a search found, for every module."""
        return all(map(ram_was_searched, self.measurements))

    @property
    def label(self) -> str:
        """Name with version."""
        return f"{self.measurement.runtime} {self.measurement.version}"


@dataclass(frozen=True)
class Fit:
    """Which runtimes fit, the best first, and why the others do not.

    Attributes:
        board: The board's name.
        board_title: The name on its box.
        modules: What was run.
        limits: What was asked for.
        speed_figure: The figure that speed was ranked by.
        ranked: Those that fit.
        rejected: Those that do not.
        bounds: What is compiled into the firmware and loads no module: to read the others against.
        calibrated: Whether the board's timing model was fitted to published figures; ``None`` without one.
        run: The run in the store.
        notes: What became of what was asked for.
    """

    board: str
    board_title: str
    modules: tuple[str, ...]
    limits: Limits
    speed_figure: str
    ranked: tuple[Ranked, ...]
    rejected: tuple[Rejected, ...]
    bounds: tuple[tuple[Measurement, ...], ...]
    calibrated: bool | None
    run: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        """What was run, in words."""
        return self.modules[0] if len(self.modules) == 1 else f"these {len(self.modules)} modules"

    @property
    def doubts(self) -> tuple[str, ...]:
        """How sure the ranking is: what speaks against taking it at its word."""
        return tuple(self._doubts())

    def _doubts(self) -> Iterator[str]:
        yield from self.notes
        if self.ranked and self.ranked[0].tied_with:
            others = ", ".join(self.ranked[0].tied_with)
            yield f"the first place is unsure: the error bars of {others} meet that of {self.ranked[0].label}"
        elif self.ranked and self.speed_figure == TIME and self.limits.weights["speed"]:
            yield "the first place is sure: no other's error bar reaches it"
        if self.speed_figure == TIME and self.limits.weights["speed"]:
            model = (
                "calibrated with published figures" if self.calibrated else "not calibrated for this board"
            )
            yield f"speed is predicted, not measured; the board's model is {model}"
        elif self.limits.weights["speed"]:
            yield "speed is instructions of a steady call: there is no predicted time for all of them"
        if len(self.modules) > 1:
            yield "flash and RAM are the most of any module, speed is the geometric mean over all"
        summed = [one.label for one in self.ranked if not one.ram_was_searched]
        if len(summed) < len(self.ranked):
            yield "RAM is the least that gives the same results, found by search"
        if summed:
            whose = "" if len(summed) == len(self.ranked) else f" of {', '.join(summed)}"
            yield f"RAM{whose} is {RAM_NEEDED_IS}: no search has found the least that will do"
        for one in self.ranked:
            for words in one.tight:
                yield f"{one.label} is tight: {words}"
        declared = {
            evident.feature for one in self.ranked for evident in one.evidence if not evident.measured
        }
        if declared:
            yield f"declared by the catalogue, not measured: {', '.join(sorted(declared))}"
        if self.bounds:
            names = ", ".join(f"{one.runtime} {one.version}" for one, *_ in self.bounds)
            yield f"not ranked, being compiled into the firmware and loading no module: {names}"

    @property
    def sentence(self) -> str:
        """A sentence fit for a design document."""
        flash, ram = f"{self.limits.flash:,} B of flash", f"{self.limits.ram:,} B of RAM"
        needs = f" and {', '.join(self.limits.needs)} needed" if self.limits.needs else ""
        where = f"On the {self.board_title} with {flash} and {ram}{needs}"
        if not self.ranked:
            return (
                f"{where}, none of {len(self.rejected)} runtimes fits {self.module}; what is missing is "
                f"listed with each."
            )
        best = self.ranked[0]
        source = best.measurement.provenance
        speed = (
            f"a steady call is predicted to take {shown(best.speed, 's')}"
            if self.speed_figure == TIME
            else f"a steady call takes {shown(best.speed, '')} instructions"
        )
        mean = "" if len(self.modules) == 1 else " (geometric mean)"
        others = len(self.ranked) - 1
        place = (
            f"it ranks first of {len(self.ranked)} that fit"
            + (", a place that is unsure" if best.tied_with else "")
            if others
            else "it is the only one that fits"
        )
        return (
            f"{where}, {best.label} (profile {best.measurement.profile}) runs {self.module} in "
            f"{best.flash.value:,} B of flash and {best.ram.value:,} B of RAM, and {speed}{mean}; {place}"
            f"{_others(len(self.rejected))} (wasmfit {source.wasmfit}, {source.measured_at[:10]})."
        )


def _least(wanted: int | None, has: int) -> int:
    return has if wanted is None else min(wanted, has)


def _others(count: int) -> str:
    return f", {count} {'does' if count == 1 else 'do'} not" if count else ""


def weights_of(text: str | None) -> dict[str, float]:
    """``flash=1,ram=1,speed=2``; what is not named has weight 1.

    Raises:
        UsageError: It is something else, or nothing has a weight.
    """
    weights = dict.fromkeys(MEASURES, 1.0)
    for part in filter(None, (one.strip() for one in (text or "").split(","))):
        name, separator, number = part.partition("=")
        if name not in weights or not separator:
            raise UsageError(
                f"{printable(part)!r} is no weight.",
                f"Weights are {'=1,'.join(MEASURES)}=1 with other numbers.",
            )
        try:
            weights[name] = float(number)
        except ValueError:
            weights[name] = math.nan
        if not 0 <= weights[name] <= 1000:
            raise UsageError(f"{printable(number)!r} is no weight.", "A weight is a number from 0 to 1000.")
    if not any(weights.values()):
        raise UsageError("Every weight is 0, which ranks nothing.", "Give one of them a weight.")
    return weights


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
