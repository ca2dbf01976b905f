"""What a module's own memory takes of the RAM: as much on every runtime, and not the runtime's."""

from collections.abc import Iterable

from wasmfit.model import Measurement

from .metric_values import ram_needed

PAGE = 65_536
"""Bytes of a page of WebAssembly, the least that most modules have."""


def module_memory(measurements: Iterable[Measurement]) -> int | None:
    """Bytes of the RAM that runtimes need that are the module's own memory; ``None`` if they differ.

    Args:
        measurements: Cells that ran. Of several modules, the one that needs most RAM is told of.
    """
    needed = {one.id: (ram, one) for one in measurements if (ram := ram_needed(one)) is not None}
    if not needed:
        return None
    _, most = max(needed.values(), key=lambda pair: pair[0])
    # A runtime may keep a few bytes next to it, and two memories while one grows.
    pages = {_pages(one) for _, one in needed.values() if one.module == most.module}
    if len(pages) != 1 or not (count := pages.pop()):
        return None
    return count * PAGE


def memory_text(size: int) -> str:
    """The module's own memory in words."""
    count = size // PAGE
    named = "one page" if count == 1 else f"{count:,} pages"
    return f"the module's own memory ({named} of WebAssembly)"


def _pages(measurement: Measurement) -> int:
    run = measurement.run
    return 0 if run is None or run.linear_memory is None else run.linear_memory // PAGE
