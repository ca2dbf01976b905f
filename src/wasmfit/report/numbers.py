"""Numbers as a reader wants them."""

from wasmfit.analysis.comparison_metrics import Value


def grouped(value: Value) -> str:
    """A value as a reader wants it; nothing for one that is not known."""
    if value is None:
        return ""
    return f"{value:,}" if isinstance(value, int) else str(value)


def change(before: Value, after: Value) -> str:
    """What has become of a figure: the difference, and its part of what there was."""
    if not isinstance(before, int) or not isinstance(after, int):
        return ""
    part = f" ({(after - before) / before:+.1%})" if before and after != before else ""
    return f"{after - before:+,}{part}" if after != before else "0"
