"""Which WebAssembly runtime fits your microcontroller? Measured, not guessed.

``wasmfit.compare()`` does what ``wasmfit compare`` does; ``bench()``, ``features()``, ``size()``, ``fit()``,
``diff()``, ``check()`` and ``history()`` likewise. They return records.
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .api import bench, compare, doctor, features, make_report, priced, probes
    from .footprint.analysis import SizeAnalysis
    from .results import Benchmark, Comparison, FeaturesMeasured, Priced, ReportDocument
    from .sizing import savings, size, why
    from .tuning import tune
    from .verdicts import check, diff, fit, history

__all__ = [
    "Benchmark",
    "Comparison",
    "FeaturesMeasured",
    "Priced",
    "ReportDocument",
    "SizeAnalysis",
    "bench",
    "check",
    "compare",
    "diff",
    "doctor",
    "features",
    "fit",
    "history",
    "make_report",
    "priced",
    "probes",
    "savings",
    "size",
    "tune",
    "why",
]


def __getattr__(name: str) -> Any:
    # Lazily, since every module of the package passes here for the version.
    if name in ("bench", "compare", "doctor", "features", "make_report", "priced", "probes"):
        from . import api

        return getattr(api, name)
    if name in ("Benchmark", "Comparison", "FeaturesMeasured", "Priced", "ReportDocument"):
        from . import results

        return getattr(results, name)
    if name in ("check", "diff", "fit", "history"):
        from . import verdicts

        return getattr(verdicts, name)
    if name == "tune":
        from .tuning import tune

        return tune
    if name in ("savings", "size", "why"):
        from . import sizing

        return getattr(sizing, name)
    if name == "SizeAnalysis":
        from .footprint.analysis import SizeAnalysis

        return SizeAnalysis
    raise AttributeError(f"module 'wasmfit' has no attribute {name!r}")
