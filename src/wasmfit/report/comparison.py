"""A comparison, and a benchmark, in each format."""

from collections.abc import Callable

from wasmfit.results import Benchmark, Comparison, bench_tables
from wasmfit.results.benchmark import rows

from .csv import rows_to_csv, to_csv
from .format import Format
from .json import to_json
from .markdown import tables_to_markdown, to_markdown
from .terminal import tables_to_text, to_text

FORMATS: dict[Format, Callable[[Comparison], str]] = {
    Format.TABLE: to_text,
    Format.JSON: to_json,
    Format.CSV: to_csv,
    Format.MARKDOWN: to_markdown,
}
"""Format → what makes its text."""

BENCH_FORMATS: dict[Format, Callable[[Benchmark], str]] = {
    Format.TABLE: lambda benchmark: tables_to_text(bench_tables(benchmark)),
    Format.JSON: to_json,
    Format.CSV: lambda benchmark: rows_to_csv(rows(benchmark.measurements)),
    Format.MARKDOWN: lambda benchmark: tables_to_markdown(bench_tables(benchmark)),
}
"""The same for benchmarks; CSV has one line a cell, and no summary."""
