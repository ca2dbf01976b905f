"""Rows as pandas has them, for notebooks; pandas is loaded when it is asked for, and need not be there."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .errors import UsageError

if TYPE_CHECKING:
    import pandas


def frame(rows: Sequence[Mapping[str, object]], columns: list[str] | None = None) -> "pandas.DataFrame":
    """A frame of the rows.

    Raises:
        UsageError: pandas is not installed.
    """
    try:
        import pandas
    except ImportError as error:
        raise UsageError("to_frame() needs pandas.", "pip install 'wasmfit[frames]'") from error
    return pandas.DataFrame(rows, columns=columns)
