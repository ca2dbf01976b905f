"""What of a file is shown, and how its bytes are attributed."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from wasmfit.footprint.views.memories import DeviceMemory
from wasmfit.footprint.views.tree import NO_FILTER, GroupBy, SortOrder, ViewFilter

if TYPE_CHECKING:
    from wasmfit.footprint.graph.budget import ReferenceBudget
    from wasmfit.footprint.views.board_target import BoardTarget

DEFAULT_BY = (GroupBy.SECTION, GroupBy.CRATE, GroupBy.SYMBOL)
"""The groupings of a view for which none are given."""
LIBRARY_BY = (GroupBy.OBJECT, GroupBy.SYMBOL)
"""The same of a static library."""
IMAGE_BY = (GroupBy.REGION, GroupBy.SECTION)
"""The same of an image that has bytes and addresses alone."""


@dataclass(frozen=True, slots=True)
class SizeOptions:
    """What to show.

    Attributes:
        by: The groupings, the outermost first.
        only: What to show of the file.
        top: Most rows of each level, from the outermost on; the last number holds for all further levels, and
            None is not a limit.
        sort: Order of the rows.
        memories: The device's memories; without any they are guessed.
        target: What the board runs whose memories they are.
        link_map: The linker's map of the same link.
        references: Whether constants that nothing names belong to the code that refers to them. All code is
            decoded.
        inlined: Whether code belongs to the crate that it was inlined from, by debug information.
        limit: What a search for references may take.
    """

    by: tuple[GroupBy, ...] = DEFAULT_BY
    only: ViewFilter = NO_FILTER
    top: tuple[int | None, ...] = (None,)
    sort: SortOrder = SortOrder.SIZE
    memories: tuple[DeviceMemory, ...] = ()
    target: "BoardTarget | None" = None
    link_map: Path | None = None
    references: bool = False
    inlined: bool = False
    limit: "ReferenceBudget | None" = None

    @property
    def bounds(self) -> tuple[int, ...]:
        """Where memories begin and end."""
        return tuple(address for memory in self.memories for address in (memory.origin, memory.end))


DEFAULT_OPTIONS = SizeOptions()
"""Everything, by section, crate and symbol."""
