"""What was measured, here or for the set that comes with wasmfit."""

from dataclasses import dataclass
from pathlib import Path

from wasmfit.catalog import Catalog
from wasmfit.home import Home
from wasmfit.store import MeasuredSet, Store

from .set_origins import set_origins


@dataclass(frozen=True)
class MeasuredCell:
    """A cell that was measured.

    Attributes:
        cell: Its id.
        status: How it ended.
        day: The day of its newest measurement, or on which a run last showed it.
        place: Where it was measured: ``here``, or version of wasmfit and system.
        outdated: What has changed since, with commas; empty where nothing has, or it was measured here.
    """

    cell: str
    status: str
    day: str
    place: str
    outdated: str

    @property
    def row(self) -> dict[str, str]:
        """As it is listed."""
        return {
            "id": self.cell,
            "status": self.status,
            "measured": self.day,
            "place": self.place,
            "outdated": self.outdated,
        }


def measured_cells(catalog: Catalog, home: Path | None = None) -> list[MeasuredCell]:
    """Every cell that was measured, in the order of ids; measurements made here come before those of the set.

    Args:
        catalog: The catalogue, from which follows what has changed since.
        home: wasmfit's folder.

    Raises:
        UsageError: The store or the set cannot be read.
    """
    measured_set = MeasuredSet()
    with Store(Home.to_read(home).results).reading(measured_set) as reader:
        stored = reader.newest()
        points = [reader.last_point(one.cell) for one in stored]
    origins = set_origins(catalog, measured_set, [one.cell for one in stored if one.is_of_set])
    return [
        MeasuredCell(
            one.cell,
            one.status.value,
            "" if point is None else point.at[:10],
            "here" if origin is None else f"wasmfit {origin.wasmfit}, {origin.system}",
            "" if origin is None else ", ".join(origin.changed),
        )
        for one, point, origin in zip(stored, points, (origins.get(one.cell) for one in stored), strict=True)
    ]
