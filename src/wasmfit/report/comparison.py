"""A comparison in each format."""

from collections.abc import Callable

from wasmfit.results import Comparison

from .csv import to_csv
from .format import Format
from .json import to_json
from .markdown import to_markdown
from .terminal import to_text

FORMATS: dict[Format, Callable[[Comparison], str]] = {
    Format.TABLE: to_text,
    Format.JSON: to_json,
    Format.CSV: to_csv,
    Format.MARKDOWN: to_markdown,
}
"""Format → what makes its text."""
