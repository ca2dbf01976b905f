"""The tools that the cells of a plan need."""

from collections.abc import Sequence

from wasmfit.catalog import Catalog
from wasmfit.model import Cell, CTarget


def _is_linked_by_gcc(cell: Cell) -> bool:
    """Whether an operating system's build in C links what is made of the cell."""
    return cell.base.system is not None and cell.base.system.takes_library


def c_targets(catalog: Catalog, cells: Sequence[Cell]) -> dict[str, CTarget]:
    """The C targets that cells need a compiler for."""
    return {
        cell.board.target: catalog.target(cell.board).c
        for cell in cells
        if cell.build.runtime.language == "c" or _is_linked_by_gcc(cell)
    }
