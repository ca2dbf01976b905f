"""Numbers as text."""

from wasmfit.table import CellValue


def grouped(value: CellValue) -> str:
    """A value with separated thousands; empty if it is not known."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else str(value)


def change(before: CellValue, after: CellValue) -> str:
    """The difference of two values, and its percentage of the first."""
    if not isinstance(before, int) or not isinstance(after, int):
        return ""
    percent = f" ({(after - before) / before:+.1%})" if before and after != before else ""
    return f"{after - before:+,}{percent}" if after != before else "0"
