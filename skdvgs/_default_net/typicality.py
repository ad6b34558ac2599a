"""Typicality: how much a row looks like rows that are known to be usual."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skdvgs._default_net.kernel import falling, squared_distances, typical_distance
from skdvgs._utils.types import Floats32

# Values further out than this many standard deviations are as unusual as can be.
_CLIP = 8.0
# Share of the median squared distance: near enough to tell a noisy row from the rows around it.
_BANDWIDTH = 0.5
# Nine of ten usual rows are as typical as can be.
_QUANTILE = 0.1
_MOST_REFERENCE_ROWS = 1000
_BLOCK_ROWS = 4096


class Typicality:
    """Mean kernel of a row with reference rows, against what it is among those.

    What a scorer says of a row unlike all others is extrapolation, however sure it sounds.

    Parameters
    ----------
    seed : int
        Which reference rows are taken where there are more than 1,000.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def fit(self, X: NDArray[Any]) -> Typicality:
        """Learn from at least two reference rows."""
        if len(X) > _MOST_REFERENCE_ROWS:
            X = X[np.random.default_rng(self._seed).choice(len(X), _MOST_REFERENCE_ROWS, False)]
        X = X.astype(np.float64)
        self._centre, spread = X.mean(axis=0), X.std(axis=0)
        self._spread = np.where(spread > 0, spread, 1.0)
        self._rows = self._standard(X)
        distances = squared_distances(self._rows, self._rows)
        self._bandwidth = _BANDWIDTH * typical_distance(distances)
        # Less the kernel of each row with itself, which is 1.
        others = max(len(X) - 1, 1)
        usual = (falling(distances, self._bandwidth).sum(axis=1) - 1.0) / others
        self._usual = max(float(np.quantile(usual, _QUANTILE)), 1e-12)
        return self

    def __call__(self, X: NDArray[Any]) -> Floats32:
        """Typicality of rows, in [0, 1]; 1 for rows like most of the reference."""
        found = np.empty(len(X), dtype=np.float32)
        for start in range(0, len(X), _BLOCK_ROWS):
            rows = slice(start, start + _BLOCK_ROWS)
            distances = squared_distances(self._standard(X[rows].astype(np.float64)), self._rows)
            found[rows] = falling(distances, self._bandwidth).mean(axis=1)
        result: Floats32 = np.minimum(found / np.float32(self._usual), np.float32(1.0))
        return result

    def _standard(self, X: NDArray[np.float64]) -> Floats32:
        found: Floats32 = np.clip((X - self._centre) / self._spread, -_CLIP, _CLIP).astype(
            np.float32
        )
        return found
