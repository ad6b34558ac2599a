"""Regression targets as normal scores of their ranks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

# Ends of a heavy tail must not rule the squared loss.
_CLIP = 2.5


class RankNormalTarget:
    """Each column to normal scores of its ranks, in [-2.5, 2.5].

    A target with a heavy tail is then as learnable as any, and a wrong target is wrong by how
    far its rank is off. Between fitted targets the scores are interpolated.
    """

    def fit(self, Y: NDArray[Any]) -> RankNormalTarget:
        """Learn the ranks of targets of shape (n_samples, n_outputs)."""
        self._columns = []
        for column in Y.T.astype(np.float64):
            scores = ndtri((rankdata(column) - 0.5) / len(column))
            values, first = np.unique(column, return_index=True)
            self._columns.append((values, np.clip(scores[first], -_CLIP, _CLIP)))
        return self

    def transform(self, Y: NDArray[Any]) -> NDArray[np.float32]:
        """Normal scores of targets of shape (n_samples, n_outputs)."""
        columns = zip(Y.T.astype(np.float64), self._columns, strict=True)
        scored = [np.interp(column, *known) for column, known in columns]
        return np.stack(scored, axis=1).astype(np.float32)
