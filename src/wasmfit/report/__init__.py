"""Comparisons as text: thin formatters over :mod:`wasmfit.results`."""

from collections.abc import Callable
from enum import StrEnum

from wasmfit.results import Comparison

from .csv import to_csv
from .json import to_json
from .markdown import to_markdown
from .terminal import to_text


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

__all__ = ["FORMATS", "Format", "to_csv", "to_json", "to_markdown", "to_text"]
