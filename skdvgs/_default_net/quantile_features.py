"""QuantileFeatures: the default autoencoder's input, each column as quantiles."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import QuantileTransformer

from skdvgs._inputs.large.large_rows import LargeRows
from skdvgs._inputs.large.readers import MappedReader
from skdvgs._inputs.task import Features, Rows
from skdvgs._utils.types import Floats32

# Quantiles of more rows would hardly differ.
_MOST_ROWS = 10_000


class QuantileFeatures:
    """Each column to its quantile in [-1, 1].

    Ranks know no units and no outliers (Holzmüller et al. 2024, "Better by default", find the
    same for tables).

    Parameters
    ----------
    seed : int
        Decides which rows the quantiles are taken from where there are more than 10,000.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def fit(self, X: Features, target: Features | None) -> QuantileFeatures:
        """Learn the quantiles of each column from source and target rows."""
        parts = [self._some(X)] if target is None else [self._some(X), self._some(target)]
        rows = np.concatenate(parts)
        self._ranks: Any = QuantileTransformer(
            n_quantiles=min(256, len(rows)), subsample=_MOST_ROWS, random_state=self._seed
        ).fit(rows)
        return self

    def __call__(self, X: NDArray[Any]) -> Floats32:
        """Quantiles of each column, shape (n_samples, n_features)."""
        return np.asarray(2.0 * self._ranks.transform(X) - 1.0, dtype=np.float32)

    def rows(self, rows: Rows) -> Rows:
        """Rows with quantiles for features; those in files are transformed as they are read."""
        if isinstance(rows.X, LargeRows):
            return Rows(LargeRows(MappedReader(rows.X, self), np.float32), rows.y, rows.kind)
        return Rows(self(rows.X), rows.y, rows.kind)

    def _some(self, X: Features) -> NDArray[Any]:
        if len(X) <= _MOST_ROWS:
            return X[:]
        chosen = np.random.default_rng(self._seed).choice(len(X), _MOST_ROWS, replace=False)
        return X[np.sort(chosen)]
