"""What a user requires of a runtime: room in flash and RAM, features, and weights to rank by."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from wasmfit.errors import UsageError
from wasmfit.model import Board
from wasmfit.words import escape_unprintable

from .evidence import parse_features
from .prediction_limits import PredictionLimit, parse_needs
from .quantities import parse_size

CRITERIA = ("flash", "ram", "speed")
"""What a score is computed from."""

_LEAST_MEANT = 2048
"""Bytes of flash or RAM below which KiB were probably meant: no chip that runs wasm has as little."""


@dataclass(frozen=True)
class BoardRequirements:
    """What is required on one board.

    Attributes:
        flash, ram: Bytes that there is room for.
        features: The features that are required.
        weights: Criterion → weight.
        limits: Predictions that are required to stay below an amount.
    """

    flash: int
    ram: int
    features: tuple[str, ...] = ()
    weights: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(CRITERIA, 1.0))
    limits: tuple[PredictionLimit, ...] = ()

    @property
    def needs(self) -> tuple[str, ...]:
        """Features and limits, as they are written."""
        return (*self.features, *(limit.text for limit in self.limits))


@dataclass(frozen=True)
class RuntimeRequirements:
    """What is required on any board.

    Attributes:
        flash, ram: Bytes that there is room for; ``None`` for all that the board has.
        features, weights, limits: As in :class:`BoardRequirements`.
    """

    flash: int | None = None
    ram: int | None = None
    features: tuple[str, ...] = ()
    weights: Mapping[str, float] = field(default_factory=lambda: dict.fromkeys(CRITERIA, 1.0))
    limits: tuple[PredictionLimit, ...] = ()

    @staticmethod
    def of(
        flash: str | int | None = None,
        ram: str | int | None = None,
        needs: str | Sequence[str] = (),
        weights: str | None = None,
    ) -> "RuntimeRequirements":
        """From the text of command-line options: ``512K``, ``simd,start<20ms``, ``flash=1,speed=2``.

        Raises:
            UsageError: A size, a feature, a limit or a weight is invalid.
        """
        features, limits = parse_needs(needs)
        return RuntimeRequirements(
            flash=parse_size(flash) if isinstance(flash, str) else flash,
            ram=parse_size(ram) if isinstance(ram, str) else ram,
            features=parse_features(",".join(features)),
            weights=parse_weights(weights),
            limits=limits,
        )

    def on(self, board: Board) -> BoardRequirements:
        """The requirements on a board: images are linked for it, so there is no more room than it has."""
        return BoardRequirements(
            flash=_at_most(self.flash, board.flash.size),
            ram=_at_most(self.ram, board.ram.size),
            features=self.features,
            weights=self.weights,
            limits=self.limits,
        )

    def notes(self, board: Board) -> tuple[str, ...]:
        """Which requirements could not be taken as they are given, on a board."""
        memories = (("flash", self.flash, board.flash.size), ("RAM", self.ram, board.ram.size))
        return tuple(_memory_notes(memories))


def _memory_notes(memories: Iterable[tuple[str, int | None, int]]) -> Iterator[str]:
    for name, required, size in memories:
        if required is not None and required > size:
            yield f"{name} is limited to the board's {size:,} B, for which images are linked"
        if required is not None and required < _LEAST_MEANT:
            yield f"{name} of {required:,} B: a number alone is in bytes, {required}K is {required << 10:,} B"


def _at_most(required: int | None, size: int) -> int:
    return size if required is None else min(required, size)


def parse_weights(text: str | None) -> dict[str, float]:
    """``flash=1,ram=1,speed=2``; a criterion that is not named has weight 1.

    Raises:
        UsageError: It is something else, or every weight is 0.
    """
    weights = dict.fromkeys(CRITERIA, 1.0)
    for part in filter(None, (part.strip() for part in (text or "").split(","))):
        name, separator, number = part.partition("=")
        if name not in weights or not separator:
            raise UsageError(
                f"Invalid weight {escape_unprintable(part)!r}.",
                f"Weights are {'=1,'.join(CRITERIA)}=1 with other numbers.",
            )
        try:
            weights[name] = float(number)
        except ValueError:
            weights[name] = math.nan
        if not 0 <= weights[name] <= 1000:
            raise UsageError(
                f"Invalid weight {escape_unprintable(number)!r}.", "A weight is a number from 0 to 1000."
            )
    if not any(weights.values()):
        raise UsageError("Every weight is 0, which ranks nothing.", "Give one of them a weight.")
    return weights
