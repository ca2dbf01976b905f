"""What feature toggles of runtimes cost: bytes of flash, and time, each from two measured cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from wasmfit.model import Build, FeatureToggle, Measurement, Status
from wasmfit.model.contract import JsonDocument, JsonRecord

from .counted import counted_instructions


class ToggleCostRow(JsonRecord):
    """What a feature toggle costs on a board in a profile.

    Attributes:
        runtime, version: The runtime.
        switch: The feature toggle.
        how: How it is set, in the runtime's words.
        off, on: The variants without and with it.
        board, profile: The board and the profile.
        flash_off, flash_on: Bytes written to flash without and with it.
        flash: Bytes of flash that it costs.
        slow_down: Workload → instructions of a warm call with it, as a multiple of those without.
        reason: Why a value is not known.
    """

    runtime: str
    version: str
    switch: str
    how: str
    off: str
    on: str
    board: str
    profile: str
    flash_off: int | None
    flash_on: int | None
    flash: int | None
    slow_down: dict[str, float]
    reason: str | None


class ToggleCostsDocument(JsonDocument):
    """What ``features --toggle-costs --format json`` prints.

    Attributes:
        sized_by: The workload whose images are compared by size.
        switches: One for every feature toggle, board and profile.
    """

    sized_by: str
    switches: tuple[ToggleCostRow, ...]


@dataclass(frozen=True)
class TogglePair:
    """A feature toggle, and the builds that differ in it."""

    toggle: FeatureToggle
    off: Build
    on: Build


@dataclass(frozen=True)
class ToggleCost:
    """What a feature toggle costs on a board in a profile.

    Attributes:
        runtime, version: The runtime.
        toggle: The feature toggle.
        board, profile: The board and the profile.
        flash_off, flash_on: Bytes written to flash without and with it; ``None`` if not measured.
        slow_down: Workload → instructions of a warm call with it, as a multiple of those without.
        reason: Why a value is not known.
    """

    runtime: str
    version: str
    toggle: FeatureToggle
    board: str
    profile: str
    flash_off: int | None
    flash_on: int | None
    slow_down: dict[str, float]
    reason: str | None

    @property
    def flash(self) -> int | None:
        """Bytes of flash that it costs."""
        if self.flash_off is None or self.flash_on is None:
            return None
        return self.flash_on - self.flash_off


@dataclass(frozen=True)
class ToggleCosts:
    """What feature toggles cost.

    Attributes:
        costs: One for every toggle, board and profile.
        measurements: The measurements that they follow from.
        sized_by: The workload whose images are compared by size.
        seconds: How long it took.
        reused: How many measurements were in the store already.
    """

    costs: tuple[ToggleCost, ...]
    measurements: tuple[Measurement, ...]
    sized_by: str
    seconds: float
    reused: int

    @property
    def failed(self) -> tuple[Measurement, ...]:
        """Cells that were not measured."""
        return tuple(measurement for measurement in self.measurements if measurement.status is not Status.OK)

    @property
    def document(self) -> ToggleCostsDocument:
        """What ``features --toggle-costs --format json`` prints."""
        return ToggleCostsDocument(sized_by=self.sized_by, switches=self.rows())

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data."""
        return self.document.model_dump(mode="json")

    def flat_rows(self) -> list[dict[str, object]]:
        """The rows with a column for each workload."""
        workloads = dict.fromkeys(name for cost in self.costs for name in cost.slow_down)
        return [
            {
                **row.model_dump(exclude={"slow_down"}),
                **{f"slow_down_{name}": cost.slow_down.get(name) for name in workloads},
            }
            for cost, row in zip(self.costs, self.rows(), strict=True)
        ]

    def rows(self) -> tuple[ToggleCostRow, ...]:
        """One row per toggle, board and profile."""
        return tuple(
            ToggleCostRow(
                runtime=cost.runtime,
                version=cost.version,
                switch=cost.toggle.name,
                how=cost.toggle.how,
                off=cost.toggle.off,
                on=cost.toggle.on,
                board=cost.board,
                profile=cost.profile,
                flash_off=cost.flash_off,
                flash_on=cost.flash_on,
                flash=cost.flash,
                slow_down=cost.slow_down,
                reason=cost.reason,
            )
            for cost in self.costs
        )


def costs_of(
    pairs: Sequence[TogglePair], measurements: Sequence[Measurement], sized_by: str
) -> Iterator[ToggleCost]:
    """What feature toggles cost, by the measurements of their builds.

    Args:
        pairs: The toggles.
        measurements: Of both builds of each, on the same boards in the same profiles.
        sized_by: The workload whose images are compared by size.
    """
    key = attrgetter("runtime", "version", "module", "board", "profile")
    by_key = {key(measurement): measurement for measurement in measurements}
    settings = dict.fromkeys((measurement.board, measurement.profile) for measurement in measurements)
    workloads = dict.fromkeys(measurement.module for measurement in measurements)
    for pair in pairs:
        for board, profile in settings:

            def of(
                build: Build, module: str, board: str = board, profile: str = profile
            ) -> Measurement | None:
                return by_key.get((build.name, build.number, module, board, profile))

            off, on = of(pair.off, sized_by), of(pair.on, sized_by)
            slow_down = {}
            for module in workloads if pair.toggle.slows else ():
                ratio = _ratio(of(pair.off, module), of(pair.on, module))
                if ratio is not None:
                    slow_down[module] = ratio
            yield ToggleCost(
                runtime=pair.on.runtime.name,
                version=pair.on.number,
                toggle=pair.toggle,
                board=board,
                profile=profile,
                flash_off=_flash(off),
                flash_on=_flash(on),
                slow_down=slow_down,
                reason=next((cell.reason for cell in (off, on) if cell is not None and cell.reason), None),
            )


def _flash(measurement: Measurement | None) -> int | None:
    return None if measurement is None or measurement.size is None else measurement.size.flash


def _ratio(off: Measurement | None, on: Measurement | None) -> float | None:
    if off is None or on is None:
        return None
    before, after = counted_instructions(off), counted_instructions(on)
    return round(after / before, 4) if before and after else None
