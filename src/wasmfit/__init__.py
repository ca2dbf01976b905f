"""Which WebAssembly runtime fits your microcontroller? Measured, not guessed.

``wasmfit.compare()`` does what ``wasmfit compare`` does; ``bench()``, ``features()``, ``size()``, ``fit()``,
``diff()``, ``check()`` and ``history()`` likewise. They return records.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from .analysis.benchmark import Benchmark
    from .analysis.comparison import Comparison
    from .analysis.document import ReportDocument
    from .analysis.features import FeaturesMeasured
    from .analysis.toggle_costs import Priced
    from .api import bench, compare, doctor, features, make_report, priced, probes
    from .footprint.survey import Survey
    from .sizing import savings, size, why
    from .tuning import tune
    from .verdicts import check, diff, fit, history

__all__ = [
    "Benchmark",
    "Comparison",
    "FeaturesMeasured",
    "Priced",
    "ReportDocument",
    "Survey",
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

_MODULES = {
    "Benchmark": "analysis.benchmark",
    "Comparison": "analysis.comparison",
    "FeaturesMeasured": "analysis.features",
    "Priced": "analysis.toggle_costs",
    "ReportDocument": "analysis.document",
    "Survey": "footprint.survey",
    **dict.fromkeys(("bench", "compare", "doctor", "features", "make_report", "priced", "probes"), "api"),
    **dict.fromkeys(("check", "diff", "fit", "history"), "verdicts"),
    **dict.fromkeys(("savings", "size", "why"), "sizing"),
    "tune": "tuning",
}
"""What the package offers → the module that has it, loaded when it is asked for: every module of the package
passes here for the version."""


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'wasmfit' has no attribute {name!r}")
    return getattr(import_module(f".{_MODULES[name]}", __name__), name)
