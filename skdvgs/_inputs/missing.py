"""fill_missing: missing numbers, filled in for a network that needs all of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def fill_missing(
    rows: NDArray[Any], medians: NDArray[np.float64], with_gaps: NDArray[np.intp]
) -> NDArray[Any]:
    """Rows with the median where an entry is missing, and columns that say where that was.

    Parameters
    ----------
    rows : array of shape (n_samples, n_features)
        With NaN where an entry is missing.
    medians : array of shape (n_features,)
        Median of each column's numbers that are there.
    with_gaps : int array of shape (n_indicators,)
        Columns that get a further one: 1 where their entry is missing, else 0.

    Returns
    -------
    array of shape (n_samples, n_features + n_indicators)
        Rows without gaps.
    """
    is_missing = np.isnan(rows)
    filled = np.where(is_missing, medians.astype(rows.dtype), rows)
    return np.hstack([filled, is_missing[:, with_gaps].astype(rows.dtype)])
