"""From what a core did to cycles and time on the board: pure functions on records.

A prediction is a sum of cycle costs: each kind of instruction, each jump and each access to flash costs a
number of cycles on a core and board. Cycle costs are data with their sources, and ranges if the sources have
them or if they were fitted; the error bar follows from both. A prediction is not a measurement: it always has
its error bar.
"""

from .predict import CostModel, cost_model, current_text, predict, predictions, with_predictions
from .ratio import CostShares, Ratio, cost_shares, ratio, ratio_of
from .setup import costs_of, set_up, setup_lines, setup_notes
from .spread import layout_spread

__all__ = [
    "CostModel",
    "CostShares",
    "Ratio",
    "cost_model",
    "cost_shares",
    "costs_of",
    "current_text",
    "layout_spread",
    "predict",
    "predictions",
    "ratio",
    "ratio_of",
    "set_up",
    "setup_lines",
    "setup_notes",
    "with_predictions",
]
