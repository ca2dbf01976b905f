"""The result of ``wasmfit size`` as text."""

from collections.abc import Callable
from enum import StrEnum

from wasmfit.errors import UsageError
from wasmfit.footprint.analysis import SizeAnalysis


class SizeFormat(StrEnum):
    """What ``wasmfit size --format`` takes."""

    TABLE = "table"
    TREE = "tree"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"
    SARIF = "sarif"
    GITHUB = "github"


def formatter(chosen: SizeFormat) -> Callable[[SizeAnalysis], str]:
    """What makes the text of a format; only its module is loaded."""
    match chosen:
        case SizeFormat.TABLE:
            from .text import to_table

            return to_table
        case SizeFormat.TREE:
            from .text import to_tree

            return to_tree
        case SizeFormat.JSON:
            from .json import to_json

            return to_json
        case SizeFormat.CSV:
            from .csv import to_csv

            return to_csv
        case SizeFormat.MARKDOWN:
            from .markdown import to_markdown

            return to_markdown
        case SizeFormat.SARIF | SizeFormat.GITHUB:
            raise UsageError(f"{chosen.value} is a format of --savings.", "Say --savings as well.")
