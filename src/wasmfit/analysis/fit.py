"""Which runtimes fit, and the words for it; :mod:`.ranking` decides it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from wasmfit.model import Measurement, Status
from wasmfit.notebook import ShownResult
from wasmfit.table import Table
from wasmfit.words import agreeing, counted, listed

from .amounts import Amount, amount_text
from .basis import MEASURED
from .evidence import SupportEvidence
from .known_faults import FAULTS_PAGE, known_fault
from .metric_values import RAM_BOUND, SUM_OF_PEAKS, has_minimum_ram, has_ram_bound, ram_needed
from .module_memory import memory_text, module_memory
from .prediction_limits import JudgedLimit
from .requirements import BoardRequirements

PREDICTED_TIME = "run.predicted.call.time_s"
WARM_CALL = "run.instructions.call"
REGION_TIME = "run.predicted.region.time_s"
REGION = "run.instructions.region"
"""The same of the region of interest, where the module marks one: it says itself what is to be measured."""

ONLY_CALL_TIME = "run.predicted.first_call.time_s"
ONLY_CALL = "run.instructions.first_call"
"""The same of the only call, of a program that is called once."""

TIMES = frozenset({PREDICTED_TIME, REGION_TIME, ONLY_CALL_TIME})


@dataclass(frozen=True)
class Shortfall:
    """Why a runtime does not fit.

    Attributes:
        criterion: ``flash``, ``ram``, ``status``, the name of a required feature, or what a limited time is
            of: ``start`` or ``call``.
        available, required: What there is room for and what the runtime takes, in bytes; ``None`` if it is
            not a number.
        missing: The difference, in bytes.
        sentence: The same in words.
    """

    criterion: str
    available: int | None
    required: int | None
    missing: int | None
    sentence: str


@dataclass(frozen=True)
class RejectedRuntime:
    """A runtime that does not fit, with every reason.

    Attributes:
        measurements: Its records, one for each module.
        reasons: Why it does not fit.
    """

    measurements: tuple[Measurement, ...]
    reasons: tuple[Shortfall, ...]

    @property
    def measurement(self) -> Measurement:
        """Its record of the first module, which represents it."""
        return self.measurements[0]

    @property
    def is_unavailable(self) -> bool:
        """Whether it could not be tried at all."""
        return self.measurement.status is Status.UNAVAILABLE

    @property
    def label(self) -> str:
        """Name with version."""
        return _label(self.measurement)


@dataclass(frozen=True)
class RankedRuntime:
    """A runtime that fits.

    Attributes:
        measurements: Its records, one for each module.
        score: The lower the better; 1 is the best in every criterion.
        low, high: The score at the ends of the speed's error bar.
        flash, ram, speed: What it was ranked by.
        ratios: Criterion → multiple of the best.
        evidence: What shows that it has the required features.
        low_margins: Limits that it is close to, in words.
        ties: Runtimes with which the order is inconclusive: the error bar of the ratio of the scores includes
            1.
        limits: The limits that are required, with what is predicted.
        start: Seconds that load and instantiation are predicted to take, the longest of the modules;
            ``None`` without a timing model.
    """

    measurements: tuple[Measurement, ...]
    score: float
    low: float
    high: float
    flash: Amount
    ram: Amount
    speed: Amount
    ratios: Mapping[str, float]
    evidence: tuple[SupportEvidence, ...]
    low_margins: tuple[str, ...]
    ties: tuple[str, ...] = ()
    limits: tuple[JudgedLimit, ...] = ()
    start: Amount | None = None

    @property
    def measurement(self) -> Measurement:
        """Its record of the first module, which represents it."""
        return self.measurements[0]

    @property
    def has_minimum_ram(self) -> bool:
        """Whether its RAM is the minimum that a search found, for every module."""
        return all(map(has_minimum_ram, self.measurements))

    @property
    def has_ram_bound(self) -> bool:
        """Whether it may need less RAM than that: the search for the minimum ended early."""
        return is_ram_bound(self.measurements)

    @property
    def label(self) -> str:
        """Name with version."""
        return _label(self.measurement)


@dataclass(frozen=True, repr=False)
class Fit(ShownResult):
    """Which runtimes fit, the best first, and why the others do not.

    Attributes:
        board: The board's name.
        board_title: The name on its box.
        modules: What was run.
        requirements: What is required.
        speed_metric: The metric that speed was ranked by.
        ranked: The runtimes that fit.
        rejected: Those that do not.
        bounds: What is compiled into the firmware and loads no module: for comparison with the others.
        calibrated: Whether the board's timing model was fitted to published values; ``None`` without one.
        run: The run in the store.
        notes: Which requirements could not be taken as they were given, and what would take less RAM.
    """

    board: str
    board_title: str
    modules: tuple[str, ...]
    requirements: BoardRequirements
    speed_metric: str
    ranked: tuple[RankedRuntime, ...]
    rejected: tuple[RejectedRuntime, ...]
    bounds: tuple[tuple[Measurement, ...], ...]
    calibrated: bool | None
    run: int | None = None
    notes: tuple[str, ...] = ()

    def _short(self) -> str:
        number = len(self.ranked)
        fit = f"{counted(number, 'runtime')} {agreeing(number, 'fits', 'fit')}"
        rest = f"{fit} {self.board}{self._others}"
        return f"{self.ranked[0].label} ranks first; {rest}" if self.ranked else rest

    def _tables(self) -> list[Table]:
        from .fit_tables import fit_tables

        return fit_tables(self)

    @property
    def module(self) -> str:
        """What was run, in words."""
        return self.modules[0] if len(self.modules) == 1 else f"these {len(self.modules)} modules"

    @property
    def unavailable(self) -> int:
        """How many of the others could not be tried at all."""
        return sum(one.is_unavailable for one in self.rejected)

    @property
    def tried(self) -> int:
        """How many runtimes were judged."""
        return len(self.ranked) + len(self.rejected) - self.unavailable

    @property
    def caveats(self) -> tuple[str, ...]:
        """How certain the ranking is, and what it depends on."""
        return tuple(self._caveats())

    def _caveats(self) -> Iterator[str]:
        yield from self.notes
        by_time = self.speed_metric in TIMES
        counts_speed = bool(self.requirements.weights["speed"])
        if self.ranked and self.ranked[0].ties:
            others = ", ".join(self.ranked[0].ties)
            yield (
                f"the first place is inconclusive: within the error bars, {others} may be as good as "
                f"{self.ranked[0].label}"
            )
        elif self.ranked and by_time and counts_speed:
            yield "the first place is conclusive: within the error bars, no other is as good"
        if by_time and counts_speed:
            model = "calibrated with published values" if self.calibrated else "not calibrated for this board"
            yield f"speed is predicted, not measured; the board's model is {model}"
        elif counts_speed:
            yield f"speed is instructions of {self._counted}: not all of them have a predicted time"
        if len(self.modules) > 1:
            yield "flash and RAM are the maximum over the modules, speed is the geometric mean over all"
        yield from self._ram_caveats()
        for runtime in self.ranked:
            for margin in runtime.low_margins:
                yield f"{runtime.label} has a low margin: {margin}"
        yield from self._limit_caveats()
        yield from self._feature_caveats()
        for runtime in self.ranked:
            if (fault := known_fault(runtime.measurement)) is not None:
                yield f"{runtime.label}: {fault}; `wasmfit show {runtime.measurement.id}` has what is known"
        if self.bounds:
            names = ", ".join(_label(first) for first, *_ in self.bounds)
            yield f"not ranked, since it is compiled into the firmware and loads no module: {names}"

    def _feature_caveats(self) -> Iterator[str]:
        """Required features that are had with exceptions, or that nothing has measured."""
        for runtime in self.ranked:
            for known in runtime.evidence:
                if known.is_nearly_all:
                    yield f"{runtime.label} has {known.feature} with exceptions: {known.reason}"
        declared = {
            known.feature for runtime in self.ranked for known in runtime.evidence if not known.measured
        }
        if declared:
            yield f"declared by the catalogue, not measured: {', '.join(sorted(declared))}"

    def _limit_caveats(self) -> Iterator[str]:
        """The required limits that may hold or not, by the error bars of what is predicted."""
        for limit in self.requirements.limits:
            inconclusive = [
                runtime.label
                for runtime in self.ranked
                for judged in runtime.limits
                if judged.limit == limit and not judged.is_conclusive
            ]
            if inconclusive:
                names = ", ".join(inconclusive)
                yield f"{limit.text} is within the error bar, and so inconclusive, of {names}"

    def _ram_caveats(self) -> Iterator[str]:
        """Whether RAM is the minimum that a search found, or a sum."""
        summed = [runtime.label for runtime in self.ranked if not runtime.has_minimum_ram]
        bounds = [runtime.label for runtime in self.ranked if runtime.has_ram_bound]
        if len(summed) + len(bounds) < len(self.ranked):
            yield "RAM is the minimum that gives the same results, found by search"
        if bounds:
            yield f"RAM of {listed(bounds)} is at most what is shown: {RAM_BOUND}"
        if summed:
            whose = "" if len(summed) == len(self.ranked) else f" of {', '.join(summed)}"
            yield f"RAM{whose} is {SUM_OF_PEAKS}: no search has found the minimum"

    @property
    def _counted(self) -> str:
        """What speed is taken of, in words."""
        if self.speed_metric in (REGION, REGION_TIME):
            return "the region of interest"
        return "the only call" if self.speed_metric in (ONLY_CALL, ONLY_CALL_TIME) else "a warm call"

    @property
    def sentence(self) -> str:
        """A sentence for a design document."""
        required = self.requirements
        flash, ram = f"{required.flash:,} B of flash", f"{required.ram:,} B of RAM"
        features = f" and {', '.join(required.needs)} required" if required.needs else ""
        where = f"On the {self.board_title} with {flash} and {ram}{features}"
        if not self.ranked:
            return (
                f"{where}, {self._none_fits} "
                f"{self.module}{self._setting}; what is missing is listed with each{self._memory_short}."
            )
        best = self.ranked[0]
        what, at_most = self._counted, "at most " if best.has_ram_bound else ""
        speed = (
            f"{what} is predicted to take {amount_text(best.speed, 's')}"
            if self.speed_metric in TIMES
            else f"{what} takes {amount_text(best.speed, '')} instructions"
        )
        own = module_memory(self._ran)
        memory = "" if own is None else f", {own:,} B of which are {memory_text(own)}"
        faults = "" if known_fault(best.measurement) is None else f"; faults of it are known: {FAULTS_PAGE}"
        mean = "" if len(self.modules) == 1 else " (geometric mean)"
        rank = (
            f"it ranks first of {len(self.ranked)} that fit"
            + (", a rank that is inconclusive" if best.ties else "")
            if len(self.ranked) > 1
            else "it is the only one that fits"
        )
        return (
            f"{where}, {best.label}{self._setting} runs {self.module} in "
            f"{best.flash.value:,} B of flash and {at_most}{best.ram.value:,} B of RAM{memory}, and "
            f"{speed}{mean}; {rank}{self._others}{faults} ({_made(best.measurement)})."
        )

    @property
    def _none_fits(self) -> str:
        """Where nothing fits: how much was tried."""
        if self.tried == 1:
            (one,) = (one for one in self.rejected if not one.is_unavailable)
            return f"{one.label} does not fit with"
        return f"none of {self.tried} runtimes fits" if self.tried else "no runtime could be tried with"

    @property
    def _ran(self) -> list[Measurement]:
        """What ran, of all runtimes."""
        records = (
            *(runtime.measurements for runtime in self.ranked),
            *(runtime.measurements for runtime in self.rejected),
        )
        return [one for measurements in records for one in measurements if one.status is Status.OK]

    @property
    def _memory_short(self) -> str:
        """Where nothing fits and RAM is short: what of it the module itself takes."""
        is_short = any(reason.criterion == "ram" for one in self.rejected for reason in one.reasons)
        own = module_memory(self._ran) if is_short else None
        return "" if own is None else f"; of the RAM that each needs, {own:,} B are {memory_text(own)}"

    @property
    def _others(self) -> str:
        """How many others do not fit, and how many could not be tried."""
        count, unavailable = len(self.rejected) - self.unavailable, self.unavailable
        return (f", {count:,} {agreeing(count, 'does', 'do')} not" if count else "") + (
            f", {unavailable:,} {agreeing(unavailable, 'is', 'are')} unavailable" if unavailable else ""
        )

    @property
    def _setting(self) -> str:
        """Base and profile, which all of them have in common."""
        measurements = [runtime.measurement for runtime in self.ranked]
        measurements += [runtime.measurement for runtime in self.rejected]
        first = measurements[0]
        return f" (base {first.base}, profile {first.profile})"


def _label(measurement: Measurement) -> str:
    return f"{measurement.runtime} {measurement.version}"


def is_ram_bound(measurements: Iterable[Measurement]) -> bool:
    """Whether the most RAM that one of the modules needs is an upper bound of what it needs."""
    known = [(ram, has_ram_bound(one)) for one in measurements if (ram := ram_needed(one)) is not None]
    return min((is_bound for ram, is_bound in known if ram == max(known)[0]), default=False)


def _made(measurement: Measurement) -> str:
    """With what and when a measurement was made; and where, if it was found and not made now."""
    if MEASURED in measurement.facts:
        return f"measured {measurement.facts[MEASURED]}"
    return f"wasmfit {measurement.provenance.wasmfit}, {measurement.provenance.measured_at[:10]}"
