"""Names for the array types that the analysis passes around."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Codes = NDArray[np.int32]
Bools = NDArray[np.bool_]
Column = Any
"""A pandas Series or a pyarrow array: what a column of a table may be."""


def scatter(index: Ints | Codes, weights: Floats, size: int) -> Floats:
    """Sum `weights` into `size` bins."""
    return np.bincount(index, weights=weights, minlength=size).astype(np.float64, copy=False)
