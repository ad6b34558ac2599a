"""ColumnBins: each column as the number of the bin a value lies in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skdvgs._utils.types import Floats, Floats32

_MOST_BINS = 255


class ColumnBins:
    """At most 255 bins for each column, with about as many rows in each.

    Histogram gradient boosting knows no more of a value than its bin. Binned once, columns need
    not be binned again for each fold; and its own bins by weighted quantiles take several times
    as long as its trees. Few distinct values have a bin each. Missing entries stay NaN.
    """

    def fit(self, X: Floats32) -> ColumnBins:
        """Find the edges of the bins from rows, shape (n_samples, n_features)."""
        self._edges = [_edges(column) for column in X.T]
        return self

    def transform(self, X: Floats32) -> Floats32:
        """Numbers of the bins, from 0, shape (n_samples, n_features)."""
        found = np.empty(X.shape, dtype=np.float32)
        for column, edges, binned in zip(X.T, self._edges, found.T, strict=True):
            binned[:] = np.where(np.isnan(column), np.nan, np.searchsorted(edges, column))
        return found


def _edges(column: NDArray[np.float32]) -> Floats:
    """Values between bins; a value on an edge lies below it."""
    there = np.sort(column[~np.isnan(column)]).astype(np.float64)
    distinct = np.unique(there)
    if len(distinct) <= _MOST_BINS:
        return (distinct[1:] + distinct[:-1]) / 2.0
    shares = np.linspace(0.0, 100.0, _MOST_BINS + 1)[1:-1]
    return np.unique(np.percentile(there, shares, method="averaged_inverted_cdf"))
