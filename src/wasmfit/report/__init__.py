"""Presentation: results in every format. Formatters of comparisons are loaded when they are used, since that
takes longer than the whole of ``wasmfit size``.
"""

from typing import TYPE_CHECKING, Any

from .format import Format

if TYPE_CHECKING:
    from .comparison import (
        BENCH_FORMATS,
        ECONOMY_FORMATS,
        FAILING_FORMATS,
        FEATURE_FORMATS,
        FORMATS,
        TOGGLE_COST_FORMATS,
    )
    from .csv import to_csv
    from .json import to_json
    from .markdown import to_markdown
    from .terminal import to_text

__all__ = [
    "BENCH_FORMATS",
    "ECONOMY_FORMATS",
    "FAILING_FORMATS",
    "FEATURE_FORMATS",
    "FORMATS",
    "TOGGLE_COST_FORMATS",
    "Format",
    "to_csv",
    "to_json",
    "to_markdown",
    "to_text",
]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from . import comparison

        return getattr(comparison, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
