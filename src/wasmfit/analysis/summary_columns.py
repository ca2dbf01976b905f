"""The columns that the summary of a comparison can have: one value of each cell, to read and to sort by."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from wasmfit.errors import UsageError
from wasmfit.model import Measurement, Prediction
from wasmfit.table import CellValue, TableCell
from wasmfit.words import closest, escape_unprintable

from .amounts import AT_MOST, SCALED, Amount, amount_text, factor_text, scaled_texts
from .benchmark import BASELINE
from .comparison_metrics import (
    COMPARISON_METRICS,
    RESULT_METRICS,
    ComparisonMetric,
    instructions_of,
    predicted_call,
    predicted_start,
    prediction_of,
)
from .counted import counted_region, is_called_once
from .hardware import HARDWARE_METRICS, hardware_measurement
from .layouts import LAYOUT_METRICS, layouts_of
from .metric_values import has_ram_bound, metric_amount
from .metrics import RAM_NEEDED, Better, metric
from .module_metrics import score_amount, sent_bytes, size_note
from .stores import STORE_METRICS, stores_of, strays
from .supply import charge_of, energy_of, seconds_of

Values = Sequence[CellValue | Amount]

RAM_COLUMNS = ("least_ram", RAM_NEEDED, "run.least_ram.bytes")
"""The columns of the minimum RAM, which may be one."""


@dataclass(frozen=True)
class SummaryCells:
    """The cells that a summary is of, with what is known of them together.

    Attributes:
        measurements: The cells, one row each.
        slowdowns: Id → instructions of a warm call as a multiple of native code's.
    """

    measurements: Sequence[Measurement]
    slowdowns: Mapping[str, float | None]


def _grouped(values: Values) -> tuple[str, list[str]]:
    return "", [
        "" if value is None else f"{value:,}" if isinstance(value, int) else str(value) for value in values
    ]


@dataclass(frozen=True)
class SummaryColumn:
    """A column that a summary can have.

    Attributes:
        key: Its name on the command line and in CSV.
        heading: Its heading, line by line.
        values: Its values, of all cells of a table.
        title: The heading in words.
        unit: Of the values; a heading that ends in a comma gets it.
        better: Whether less or more of it is better: the best value is marked.
        priority: As of :class:`wasmfit.table.Column`.
        texts: The values as people read them, and the unit that they are scaled to.
        is_bound: Whether a cell's value is known to be no more than this, and not known exactly.
    """

    key: str
    heading: tuple[str, ...]
    values: Callable[[SummaryCells], Values]
    unit: str = ""
    title: str = ""
    better: Better = Better.LESS
    priority: int = 0
    texts: Callable[[Values], tuple[str, list[str]]] = field(default=_grouped)
    is_bound: Callable[[Measurement], bool] = lambda _: False

    def numbers(self, cells: SummaryCells) -> list[float | None]:
        """The values to sort by and to find the best among; what is not a number is not known."""
        return [_number(value) for value in self.values(cells)]

    def cells(self, cells: SummaryCells) -> tuple[str, tuple[TableCell, ...]]:
        """The unit that the cells are shown in, and the cells."""
        values = self.values(cells)
        scaled, texts = self.texts(values)
        plain = [value.value if isinstance(value, Amount) else value for value in values]
        bounds = [AT_MOST if self.is_bound(measurement) else "" for measurement in cells.measurements]
        return scaled or self.unit, tuple(
            TableCell(f"{bound}{text}", value)
            for bound, text, value in zip(bounds, texts, plain, strict=True)
        )


def _number(value: CellValue | Amount) -> float | None:
    if isinstance(value, Amount):
        return value.value
    return value if isinstance(value, int | float) else None


def _each(get: Callable[[Measurement], CellValue | Amount]) -> Callable[[SummaryCells], Values]:
    return lambda cells: [get(measurement) for measurement in cells.measurements]


def _start(measurement: Measurement) -> int | None:
    counts = None if measurement.run is None else measurement.run.instructions
    if counts is None or counts.load is None or counts.instantiate is None:
        return None
    return counts.load + counts.instantiate


def _minimum_ram(measurement: Measurement) -> int | None:
    minimum = None if measurement.run is None else measurement.run.least_ram
    return None if minimum is None else minimum.bytes


def _seconds(
    get: Callable[[Measurement], Prediction | None],
) -> Callable[[Measurement], Amount | None]:
    return lambda measurement: seconds_of(get(measurement))


def _spread(measurement: Measurement) -> Amount | None:
    spread = layouts_of(measurement)
    return None if spread is None else Amount(spread.median_s, spread.least_s, spread.most_s)


def _cache_share(measurement: Measurement) -> float | None:
    spread = layouts_of(measurement)
    return None if spread is None else spread.cache_share


def _parts(values: Values) -> tuple[str, list[str]]:
    return "", [f"{value:.0%}" if isinstance(value, float | int) else "" for value in values]


def _times(values: Values) -> tuple[str, list[str]]:
    return scaled_texts([value if isinstance(value, Amount) else None for value in values])


def _charges(values: Values) -> tuple[str, list[str]]:
    return scaled_texts([value if isinstance(value, Amount) else None for value in values], "C")


def _energies(values: Values) -> tuple[str, list[str]]:
    return scaled_texts([value if isinstance(value, Amount) else None for value in values], "J")


def _factors(values: Values) -> tuple[str, list[str]]:
    return "", [factor_text(value) if isinstance(value, float | int) else "" for value in values]


_NUMBERS = {metric.key: metric for metric in COMPARISON_METRICS}

_DEFAULTS = (
    SummaryColumn("flash", ("flash,",), _each(_NUMBERS["flash"].get), "B", "flash"),
    SummaryColumn(
        "flash_over_baseline",
        ("over", "baseline,"),
        _each(_NUMBERS["flash_over_baseline"].get),
        "B",
        "over baseline",
        priority=8,
    ),
    SummaryColumn(
        "least_ram",
        ("minimum", "RAM,"),
        _each(_minimum_ram),
        "B",
        "minimum RAM",
        priority=1,
        is_bound=has_ram_bound,
    ),
    SummaryColumn("stack_peak", ("stack,",), _each(_NUMBERS["stack_peak"].get), "B", "stack", priority=7),
    SummaryColumn(
        "instructions_start",
        ("load and", "instant."),
        _each(_start),
        title="load and instantiate",
        priority=6,
    ),
    SummaryColumn(
        "instructions_call",
        ("warm", "call"),
        _each(_NUMBERS["instructions_call"].get),
        title="warm call",
        priority=4,
    ),
    SummaryColumn(
        "slowdown",
        ("slow-", "down"),
        lambda cells: [cells.slowdowns.get(measurement.id) for measurement in cells.measurements],
        title="slowdown",
        priority=3,
        texts=_factors,
    ),
    SummaryColumn(
        "time_call",
        ("predicted time", "of warm call,"),
        _each(_seconds(predicted_call)),
        "s",
        "predicted time",
        priority=2,
        texts=_times,
    ),
)
_START = SummaryColumn(
    "time_start",
    ("predicted time of", "load and instant.,"),
    _each(_seconds(predicted_start)),
    "s",
    "predicted time of load and instantiate",
    texts=_times,
)
_SUPPLY = (
    SummaryColumn(
        "charge",
        ("predicted charge", "of a call,"),
        _each(charge_of),
        "C",
        "predicted charge",
        priority=2,
        texts=_charges,
    ),
    SummaryColumn(
        "energy",
        ("predicted energy", "of a call,"),
        _each(energy_of),
        "J",
        "predicted energy",
        priority=2,
        texts=_energies,
    ),
)
"""Columns of boards whose file has the supply's current, for who asks: both are time by a constant."""
_LAYOUTS = SummaryColumn(
    "time_layouts",
    ("over layouts:", "median, least, most,"),
    _each(_spread),
    "s",
    "predicted time over layouts",
    texts=_times,
)
_LAYOUT_SHARE = SummaryColumn(
    "cache_share",
    ("by the", "cache"),
    _each(_cache_share),
    title="part of the spread by the cache",
    better=Better.NEITHER,
    texts=_parts,
)
_STORES = SummaryColumn("stores", ("stores",), _each(strays), better=Better.NEITHER, priority=0)
LAYOUT_COLUMNS = (_LAYOUTS.key, _LAYOUT_SHARE.key)
"""Columns that are added where cells ran in several layouts."""

DEFAULT_COLUMNS = tuple(column.key for column in _DEFAULTS)
"""The columns of the summary that nobody has chosen any for."""


_REGION = (
    SummaryColumn(
        "instructions_region",
        ("region of", "interest"),
        _each(instructions_of("region")),
        title="region",
        priority=3,
    ),
    SummaryColumn(
        "time_region",
        ("predicted time", "of region,"),
        _each(_seconds(prediction_of("region"))),
        "s",
        "predicted time of region",
        priority=1,
        texts=_times,
    ),
)
"""Columns of modules that mark a region of interest."""

_ONLY_CALL = (
    SummaryColumn(
        "instructions_first_call",
        ("only", "call"),
        _each(instructions_of("first_call")),
        title="call",
        priority=4,
    ),
    SummaryColumn(
        "time_first_call",
        ("predicted time", "of the call,"),
        _each(_seconds(prediction_of("first_call"))),
        "s",
        "predicted time of the call",
        priority=2,
        texts=_times,
    ),
)
"""Columns of programs that are called once."""

_FIRST_CALL = (
    replace(_ONLY_CALL[0], heading=("first", "call"), title="first call"),
    replace(
        _ONLY_CALL[1], heading=("predicted time", "of 1st call,"), title="predicted time of the first call"
    ),
)
"""The same of any module, whose first call need not be the only one: for who asks."""

ON_BOARD_COLUMNS = ("measured_call",)
"""Columns that are added where cells ran on a board."""

ALIASES = {
    "minimum_ram": "least_ram",
    "ram": "least_ram",
    "time": "time_call",
    "start": "time_start",
    "stack": "stack_peak",
}
"""Other names of columns."""

_MORE_IS_BETTER = frozenset({"rate_call", "largest_free"})
_NEITHER = frozenset({"linear_memory", "stack_reserved", "right_calls", "requests"})


def _score_texts(values: Values) -> tuple[str, list[str]]:
    return "", [amount_text(value, "") if isinstance(value, Amount) else "" for value in values]


_SCORE = SummaryColumn(
    "score", ("score", "a second"), _each(score_amount), "1/s", "score", Better.MORE, 1, _score_texts
)
"""The column of benchmarks that have one."""

_SENT = (
    SummaryColumn(
        "module_sent", ("module", "as sent,"), _each(sent_bytes), "B", "module as sent", priority=6
    ),
    SummaryColumn(
        "module_zlib",
        ("with", "zlib,"),
        _each(lambda measurement: measurement.provenance.sent_zlib_bytes),
        "B",
        "compressed",
        priority=7,
    ),
    SummaryColumn(
        "module_update",
        ("as an", "update,"),
        _each(lambda measurement: measurement.provenance.update_bytes),
        "B",
        "as an update",
        priority=6,
    ),
)
"""Columns of modules that are sent in several forms; a note has what is the same for all."""


def _of_metric(known: ComparisonMetric) -> SummaryColumn:
    better = Better.LESS
    if known.key in _MORE_IS_BETTER:
        better = Better.MORE
    elif known.key in _NEITHER or known in RESULT_METRICS:
        better = Better.NEITHER
    heading = _lines(f"{known.label}," if known.unit else known.label)
    return SummaryColumn(known.key, heading, _each(known.get), known.unit, known.label, better)


def _lines(label: str) -> tuple[str, ...]:
    """A heading in two lines of about the same length."""
    words = label.replace(": ", " ").split()
    at = min(range(1, len(words) + 1), key=lambda at: max(map(len, _split(words, at))))
    return tuple(filter(None, _split(words, at)))


def _split(words: Sequence[str], at: int) -> tuple[str, str]:
    return " ".join(words[:at]), " ".join(words[at:])


_OF_MODULES = (*_FIRST_CALL, *_REGION, _SCORE, *_SENT)
_STATUS = SummaryColumn(
    "status", ("status",), _each(lambda measurement: measurement.status.value), better=Better.NEITHER
)
_OWN = (*_DEFAULTS, _START, *_SUPPLY, _LAYOUTS, _LAYOUT_SHARE, _STORES, *_OF_MODULES)
COLUMNS: Mapping[str, SummaryColumn] = {
    "status": _STATUS,
    **{column.key: column for column in _OWN},
    **{
        known.key: _of_metric(known)
        for known in (
            *COMPARISON_METRICS,
            *HARDWARE_METRICS,
            *LAYOUT_METRICS,
            *STORE_METRICS,
            *RESULT_METRICS,
        )
        if known.key not in {column.key for column in _OWN}
    },
}
"""Every column by its key, those that are shown by default first."""


def summary_column(name: str) -> SummaryColumn:
    """The column of a key, or of a metric's name such as ``size.owners/.text/wasmi``.

    Raises:
        UsageError: There is neither.
    """
    key = ALIASES.get(name, name)
    if key in COLUMNS:
        return COLUMNS[key]
    try:
        known = metric(name)
    except UsageError:
        close = closest(name, [*COLUMNS, *ALIASES])
        hint = f"Did you mean {close}? " if close else ""
        raise UsageError(
            f"There is no metric named {escape_unprintable(name)!r}.",
            f"{hint}Columns are {', '.join(COLUMNS)}; `wasmfit history --metrics` lists other metrics.",
        ) from None

    def texts(values: Values) -> tuple[str, list[str]]:
        amounts = [value if isinstance(value, Amount) else None for value in values]
        if known.unit in SCALED:
            return scaled_texts(amounts, known.unit)
        return "", ["" if amount is None else amount_text(amount, "") for amount in amounts]

    return SummaryColumn(
        name,
        tuple(f"{name}{',' if known.unit else ''}".replace("/", "/ ").split()),
        _each(lambda measurement: metric_amount(measurement, name)),
        known.unit,
        name,
        known.better,
        texts=texts,
        is_bound=has_ram_bound if name in RAM_COLUMNS else lambda _: False,
    )


def summary_columns(names: Sequence[str], measurements: Iterable[Measurement]) -> list[SummaryColumn]:
    """The columns that names stand for; of none, the default ones; ``all`` is every one.

    Raises:
        UsageError: A name is unknown.
    """
    if not names:
        chosen, shown = list(_DEFAULTS), tuple(measurements)
        if any(map(is_called_once, shown)):
            chosen += _ONLY_CALL
        if any(map(counted_region, shown)):
            chosen += _REGION
        if any(score_amount(one) is not None for one in shown):
            chosen.append(_SCORE)
        runtimes = [one for one in shown if sent_bytes(one) is not None and one.runtime != BASELINE]
        if runtimes and size_note(runtimes) is None:
            chosen += _SENT
        if any(hardware_measurement(measurement) is not None for measurement in shown):
            chosen += [COLUMNS[key] for key in ON_BOARD_COLUMNS]
        if any(layouts_of(measurement) is not None for measurement in shown):
            chosen += [COLUMNS[key] for key in LAYOUT_COLUMNS]
        if any(stores_of(measurement) is not None for measurement in shown):
            chosen.append(_STORES)
        return chosen
    keys: dict[str, SummaryColumn] = {}
    for name in names:
        for column in COLUMNS.values() if name == "all" else [summary_column(name)]:
            # What somebody has asked for is not dropped.
            keys.setdefault(column.key, replace(column, priority=0))
    return list(keys.values())
