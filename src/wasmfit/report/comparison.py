"""A comparison, and a benchmark, in each format."""

from collections.abc import Callable, Iterable

from wasmfit.analysis.benchmark import Benchmark, rows
from wasmfit.analysis.benchmark_tables import benchmark_tables
from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.economy import Economy
from wasmfit.analysis.feature_tables import failing_tables, feature_tables
from wasmfit.analysis.features import FeaturesMeasured
from wasmfit.analysis.toggle_costs import ToggleCosts
from wasmfit.json_text import dumped

from .csv import rows_to_csv, to_csv
from .economy_tables import economy_tables
from .format import Format
from .json import json_parts, to_json
from .markdown import tables_to_markdown, to_markdown, with_notes
from .rows import rows_to_text, wrapped
from .terminal import tables_to_text, terminal_width, to_text
from .toggle_cost_tables import toggle_cost_tables

__all__ = [
    "BENCH_FORMATS",
    "ECONOMY_FORMATS",
    "FAILING_FORMATS",
    "FEATURE_FORMATS",
    "FORMATS",
    "TOGGLE_COST_FORMATS",
    "to_csv",
    "to_json",
    "to_markdown",
    "to_text",
]

FORMATS: dict[Format, Callable[[Comparison], str | Iterable[str]]] = {
    Format.TABLE: to_text,
    Format.JSON: json_parts,
    Format.CSV: to_csv,
    Format.MARKDOWN: to_markdown,
}
"""Format → its formatter, which returns the text, or parts of one that may be long."""


def _benchmark_to_text(benchmark: Benchmark) -> str:
    """A benchmark for a terminal, with what its measurements rest on."""
    width = terminal_width()
    notes = (line for note in benchmark.comparison.all_notes for line in wrapped(note, width))
    tables = benchmark_tables(benchmark)
    if len(benchmark.workloads) == 1:
        shown = "\n\n".join(rows_to_text(table, width) for table in tables)
    else:
        shown = tables_to_text(tables, width)
    return "\n\n".join(filter(None, (shown, "\n".join(notes))))


BENCH_FORMATS: dict[Format, Callable[[Benchmark], str | Iterable[str]]] = {
    Format.TABLE: _benchmark_to_text,
    Format.JSON: json_parts,
    Format.CSV: lambda benchmark: rows_to_csv(rows(benchmark.measurements)),
    Format.MARKDOWN: lambda benchmark: with_notes(
        tables_to_markdown(benchmark_tables(benchmark)), benchmark.comparison.all_notes
    ),
}
"""The same for benchmarks; CSV has one line per cell, and no summary."""

FEATURE_FORMATS: dict[Format, Callable[[FeaturesMeasured], str]] = {
    Format.TABLE: lambda measured: tables_to_text(feature_tables(measured)),
    Format.JSON: lambda measured: dumped(measured.document),
    Format.CSV: lambda measured: rows_to_csv(measured.rows()),
    Format.MARKDOWN: lambda measured: tables_to_markdown(feature_tables(measured)),
}
"""The same for features."""

FAILING_FORMATS: dict[Format, Callable[[FeaturesMeasured], str]] = {
    Format.TABLE: lambda measured: tables_to_text(failing_tables(measured)),
    Format.JSON: lambda measured: dumped(measured.failing_document),
    Format.CSV: lambda measured: rows_to_csv(measured.failing_rows()),
    Format.MARKDOWN: lambda measured: tables_to_markdown(failing_tables(measured)),
}
"""The same for the assertions that do not hold."""

TOGGLE_COST_FORMATS: dict[Format, Callable[[ToggleCosts], str]] = {
    Format.TABLE: lambda costs: tables_to_text(toggle_cost_tables(costs)),
    Format.JSON: lambda costs: dumped(costs.document),
    Format.CSV: lambda costs: rows_to_csv(costs.flat_rows()),
    Format.MARKDOWN: lambda costs: tables_to_markdown(toggle_cost_tables(costs)),
}
"""The same for what feature toggles cost."""

ECONOMY_FORMATS: dict[Format, Callable[[Economy], str]] = {
    Format.TABLE: lambda economy: tables_to_text(economy_tables(economy)),
    Format.JSON: lambda economy: dumped(economy.document),
    Format.CSV: lambda economy: rows_to_csv(economy.flat_rows()),
    Format.MARKDOWN: lambda economy: tables_to_markdown(economy_tables(economy)),
}
"""The same for what forms of a module cost in RAM."""
