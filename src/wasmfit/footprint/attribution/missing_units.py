"""What of a file's debug information is in other files that are not there."""

from collections.abc import Sequence
from typing import NamedTuple

from wasmfit.words import counted, escape_unprintable


class MissingUnits(NamedTuple):
    """Compile units whose debug information is in files that are missing.

    Attributes:
        units: How many.
        example: The file of the first of them, as the compiler recorded it.
    """

    units: int
    example: str

    def sentence(self, consequence: str) -> str:
        """What is missing, and what follows from it."""
        return (
            f"The debug information of {counted(self.units, 'unit')} is in other files (such as "
            f"{escape_unprintable(self.example)}), which are missing; {consequence}."
        )


def missing_units(files: Sequence[str]) -> MissingUnits | None:
    """Of the names of missing files, one for each unit; None without any."""
    return MissingUnits(len(files), files[0]) if files else None
