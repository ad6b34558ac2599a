"""TableScalings: columns of any unit to numbers whose distances mean something."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from skdvgs._inputs.tiny_columns import factors_of_tiny, raise_columns
from skdvgs._utils.types import Floats32

_MOST_QUANTILES = 400
_MOST_ROWS_READ = 10_000
# Quantiles of the ends are infinite; and few values far out must not rule the distances.
_CLIP_QUANTILES = 3.0
_CLIP_STANDARD = 4.0
_BLOCK_ROWS = 8192
_TINY_FOR_TREES = 1e-3
# Share of a row's squared length that counts all columns alike.
_ALIKE = 0.5


class QuantileNormalScaling:
    """Each column to normal scores of its quantiles, with mean 0 and variance 1.

    Ranks know no units and no outliers: right for tables of unlike columns.

    Parameters
    ----------
    seed : int
        Which rows the quantiles are taken from where there are more than 10,000.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def fit(self, X: NDArray[Any]) -> QuantileNormalScaling:
        """Learn the quantiles of each column."""
        rows = _some_rows(X, self._seed)
        self._shares = np.linspace(0.0, 1.0, min(_MOST_QUANTILES, len(rows)))
        self._quantiles = np.percentile(rows, 100.0 * self._shares, axis=0)
        scores = self._clipped(rows)
        self._mean = scores.mean(axis=0)
        spread = scores.std(axis=0)
        self._spread = np.where(spread > 0, spread, 1.0)
        return self

    def transform(self, X: NDArray[Any]) -> Floats32:
        """Standardised normal scores, in [-4, 4]."""
        scaled = np.empty(X.shape, dtype=np.float32)
        for start in range(0, len(X), _BLOCK_ROWS):
            rows = slice(start, start + _BLOCK_ROWS)
            standard = (self._clipped(X[rows]) - self._mean) / self._spread
            scaled[rows] = np.clip(standard, -_CLIP_STANDARD, _CLIP_STANDARD)
        return scaled

    def _clipped(self, X: NDArray[Any]) -> NDArray[np.float64]:
        # In float64: differences of the largest float32 numbers would overflow.
        scores = np.empty(X.shape)
        for k, column in enumerate(X.T.astype(np.float64)):
            # Ties cover several quantiles: the middle of them, from both sides.
            quantiles = self._quantiles[:, k]
            below = np.interp(column, quantiles, self._shares)
            above = np.interp(-column, -quantiles[::-1], -self._shares[::-1])
            middle = (below - above) / 2.0
            # The ends are ends, however many rows are there.
            middle[column <= quantiles[0]] = 0.0
            middle[column >= quantiles[-1]] = 1.0
            scores[:, k] = ndtri(middle)
        return np.clip(scores, -_CLIP_QUANTILES, _CLIP_QUANTILES)


class GlobalScaling:
    """All columns divided by one number, their root mean square spread.

    Embeddings, pixels and principal components want their relative scales kept.

    Parameters
    ----------
    seed : int
        Which rows are read where there are more than 10,000.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def fit(self, X: NDArray[Any]) -> GlobalScaling:
        """Learn the spread."""
        rows = _some_rows(X, self._seed)
        # Distances do not depend on the centre, their rounding does: most rows lie near medians.
        self._centre = np.median(rows, axis=0)
        spread = float(np.sqrt(rows.var(axis=0).mean()))
        self._spread = spread if spread > 0 else 1.0
        return self

    def transform(self, X: NDArray[Any]) -> Floats32:
        """Scaled columns, around 0."""
        scaled = np.empty(X.shape, dtype=np.float32)
        for start in range(0, len(X), _BLOCK_ROWS):
            rows = slice(start, start + _BLOCK_ROWS)
            scaled[rows] = np.clip((X[rows] - self._centre) / self._spread, -1e6, 1e6)
        return scaled


class TableScalings:
    """The scalings of a table that scorers ask for by name.

    - 'none': columns as they are, with NaN where an entry is missing; trees ask for no more. Only
      what spreads less than a thousandth is multiplied, as scikit-learn's trees take entries that
      differ by 1e-7 for equal.
    - 'quantile': :class:`QuantileNormalScaling`.
    - 'global': :class:`GlobalScaling`.
    - 'both': these two side by side, each set with rows of mean square length 1.
    - 'important': quantiles, in which columns that matter to the label count more. Half of the
      squared length of a row counts by the columns' importance, half counts all columns alike.
      Pure importance is better where few columns matter, and worse for images and cells.

    Parameters
    ----------
    seed : int
        Decides which rows are read where there are more than 10,000.
    gaps : int array of shape (n_indicators,), default=()
        Columns whose missing entries are filled in. The last columns say where, in this order.
    """

    def __init__(self, seed: int, gaps: NDArray[np.intp] | tuple[()] = ()) -> None:
        self._quantile, self._global = QuantileNormalScaling(seed), GlobalScaling(seed)
        self._gaps = np.asarray(gaps, dtype=np.intp)
        self._factors: NDArray[np.float64] | None = None

    def fit(self, X: NDArray[Any]) -> TableScalings:
        """Learn from rows of shape (n_samples, n_features)."""
        factors = factors_of_tiny(_some_rows(self.as_given(X), 0), _TINY_FOR_TREES, 1.0)
        self._factors = factors if (factors != 1.0).any() else None
        parts = [scaling.fit(X).transform(X) for scaling in (self._quantile, self._global)]
        self._lengths = [_root_mean_square_length(part) for part in parts]
        return self

    def as_given(self, X: NDArray[Any]) -> Floats32:
        """Rows on the scale 'none': missing entries are NaN, and no column says where."""
        n_gaps = len(self._gaps)
        rows: Floats32 = X.astype(np.float32, copy=False)
        if n_gaps:
            rows = np.array(rows[:, :-n_gaps])
            rows[:, self._gaps] = np.where(X[:, -n_gaps:] == 1, np.nan, rows[:, self._gaps])
        return rows if self._factors is None else raise_columns(rows, self._factors)

    def quantiles(self, X: NDArray[Any]) -> Floats32:
        """Rows on the scale 'quantile'."""
        return self._quantile.transform(X)

    def transform(
        self, X: NDArray[Any], names: set[str], importances: NDArray[np.float64]
    ) -> dict[str, Floats32]:
        """Scale rows in several ways.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Rows.
        names : set of str
            Scalings that are wanted.
        importances : array of shape (n_given,)
            How much each column on the scale 'none' matters, at least 0, with sum 1.
        """
        quantile, one_scale = self._quantile.transform(X), self._global.transform(X)
        found = {"none": self.as_given(X), "quantile": quantile, "global": one_scale}
        if "both" in names:
            parts = zip((quantile, one_scale), self._lengths, strict=True)
            found["both"] = np.concatenate([part / np.float32(size) for part, size in parts], 1)
        if "important" in names:
            of_all = np.pad(importances, (0, X.shape[1] - len(importances)))
            share = _ALIKE + (1.0 - _ALIKE) * len(of_all) * of_all
            found["important"] = quantile * np.sqrt(share).astype(np.float32)
        return {name: found[name] for name in names}


def _root_mean_square_length(X: Floats32) -> float:
    variances = X.var(axis=0, dtype=np.float64)
    return float(np.sqrt(max(variances.sum(), 1e-12)))


def _some_rows(X: NDArray[Any], seed: int) -> NDArray[np.float64]:
    if len(X) > _MOST_ROWS_READ:
        X = X[np.random.default_rng(seed).choice(len(X), _MOST_ROWS_READ, replace=False)]
    return X.astype(np.float64)
