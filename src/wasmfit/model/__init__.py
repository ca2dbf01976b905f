"""The nouns of wasmfit, as frozen typed records."""

from .board import Board, Emulator, Region
from .cell import Cell
from .dependency import Dependency
from .measurement import Call, Instructions, Measurement, Provenance, Run, Size, SourceTree
from .profile import CProfile, Profile, RustProfile
from .runtime import (
    Build,
    CArch,
    CBuild,
    Checkout,
    CheckoutRule,
    CrateSource,
    FactChanges,
    Facts,
    Published,
    Runtime,
    SdistSource,
    Translator,
    Unavailable,
    Variant,
    Version,
    WheelSource,
    builds,
)
from .status import Status
from .target import CTarget, Target
from .workload import GuestBuild, Workload, WorkloadCall

__all__ = [
    "Board",
    "Build",
    "CArch",
    "CBuild",
    "CProfile",
    "CTarget",
    "Call",
    "Cell",
    "Checkout",
    "CheckoutRule",
    "CrateSource",
    "Dependency",
    "Emulator",
    "FactChanges",
    "Facts",
    "GuestBuild",
    "Instructions",
    "Measurement",
    "Profile",
    "Provenance",
    "Published",
    "Region",
    "Run",
    "Runtime",
    "RustProfile",
    "SdistSource",
    "Size",
    "SourceTree",
    "Status",
    "Target",
    "Translator",
    "Unavailable",
    "Variant",
    "Version",
    "WheelSource",
    "Workload",
    "WorkloadCall",
    "builds",
]
