"""The verdict on which runtime fits, and its words; :mod:`.rank` makes it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wasmfit.model import Measurement

from .amounts import Amount, shown
from .evidence import Evidence
from .metric_values import RAM_NEEDED_IS, ram_was_searched
from .requirements import Limits

TIME = "run.predicted.call.time_s"
STEADY = "run.instructions.call"


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


def _others(count: int) -> str:
    return f", {count} {'does' if count == 1 else 'do'} not" if count else ""
