"""Who builds and measures the cells of a pipeline, where that is not this process."""

from collections.abc import Callable, Sequence
from typing import Protocol

from wasmfit.builder import Context
from wasmfit.events import Listener
from wasmfit.model import Cell, Measurement

Keep = Callable[[Cell, Measurement, str | None], None]
"""Stores how a cell has ended; the last argument is the key of its image, if that was built."""


class Crew(Protocol):
    """Others that do the work; storing what they measure is left to the pipeline."""

    def work(self, context: Context, cells: Sequence[Cell], tell: Listener, keep: Keep) -> None:
        """Measures every cell, and hands each to ``keep`` once, in the calling thread, as soon as it ends.

        Args:
            context: What the cells were planned with.
            cells: What to measure; there is at least one.
            tell: Told what happens, as with the pipeline's own work.
            keep: Takes the measurements, whose paths are of this machine.

        Raises:
            KeyboardInterrupt: The user's; whoever works has been told to stop.
            WasmfitError: The work cannot go on.
        """
