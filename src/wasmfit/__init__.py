"""Which WebAssembly runtime fits your microcontroller? Measured, not guessed.

``wasmfit.compare()`` does what ``wasmfit compare`` does, ``wasmfit.bench()`` what ``wasmfit bench`` does;
they return records.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .api import bench, compare, doctor
    from .results import Benchmark, Comparison

__all__ = ["Benchmark", "Comparison", "bench", "compare", "doctor"]


def __getattr__(name: str) -> Any:
    # Lazily, since every module of the package passes here for the version.
    if name in ("bench", "compare", "doctor"):
        from . import api

        return getattr(api, name)
    if name in ("Benchmark", "Comparison"):
        from . import results

        return getattr(results, name)
    raise AttributeError(f"module 'wasmfit' has no attribute {name!r}")
