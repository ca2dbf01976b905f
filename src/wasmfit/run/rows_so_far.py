"""The rows of a comparison that is still being made, for who looks on."""

from dataclasses import dataclass, field, replace

from wasmfit.catalog import Catalog
from wasmfit.events import CellEnded, Event, EventHandler, RowsSoFar
from wasmfit.model import Measurement
from wasmfit.plan import Plan

from .completion import completed

_MOST = 60
"""Cells of an experiment whose rows are worth showing as they come."""


@dataclass
class WithRows:
    """An event handler that adds, to each cell that ends, the rows so far.

    Attributes:
        handler: Told everything.
        catalog: The catalogue.
        plan: The experiment's.
    """

    handler: EventHandler
    catalog: Catalog
    plan: Plan
    _ended: dict[str, Measurement] = field(default_factory=dict)
    _rows: dict[str, Measurement] = field(default_factory=dict)

    def __call__(self, event: Event) -> None:
        self.handler(event)
        if not isinstance(event, CellEnded) or len(self.plan.all_cells) > _MOST:
            return
        self._ended[event.measurement.id] = event.measurement
        chosen = replace(
            self.plan,
            cells=tuple(cell for cell in self.plan.cells if cell.id == event.measurement.id),
            baselines=tuple(cell for cell in self.plan.baselines if cell.id in self._ended),
            skipped=tuple(one for one in self.plan.skipped if one.cell.id == event.measurement.id),
        )
        self._rows |= {one.id: one for one in completed(self.catalog, chosen, self._ended)}
        boards = {cell.board.name: cell.board for cell in self.plan.all_cells}
        self.handler(RowsSoFar(tuple(self._rows.values()), tuple(boards.values()), self.catalog.bounds))
