"""How the values under one label are spread over rows that carry it and rows that do not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BINS = 20
# Middle rank of each bin, of mean 0 and variance near 1.
RANKS = ((np.arange(BINS) + 0.5) / BINS - 0.5) * np.sqrt(12)


def count_in_bins(
    label_values: Floats, groups: NDArray[np.intp]
) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """Count the values of each label in bins of equal total.

    Parameters
    ----------
    label_values : array of shape (n_samples, n_labels)
        NaN, where a value is not known, counts nowhere.
    groups : int array of shape (n_samples,)
        The label of each row, a column of `label_values`.

    Returns
    -------
    own, other : arrays of shape (n_kept, BINS)
        Rows that carry the label, and rows that do not; those weigh less or more, so that both
        have one sum.
    kept : int array of shape (n_kept,)
        The labels counted: those that some rows carry and some do not.
    """
    own, other, kept = [], [], []
    for label, values in enumerate(label_values.T):
        known = np.isfinite(values)
        is_own = groups[known] == label
        n_own, n_other = np.count_nonzero(is_own), np.count_nonzero(~is_own)
        if n_own == 0 or n_other == 0:
            continue
        weights = np.where(is_own, 1.0, n_own / n_other)
        bin_of = _bins_of(values[known], weights)
        own.append(np.bincount(bin_of, weights=weights * is_own, minlength=BINS))
        other.append(np.bincount(bin_of, weights=weights * ~is_own, minlength=BINS))
        kept.append(label)
    return np.reshape(own, (-1, BINS)), np.reshape(other, (-1, BINS)), np.array(kept, dtype=np.intp)


def _bins_of(values: Floats, weights: Floats) -> NDArray[np.intp]:
    """Bin of each value by its weighted rank; equal values share one."""
    _, level_of = np.unique(values, return_inverse=True)
    total = np.bincount(level_of, weights=weights)
    middle = (np.cumsum(total) - total / 2) / total.sum()
    # Rounded, as sums of weights depend on their order in the last digits.
    return np.minimum(np.round(middle * BINS, 9).astype(np.intp), BINS - 1)[level_of]
