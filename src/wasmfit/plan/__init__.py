"""An experiment → the cells to measure, and those that cannot be, with the reason."""

from .experiment import LeftOut, Plan, plan
from .named import CellName, PartName, build_of, cell_of, name_of
from .select import BASELINE, select_boards, select_builds
from .tools import c_targets

__all__ = [
    "BASELINE",
    "CellName",
    "LeftOut",
    "PartName",
    "Plan",
    "build_of",
    "c_targets",
    "cell_of",
    "name_of",
    "plan",
    "select_boards",
    "select_builds",
]
