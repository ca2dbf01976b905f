"""What somebody asks for of a runtime: limits, needs, and weights to rank by."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wasmfit.errors import UsageError
from wasmfit.model import Board
from wasmfit.words import printable

from .evidence import needs_of
from .quantities import size as size_of

MEASURES = ("flash", "ram", "speed")
"""What a score is made of."""


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


def _least(wanted: int | None, has: int) -> int:
    return has if wanted is None else min(wanted, has)


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
