"""Which WebAssembly runtime fits your microcontroller? Measured, not guessed.

``wasmfit.compare()`` does what ``wasmfit compare`` does; ``bench()``, ``features()``, ``size()``, ``fit()``,
``diff()``, ``check()`` and ``history()`` likewise. They take requests, which are records (``Experiment``,
``RunOptions`` and others) or their fields as keyword arguments, and return records.
"""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False
"""As in :mod:`typing`, which takes longer to load than all that is loaded before an interrupt is heeded."""

if TYPE_CHECKING:
    from typing import Any

    from .analysis.benchmark import Benchmark
    from .analysis.comparison import Comparison
    from .analysis.document import ReportDocument
    from .analysis.economy import Economy
    from .analysis.features import FeaturesMeasured
    from .analysis.toggle_costs import ToggleCosts
    from .api.benchmark import bench
    from .api.cells import show
    from .api.comparison import compare, preview
    from .api.diagnosis import doctor
    from .api.economy import economy
    from .api.features import features
    from .api.fit import fit
    from .api.machine import probes
    from .api.profiling import heap_profile, profile
    from .api.report import make_report
    from .api.sizing import savings, size, why
    from .api.toggle_costs import priced, toggle_costs
    from .api.tuning import tune
    from .api.verdicts import check, diff, history
    from .footprint.analysis import SizeAnalysis
    from .requests import (
        BenchmarkExperiment,
        EconomyExperiment,
        Experiment,
        FeaturesExperiment,
        FitExperiment,
        FitRequirements,
        ModuleRequest,
        ProfileRequest,
        ReportSettings,
        RunOptions,
        ToggleCostExperiment,
        TuneRequest,
    )
    from .schemas import schema

__all__ = [
    "Benchmark",
    "BenchmarkExperiment",
    "Comparison",
    "Economy",
    "EconomyExperiment",
    "Experiment",
    "FeaturesExperiment",
    "FeaturesMeasured",
    "FitExperiment",
    "FitRequirements",
    "ModuleRequest",
    "ProfileRequest",
    "ReportDocument",
    "ReportSettings",
    "RunOptions",
    "SizeAnalysis",
    "ToggleCostExperiment",
    "ToggleCosts",
    "TuneRequest",
    "bench",
    "check",
    "compare",
    "diff",
    "doctor",
    "economy",
    "features",
    "fit",
    "heap_profile",
    "history",
    "make_report",
    "preview",
    "priced",
    "probes",
    "profile",
    "savings",
    "schema",
    "show",
    "size",
    "toggle_costs",
    "tune",
    "why",
]

_MODULES = {
    "Benchmark": "analysis.benchmark",
    "Comparison": "analysis.comparison",
    "Economy": "analysis.economy",
    "FeaturesMeasured": "analysis.features",
    "ReportDocument": "analysis.document",
    "SizeAnalysis": "footprint.analysis",
    "ToggleCosts": "analysis.toggle_costs",
    "bench": "api.benchmark",
    "compare": "api.comparison",
    "preview": "api.comparison",
    "show": "api.cells",
    "doctor": "api.diagnosis",
    "economy": "api.economy",
    "features": "api.features",
    "fit": "api.fit",
    "make_report": "api.report",
    "probes": "api.machine",
    **dict.fromkeys(("heap_profile", "profile"), "api.profiling"),
    "schema": "schemas",
    "tune": "api.tuning",
    **dict.fromkeys(("check", "diff", "history"), "api.verdicts"),
    **dict.fromkeys(("priced", "toggle_costs"), "api.toggle_costs"),
    **dict.fromkeys(("savings", "size", "why"), "api.sizing"),
    **dict.fromkeys(
        (
            "BenchmarkExperiment",
            "EconomyExperiment",
            "Experiment",
            "FeaturesExperiment",
            "FitExperiment",
            "FitRequirements",
            "ModuleRequest",
            "ProfileRequest",
            "ReportSettings",
            "RunOptions",
            "ToggleCostExperiment",
            "TuneRequest",
        ),
        "requests",
    ),
}
"""What the package offers → the module that has it, loaded when it is asked for: every module of the package
passes here for the version."""


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'wasmfit' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f".{_MODULES[name]}", __name__), name)
