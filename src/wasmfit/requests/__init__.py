"""Requests: what is measured and how, as records that library, command line and files have in common."""

from .experiment import (
    BenchmarkExperiment,
    EconomyExperiment,
    Experiment,
    FeaturesExperiment,
    FitExperiment,
    FitRequirements,
    Matrix,
    ProfilePhase,
    ProfileRequest,
    ReportExperiment,
    ReportSettings,
    ToggleCostExperiment,
    TuneRequest,
)
from .fields import SourceFolder
from .module import ModuleRequest
from .options import RunOptions, RunSettings

__all__ = [
    "BenchmarkExperiment",
    "EconomyExperiment",
    "Experiment",
    "FeaturesExperiment",
    "FitExperiment",
    "FitRequirements",
    "Matrix",
    "ModuleRequest",
    "ProfilePhase",
    "ProfileRequest",
    "ReportExperiment",
    "ReportSettings",
    "RunOptions",
    "RunSettings",
    "SourceFolder",
    "ToggleCostExperiment",
    "TuneRequest",
]
