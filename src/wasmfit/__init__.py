"""Which WebAssembly runtime fits your microcontroller? Measured, not guessed.

``wasmfit.compare()`` does what ``wasmfit compare`` does, ``wasmfit.bench()``, ``wasmfit.features()`` and
``wasmfit.size()`` likewise; they return records.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .api import bench, compare, doctor, features, priced
    from .footprint.survey import Survey
    from .results import Benchmark, Comparison, FeaturesMeasured, Priced
    from .sizing import savings, size, why

__all__ = [
    "Benchmark",
    "Comparison",
    "FeaturesMeasured",
    "Priced",
    "Survey",
    "bench",
    "compare",
    "doctor",
    "features",
    "priced",
    "savings",
    "size",
    "why",
]


def __getattr__(name: str) -> Any:
    # Lazily, since every module of the package passes here for the version.
    if name in ("bench", "compare", "doctor", "features", "priced"):
        from . import api

        return getattr(api, name)
    if name in ("Benchmark", "Comparison", "FeaturesMeasured", "Priced"):
        from . import results

        return getattr(results, name)
    if name in ("savings", "size", "why"):
        from . import sizing

        return getattr(sizing, name)
    if name == "Survey":
        from .footprint.survey import Survey

        return Survey
    raise AttributeError(f"module 'wasmfit' has no attribute {name!r}")
