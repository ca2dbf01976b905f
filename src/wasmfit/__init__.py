"""Which WebAssembly runtime fits your microcontroller? Measured, not guessed.

``wasmfit.compare()`` does what ``wasmfit compare`` does, ``wasmfit.size()`` what ``wasmfit size`` does, and
they return records.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .api import compare, doctor
    from .footprint.survey import Survey
    from .results import Comparison
    from .sizing import savings, size, why

__all__ = ["Comparison", "Survey", "compare", "doctor", "savings", "size", "why"]


def __getattr__(name: str) -> Any:
    # Lazily, since every module of the package passes here for the version.
    if name in ("compare", "doctor"):
        from . import api

        return getattr(api, name)
    if name == "Comparison":
        from .results import Comparison

        return Comparison
    if name in ("savings", "size", "why"):
        from . import sizing

        return getattr(sizing, name)
    if name == "Survey":
        from .footprint.survey import Survey

        return Survey
    raise AttributeError(f"module 'wasmfit' has no attribute {name!r}")
