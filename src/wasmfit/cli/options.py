"""Options that are of the command line alone: where results go, and as what."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from wasmfit.model import Record
from wasmfit.report import Format
from wasmfit.requests import fields
from wasmfit.requests.option import Option

FORMAT = "Format of the result."
"""What ``--format`` is, in every command."""

File = Annotated[Path | None, Option(("-o", "--output"), "FILE", "Default: stdout.")]
Verbose = Annotated[bool, Option(("--verbose", "-v"), None, "Show every command that is run.")]


class TextFormat(StrEnum):
    """What ``--format`` of commands takes whose result is no table of metrics."""

    TABLE = "table"
    JSON = "json"


class TextOptions(Record):
    """As :class:`ResultOptions`, of text or JSON."""

    format: Annotated[TextFormat, Option(("--format", "-f"), None, FORMAT)] = TextFormat.TABLE
    file: File = None


class ResultOptions(Record):
    """Where a result goes, and as what.

    Attributes:
        format: Of the result.
        file: Where the result goes; stdout, if not given.
    """

    format: Annotated[Format, Option(("--format", "-f"), None, FORMAT)] = Format.TABLE
    file: File = None


class OutputOptions(ResultOptions):
    """What a command that measures prints.

    Attributes:
        verbose: Whether every command that is run is shown.
    """

    verbose: Verbose = False


class CatalogOptions(Record):
    """Catalogues of the user's own.

    Attributes:
        catalogs: Their folders.
    """

    catalogs: fields.Catalogs = ()
