"""A comparison: the measurements of one experiment, in the order in which they are shown."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wasmfit.frames import frame
from wasmfit.model import Measurement, RuntimeFeatures, Status

from .flat_rows import flat

if TYPE_CHECKING:
    import pandas

SCHEMA = 1

ANSWERS = frozenset({Status.OK, Status.UNAVAILABLE, Status.UNSUPPORTED, Status.DOES_NOT_FIT})
"""Ends that answer the question which runtime fits; any other is a failure of the cell."""


@dataclass(frozen=True)
class Comparison:
    """The measurements of an experiment.

    Attributes:
        measurements: One for every cell, baselines first.
        seconds: How long it took.
        reused: How many of them were in the store already.
        run: The number under which the store has this run; ``None`` where it has not.
        features: What ``wasmfit features`` has found of the runtimes, where it has been run whole.
    """

    measurements: tuple[Measurement, ...]
    seconds: float
    reused: int
    run: int | None = None
    features: tuple[RuntimeFeatures, ...] = ()

    @property
    def failed(self) -> tuple[Measurement, ...]:
        """Cells that ended in a failure."""
        return tuple(one for one in self.measurements if one.status not in ANSWERS)

    def to_dict(self) -> dict[str, Any]:
        """The contract of ``compare --format json``."""
        return {
            "schema": SCHEMA,
            "cells": [one.model_dump(mode="json") for one in self.measurements],
            **self.beside_cells(),
        }

    def beside_cells(self) -> dict[str, Any]:
        """What the contract has beside its schema and cells."""
        return {"features": [one.model_dump(mode="json") for one in self.features]}

    def to_frame(self) -> "pandas.DataFrame":
        """One row a cell, one column a measure, as in the CSV output.

        Raises:
            UsageError: pandas is not installed.
        """
        return frame([flat(one) for one in self.measurements])
