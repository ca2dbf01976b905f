"""The nouns of wasmfit, as frozen typed records."""

from .board import Board, Emulator, Region
from .cell import Cell
from .measurement import Call, Instructions, Measurement, Provenance, Run, Size
from .profile import CProfile, Debug, Profile, RustProfile
from .runtime import (
    Build,
    CArch,
    CBuild,
    CrateSource,
    Dependency,
    FactChanges,
    Facts,
    Published,
    Runtime,
    SdistSource,
    Unavailable,
    Variant,
    Version,
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
    "CrateSource",
    "Debug",
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
    "Status",
    "Target",
    "Unavailable",
    "Variant",
    "Version",
    "Workload",
    "WorkloadCall",
    "builds",
]
