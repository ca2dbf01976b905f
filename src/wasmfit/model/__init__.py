"""The nouns of wasmfit, as frozen typed records."""

from .base import Record
from .board import Board, Emulator, Region
from .cell import Cell, Glue
from .measurement import Call, Instructions, Logged, Measurement, Provenance, Run, Size, SourceTree
from .module import Expected, Rule, Stub, UserCall, UserModule
from .profile import CProfile, Profile, RustProfile
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
from .values import Signature, ValueType, is_nan, shown, to_float
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
    "Expected",
    "FactChanges",
    "Facts",
    "Glue",
    "GuestBuild",
    "Instructions",
    "Logged",
    "Measurement",
    "Profile",
    "Provenance",
    "Published",
    "Record",
    "Region",
    "Rule",
    "Run",
    "Runtime",
    "RustProfile",
    "SdistSource",
    "Signature",
    "Size",
    "SourceTree",
    "Status",
    "Stub",
    "Target",
    "Translator",
    "Unavailable",
    "UserCall",
    "UserModule",
    "ValueType",
    "Variant",
    "Version",
    "WheelSource",
    "Workload",
    "WorkloadCall",
    "builds",
    "is_nan",
    "shown",
    "to_float",
]
