"""The spread over layouts, as a row and a column of a comparison, and in words."""

from collections.abc import Iterable

from wasmfit.model import LayoutSpread, LinkInBar, Measurement
from wasmfit.table import CellValue

from .comparison_metrics import ComparisonMetric, time_text


def layouts_of(measurement: Measurement) -> LayoutSpread | None:
    """The spread of a cell's warm call over layouts."""
    return None if measurement.run is None else measurement.run.layouts


def link_of(measurement: Measurement) -> LinkInBar | None:
    """What the error bar of a cell's warm call has of the link."""
    run = measurement.run
    return None if run is None or run.predicted is None else run.predicted.link


def _time(measurement: Measurement) -> CellValue:
    spread = layouts_of(measurement)
    if spread is None:
        return None
    share = "" if spread.cache_share is None else f", {spread.cache_share:.0%} of it by the cache"
    time = time_text(spread.median_s, spread.least_s, spread.most_s)
    fewer = "" if spread.reason is None else f": {spread.reason}"
    return f"\u2248{time} over {spread.number}{share}{fewer}"


LAYOUT_METRICS = (ComparisonMetric("time_layouts", "predicted time: over layouts", "", _time),)
"""Rows that only cells have that ran in several layouts."""


def link_text(link: LinkInBar) -> str:
    """What another link may change, as parts of the time: ``−3% to +19%``."""
    return f"\u2212{link.less:.0%} to +{link.more:.0%}"


def link_sentence(link: LinkInBar) -> str:
    """What the error bar of a warm call has of the link, in words."""
    if link.layouts is None:
        known = (
            f"{link_text(link)}, by what misses of the cache take here, and by what is typical of the board"
        )
    else:
        known = f"{link_text(link)}, measured over {link.layouts} layouts"
    return f"the error bar includes where the linker places hot code: {known}"


def link_notes(measurements: Iterable[Measurement]) -> tuple[str, ...]:
    """What the error bars of warm calls have of the link, a sentence for each board where they have any."""
    layouts: dict[str, set[int | None]] = {}
    for measurement in measurements:
        link = link_of(measurement)
        if link is not None:
            layouts.setdefault(measurement.board, set()).add(link.layouts)
    notes = []
    for board, known in layouts.items():
        how = "--layouts measures it"
        if over := sorted(number for number in known if number is not None):
            numbers = " or ".join(map(str, over))
            how = f"measured over {numbers} layouts{', elsewhere what is typical' * (None in known)}"
        notes.append(f"predicted calls on {board}: the error bar includes the luck of the link ({how})")
    return tuple(notes)
