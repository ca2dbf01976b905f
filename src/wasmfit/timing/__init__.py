"""From what a core did to cycles and time on the board: pure functions on records.

A prediction is a sum of prices: each kind of instruction, each jump and each access to flash costs so many
cycles on a core and board. Prices are data with their sources, and ranges where the sources have them or
where they were fitted; the error bar is made of both. A prediction is no measurement, and nothing here makes
it look like one: it has no figure without its bar.
"""

from .predict import Predictor, predict, predictions, predictor, with_time
from .ratio import Ratio, ratio

__all__ = ["Predictor", "Ratio", "predict", "predictions", "predictor", "ratio", "with_time"]
