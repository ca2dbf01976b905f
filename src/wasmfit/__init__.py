"""Which WebAssembly runtime fits your microcontroller? Measured, not guessed.

``wasmfit.compare()`` does what ``wasmfit compare`` does, and returns records.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .api import compare, doctor
    from .results import Comparison

__all__ = ["Comparison", "compare", "doctor"]


def __getattr__(name: str) -> Any:
    # Lazily, since every module of the package passes here for the version.
    if name in ("compare", "doctor"):
        from . import api

        return getattr(api, name)
    if name == "Comparison":
        from .results import Comparison

        return Comparison
    raise AttributeError(f"module 'wasmfit' has no attribute {name!r}")
