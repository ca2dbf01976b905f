"""A comparison: the measurements of one experiment, in the order in which they are shown."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wasmfit.frames import frame
from wasmfit.model import Measurement, RuntimeFeatures, Status

from .flat_rows import flat_row

if TYPE_CHECKING:
    import pandas

SCHEMA = 1

CONCLUSIVE = frozenset({Status.OK, Status.UNAVAILABLE, Status.UNSUPPORTED, Status.DOES_NOT_FIT})
"""Statuses that say whether a runtime fits; any other is a failure of the cell."""


@dataclass(frozen=True)
class Comparison:
    """The measurements of an experiment.

    Attributes:
        measurements: One for every cell, baselines first.
        seconds: How long it took.
        reused: How many of them were in the store already.
        run: The number of this run in the store; ``None`` if it was not recorded.
        features: What ``wasmfit features`` has found of the runtimes, if it has measured all features.
        notes: What the measurements rest on, where they were found and not made.
    """

    measurements: tuple[Measurement, ...]
    seconds: float
    reused: int
    run: int | None = None
    features: tuple[RuntimeFeatures, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[Measurement, ...]:
        """Cells that ended in a failure."""
        return tuple(measurement for measurement in self.measurements if measurement.status not in CONCLUSIVE)

    def to_dict(self) -> dict[str, Any]:
        """The contract of ``compare --format json``."""
        return {
            "schema": SCHEMA,
            "cells": [measurement.model_dump(mode="json") for measurement in self.measurements],
            **self.other_fields(),
        }

    def other_fields(self) -> dict[str, Any]:
        """The fields of the contract other than its schema and cells."""
        return {
            "features": [features.model_dump(mode="json") for features in self.features],
            "notes": list(self.notes),
        }

    def to_frame(self) -> "pandas.DataFrame":
        """One row per cell, one column per metric, as in the CSV output.

        Raises:
            UsageError: pandas is not installed.
        """
        return frame([flat_row(measurement) for measurement in self.measurements])
