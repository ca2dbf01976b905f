"""An experiment → the cells to measure, and those that are skipped, with the reason."""

from .experiment import Plan, SkippedCell, plan
from .named import CellName, PartName, build_of, cell_by_id, cell_of, cells_by_id, name_of
from .select import BASELINE, select_boards, select_builds
from .tools import c_targets

__all__ = [
    "BASELINE",
    "CellName",
    "PartName",
    "Plan",
    "SkippedCell",
    "build_of",
    "c_targets",
    "cell_by_id",
    "cell_of",
    "cells_by_id",
    "name_of",
    "plan",
    "select_boards",
    "select_builds",
]
