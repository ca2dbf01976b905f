"""The W3C suite on a device image: features measured, not claimed.

The suite's host program (``catalog/suite``) turns each ``.wast`` file into modules and a script of actions
with what each must come to. Here a script becomes records that a conformance image reads from the host
(:mod:`stream`), the image's answers are judged (:mod:`judge`, :mod:`match`), crashes cost the actions that
build on the same store and no more (:mod:`execute`), and assertions add up to features (:mod:`features`).

What is measured is the board's code, compiled as for every other image. Its memory is not the board's: a
conformance image is linked to all RAM that the emulated machine has, so that a feature is not missed for want
of memory. That some assertion needs more than even that is an outcome of its own.
"""

from .cell import PartCell
from .execute import measured, suite_runner
from .features import differences, failing, runtime_features, select
from .prepare import prepared
from .script import Part, read
from .support import unsupported_reason

__all__ = [
    "Part",
    "PartCell",
    "differences",
    "failing",
    "measured",
    "prepared",
    "read",
    "runtime_features",
    "select",
    "suite_runner",
    "unsupported_reason",
]
