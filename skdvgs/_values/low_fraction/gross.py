"""gross_share: the share of grossly wrong targets, where the values alone must tell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# How many interquartile ranges below the lower quartile of the logarithms a value is low. Where
# targets are easy to predict, up to 3 % of clean rows are; so their target must lie apart as well.
_FENCE_OF_VALUES = 2.0
# Tukey's fence: how many interquartile ranges beyond the quartiles a target lies apart.
_FENCE_OF_TARGETS = 1.5


def gross_share(values: NDArray[np.float64], targets: NDArray[np.float64]) -> float:
    """Estimate the share of rows with a value far below the others and a target far from theirs.

    Parameters
    ----------
    values : array of shape (n_samples,)
        Discounted cosines: in [0, 2], and near 0 for rows that pull very hard.
    targets : array of shape (n_samples, n_outputs)
        Numbers of the rows.

    Returns
    -------
    share : float
        0 where there are none.
    """
    if len(values) == 0 or values.min() <= 0:
        return 0.0
    targets = np.asarray(targets, dtype=np.float64).reshape(len(values), -1)
    apart = _beyond(targets, _FENCE_OF_TARGETS)
    if (targets > 0).all():  # prices and the like are wrong by a factor
        apart |= _beyond(np.log(targets), _FENCE_OF_TARGETS)
    logs = np.log(values)
    low, high = np.quantile(logs, [0.25, 0.75])
    return float(np.mean((logs < low - _FENCE_OF_VALUES * (high - low)) & apart.any(axis=1)))


def _beyond(numbers: NDArray[np.float64], fence: float) -> NDArray[np.bool_]:
    low, high = np.quantile(numbers, [0.25, 0.75], axis=0)
    reach = fence * (high - low)
    found: NDArray[np.bool_] = (numbers < low - reach) | (numbers > high + reach)
    return found
