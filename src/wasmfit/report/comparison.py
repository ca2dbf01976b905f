"""A comparison, and a benchmark, in each format."""

from collections.abc import Callable, Iterable

from wasmfit.analysis.benchmark import Benchmark, rows
from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.features import FeaturesMeasured
from wasmfit.analysis.toggle_costs import ToggleCosts
from wasmfit.json_text import dumped

from .benchmark_tables import benchmark_tables
from .csv import rows_to_csv, to_csv
from .feature_tables import failing_tables, feature_tables
from .format import Format
from .json import json_parts, to_json
from .markdown import tables_to_markdown, to_markdown
from .terminal import tables_to_text, to_text
from .toggle_cost_tables import toggle_cost_tables

__all__ = [
    "BENCH_FORMATS",
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


def _with_notes(text: str, benchmark: Benchmark) -> str:
    """A benchmark as text, with what its measurements rest on."""
    return "\n\n".join(filter(None, (text, "\n".join(benchmark.comparison.all_notes))))


BENCH_FORMATS: dict[Format, Callable[[Benchmark], str | Iterable[str]]] = {
    Format.TABLE: lambda benchmark: _with_notes(tables_to_text(benchmark_tables(benchmark)), benchmark),
    Format.JSON: json_parts,
    Format.CSV: lambda benchmark: rows_to_csv(rows(benchmark.measurements)),
    Format.MARKDOWN: lambda benchmark: _with_notes(
        tables_to_markdown(benchmark_tables(benchmark)), benchmark
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
