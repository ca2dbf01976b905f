"""What switches of runtimes cost: bytes of flash, and time, each from two measured cells."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from wasmfit.model import Build, Measurement, PricedSwitch, Status

SCHEMA = 1


@dataclass(frozen=True)
class Pair:
    """A switch, and the builds that differ in it."""

    switch: PricedSwitch
    off: Build
    on: Build


@dataclass(frozen=True)
class Price:
    """What a switch costs on a board in a profile.

    Attributes:
        runtime, version: Of which runtime.
        switch: Which.
        board, profile: Where.
        flash_off, flash_on: Bytes written to flash without and with it; ``None`` where that was not measured.
        slow_down: Workload → how many times the instructions of a steady call, with it.
        reason: What stands in the way of a figure.
    """

    runtime: str
    version: str
    switch: PricedSwitch
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
class Priced:
    """Prices of switches.

    Attributes:
        prices: One for every switch, board and profile.
        measurements: What they are made from.
        sized_by: The workload whose images are compared by size.
        seconds: How long it took.
        reused: How many measurements were in the store already.
    """

    prices: tuple[Price, ...]
    measurements: tuple[Measurement, ...]
    sized_by: str
    seconds: float
    reused: int

    @property
    def failed(self) -> tuple[Measurement, ...]:
        """Cells that ended otherwise than measured."""
        return tuple(one for one in self.measurements if one.status is not Status.OK)

    def to_dict(self) -> dict[str, Any]:
        """The contract of ``features --priced --format json``."""
        return {"schema": SCHEMA, "sized_by": self.sized_by, "switches": self.rows()}

    def flat_rows(self) -> list[dict[str, object]]:
        """The same with a column for each workload."""
        workloads = dict.fromkeys(name for one in self.prices for name in one.slow_down)
        return [
            {
                **{name: value for name, value in row.items() if name != "slow_down"},
                **{f"slow_down_{name}": one.slow_down.get(name) for name in workloads},
            }
            for one, row in zip(self.prices, self.rows(), strict=True)
        ]

    def rows(self) -> list[dict[str, object]]:
        """One row a price."""
        return [
            {
                "runtime": one.runtime,
                "version": one.version,
                "switch": one.switch.name,
                "how": one.switch.how,
                "off": one.switch.off,
                "on": one.switch.on,
                "board": one.board,
                "profile": one.profile,
                "flash_off": one.flash_off,
                "flash_on": one.flash_on,
                "flash": one.flash,
                "slow_down": one.slow_down,
                "reason": one.reason,
            }
            for one in self.prices
        ]


def prices(pairs: Sequence[Pair], measurements: Sequence[Measurement], sized_by: str) -> Iterator[Price]:
    """The prices of switches, by what was measured of their builds.

    Args:
        pairs: The switches.
        measurements: Of both builds of each, on the same boards in the same profiles.
        sized_by: The workload whose images are compared by size.
    """
    found = {(one.runtime, one.version, one.module, one.board, one.profile): one for one in measurements}
    places = dict.fromkeys((one.board, one.profile) for one in measurements)
    workloads = dict.fromkeys(one.module for one in measurements)
    for pair in pairs:
        for board, profile in places:

            def of(
                build: Build, module: str, board: str = board, profile: str = profile
            ) -> Measurement | None:
                return found.get((build.name, build.number, module, board, profile))

            off, on = of(pair.off, sized_by), of(pair.on, sized_by)
            slow_down = {}
            for module in workloads if pair.switch.slows else ():
                ratio = _ratio(of(pair.off, module), of(pair.on, module))
                if ratio is not None:
                    slow_down[module] = ratio
            yield Price(
                runtime=pair.on.runtime.name,
                version=pair.on.number,
                switch=pair.switch,
                board=board,
                profile=profile,
                flash_off=_flash(off),
                flash_on=_flash(on),
                slow_down=slow_down,
                reason=next((one.reason for one in (off, on) if one is not None and one.reason), None),
            )


def _flash(one: Measurement | None) -> int | None:
    return None if one is None or one.size is None else one.size.flash


def _call(one: Measurement | None) -> int | None:
    if one is None or one.status is not Status.OK or one.run is None:
        return None
    return one.run.instructions.call


def _ratio(off: Measurement | None, on: Measurement | None) -> float | None:
    before, after = _call(off), _call(on)
    return round(after / before, 4) if before and after else None
