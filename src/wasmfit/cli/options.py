"""Options that are of the command line alone: where results go, and as what."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from wasmfit.analysis.summary import RowGroup, SummaryChoice
from wasmfit.model import Record
from wasmfit.report import Format
from wasmfit.requests import fields
from wasmfit.requests.option import Option

FORMAT = "Format of the result."
"""What ``--format`` is, in every command."""

File = Annotated[Path | None, Option(("-o", "--output"), "FILE", "Default: stdout.")]
Quiet = Annotated[bool, Option(("--quiet", "-q"), None, "Show the result and errors, and no progress.")]
Verbose = Annotated[bool, Option(("--verbose", "-v"), None, "Show every command that is run.")]


class TextFormat(StrEnum):
    """What ``--format`` of commands takes whose result is not a table of metrics."""

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
        quiet: Whether nothing but the result and errors is shown.
    """

    verbose: Verbose = False
    quiet: Quiet = False


class SummaryOptions(Record):
    """What the first screen of a comparison shows.

    Attributes:
        columns: Names of columns or metrics, or ``all``.
        sort: Name of the column or metric that rows are sorted by.
        group_by: What the rows of one table have in common.
        details: Whether every metric is shown, with runtimes as columns.
    """

    columns: Annotated[
        fields.TextsWithCommas,
        Option(("--columns",), "A,B", "Columns to show, by metric, or all. Default: eight that answer most."),
    ] = ()
    sort: Annotated[str, Option(("--sort",), "METRIC", "What rows are sorted by, the best first.")] = "flash"
    group_by: Annotated[
        RowGroup, Option(("--group-by",), None, "What the rows of one table have in common.")
    ] = RowGroup.SETTING
    details: Annotated[
        bool, Option(("--details",), None, "Every metric, with runtimes as columns, and their facts.")
    ] = False

    @property
    def choice(self) -> SummaryChoice:
        """The same for the library."""
        return SummaryChoice(self.columns, self.sort, self.group_by)


class SetupOptions(Record):
    """The board as its firmware sets it up, for predicted time.

    Attributes:
        clock: Clock of the core.
        assume: What else is set up otherwise.
    """

    clock: fields.Clock = None
    assume: fields.Assume = ()


class CatalogOptions(Record):
    """Catalogues of the user's own.

    Attributes:
        catalogs: Their folders.
    """

    catalogs: fields.Catalogs = ()
