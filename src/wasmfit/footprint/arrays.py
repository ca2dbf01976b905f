"""Addresses and numbers of things as numpy arrays, handled thousands at a time."""

import numpy as np
import numpy.typing as npt

Integers = npt.NDArray[np.int64]
Booleans = npt.NDArray[np.bool_]

REACH = 1 << 62
"""Addresses from here on, where only kernels lie, are not followed: arrays hold signed numbers."""
