"""A comparison, and a benchmark, in each format."""

from collections.abc import Callable, Iterable

from wasmfit.analysis.benchmark import Benchmark, rows
from wasmfit.analysis.comparison import Comparison
from wasmfit.analysis.features import FeaturesMeasured
from wasmfit.analysis.toggle_costs import Priced
from wasmfit.json_text import dumped

from .benchmark_tables import bench_tables
from .csv import rows_to_csv, to_csv
from .feature_tables import failing_tables, feature_tables
from .format import Format
from .json import json_parts, to_json
from .markdown import tables_to_markdown, to_markdown
from .terminal import tables_to_text, to_text
from .toggle_cost_tables import price_tables

__all__ = [
    "BENCH_FORMATS",
    "FAILING_FORMATS",
    "FEATURE_FORMATS",
    "FORMATS",
    "PRICE_FORMATS",
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
"""Format → what makes its text, or the parts of one that may be long."""

BENCH_FORMATS: dict[Format, Callable[[Benchmark], str | Iterable[str]]] = {
    Format.TABLE: lambda benchmark: tables_to_text(bench_tables(benchmark)),
    Format.JSON: json_parts,
    Format.CSV: lambda benchmark: rows_to_csv(rows(benchmark.measurements)),
    Format.MARKDOWN: lambda benchmark: tables_to_markdown(bench_tables(benchmark)),
}
"""The same for benchmarks; CSV has one line a cell, and no summary."""

FEATURE_FORMATS: dict[Format, Callable[[FeaturesMeasured], str]] = {
    Format.TABLE: lambda measured: tables_to_text(feature_tables(measured)),
    Format.JSON: lambda measured: dumped(measured.to_dict()),
    Format.CSV: lambda measured: rows_to_csv(measured.rows()),
    Format.MARKDOWN: lambda measured: tables_to_markdown(feature_tables(measured)),
}
"""The same for features."""

FAILING_FORMATS: dict[Format, Callable[[FeaturesMeasured], str]] = {
    Format.TABLE: lambda measured: tables_to_text(failing_tables(measured)),
    Format.JSON: lambda measured: dumped(measured.failing_to_dict()),
    Format.CSV: lambda measured: rows_to_csv(measured.failing_rows()),
    Format.MARKDOWN: lambda measured: tables_to_markdown(failing_tables(measured)),
}
"""The same for the assertions that do not hold."""

PRICE_FORMATS: dict[Format, Callable[[Priced], str]] = {
    Format.TABLE: lambda priced: tables_to_text(price_tables(priced)),
    Format.JSON: lambda priced: dumped(priced.to_dict()),
    Format.CSV: lambda priced: rows_to_csv(priced.flat_rows()),
    Format.MARKDOWN: lambda priced: tables_to_markdown(price_tables(priced)),
}
"""The same for what switches cost."""
