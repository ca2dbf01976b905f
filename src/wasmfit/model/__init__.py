"""The nouns of wasmfit, as frozen typed records."""

from .board import Board, Emulator, MemoryMap, Region
from .cell import Cell
from .measurement import Call, Instructions, Measurement, Provenance, Run, Size, SourceTree, Twin
from .profile import CProfile, Debug, Profile, RustProfile
from .runtime import (
    Build,
    CArch,
    CBuild,
    Checkout,
    CheckoutRule,
    CrateSource,
    Dependency,
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
    "Debug",
    "Dependency",
    "Emulator",
    "FactChanges",
    "Facts",
    "GuestBuild",
    "Instructions",
    "Measurement",
    "MemoryMap",
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
    "Twin",
    "Unavailable",
    "Variant",
    "Version",
    "WheelSource",
    "Workload",
    "WorkloadCall",
    "builds",
]
