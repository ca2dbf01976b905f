"""Comparisons and benchmarks as text: thin formatters over :mod:`wasmfit.results`."""

from collections.abc import Callable
from enum import StrEnum

from wasmfit.results import Benchmark, Comparison, bench_tables
from wasmfit.results.benchmark import rows

from .csv import rows_to_csv, to_csv
from .json import to_json
from .markdown import tables_to_markdown, to_markdown
from .terminal import tables_to_text, to_text


class Format(StrEnum):
    """What ``--format`` takes."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


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

__all__ = ["BENCH_FORMATS", "FORMATS", "Format", "to_csv", "to_json", "to_markdown", "to_text"]
