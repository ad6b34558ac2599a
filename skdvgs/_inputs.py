"""The default network's input stage: columns of any scale to numbers a network can use."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.preprocessing import QuantileTransformer

from ._task import Rows

Floats32 = NDArray[np.float32]


class QuantileInput:
    """Each column to its quantile in [-1, 1], fitted on source and target rows together.

    Ranks know no units and no outliers (Holzmüller et al. 2024, "Better by default", find the
    same for tables).

    Parameters
    ----------
    seed : int
        Which rows the quantiles are taken from where there are more than 10,000.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def fit(self, X: Floats32) -> QuantileInput:
        """Learn the quantiles of each column."""
        self._ranks: Any = QuantileTransformer(
            n_quantiles=min(256, len(X)), subsample=10_000, random_state=self._seed
        ).fit(X)
        return self

    def transform(self, X: Floats32) -> Floats32:
        """Quantiles of each column, in [-1, 1]."""
        return np.asarray(2.0 * self._ranks.transform(X) - 1.0, dtype=np.float32)


def scale_features(source: Rows, target: Rows | None, seed: int) -> tuple[Rows, Rows | None]:
    """Both sets as the default network reads them."""
    both = source.X if target is None else np.concatenate([source.X, target.X])
    stage = QuantileInput(seed).fit(both)
    scaled = [
        None if rows is None else Rows(stage.transform(rows.X), rows.y, rows.kind)
        for rows in (source, target)
    ]
    assert scaled[0] is not None
    return scaled[0], scaled[1]
