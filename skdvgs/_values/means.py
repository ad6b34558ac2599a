"""mean_over_trajectories: the mean value of each row, by the trajectories that have valued it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skdvgs._utils.types import Floats


def mean_over_trajectories(means: list[Floats], rows: list[NDArray[np.intp]], n: int) -> Floats:
    """Mean of each row over the trajectories that valued it.

    Parameters
    ----------
    means : list of arrays of shape (n_rows, ...)
        One mean, or one row of means, for each row that a trajectory valued.
    rows : list of int arrays of shape (n_rows,)
        Row numbers that each array of `means` belongs to.
    n : int
        Rows of the whole source set.

    Returns
    -------
    array of shape (n, ...)
        NaN for a row that no trajectory valued.
    """
    sums, counts = np.zeros((n, *means[0].shape[1:])), np.zeros(n)
    for mean, index in zip(means, rows, strict=True):
        sums[index] += mean
        counts[index] += 1
    counts = counts.reshape(n, *(1,) * (sums.ndim - 1))
    return np.divide(sums, counts, out=np.full_like(sums, np.nan), where=counts > 0)
