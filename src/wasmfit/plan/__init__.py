"""An experiment → the cells to measure, and those that cannot be, with the reason."""

from .experiment import Experiment, LeftOut, Plan, plan
from .select import BASELINE, select_boards, select_builds

__all__ = ["BASELINE", "Experiment", "LeftOut", "Plan", "plan", "select_boards", "select_builds"]
