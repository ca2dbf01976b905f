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
    boards: dict[str, list[Measurement]] = {}
    for measurement in measurements:
        boards.setdefault(measurement.board, []).append(measurement)
    said = {board: link_known(of_board) for board, of_board in boards.items()}
    return tuple(
        f"predicted calls on {board}: the error bar includes where the linker places code ({how})"
        for board, how in said.items()
        if how
    )


def link_known(measurements: Iterable[Measurement]) -> str:
    """How it is known what error bars of warm calls have of the link; empty where none has any."""
    links = [link for measurement in measurements if (link := link_of(measurement)) is not None]
    over = sorted({link.layouts for link in links if link.layouts is not None})
    if not over:
        return "--layouts 5 measures it" if links else ""
    elsewhere = any(link.layouts is None for link in links)
    return f"measured over {' or '.join(map(str, over))} layouts{', elsewhere what is typical' * elsewhere}"
