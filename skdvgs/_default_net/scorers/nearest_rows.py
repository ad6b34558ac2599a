"""NearestRows: each row, compared with the rows nearest to it."""

from __future__ import annotations

import numpy as np
from sklearn.utils import gen_batches

from skdvgs._default_net.kernel import squared_distances
from skdvgs._utils.types import Floats, Floats32, Index

_NEIGHBOURS = 10
# Rows among which the nearest are looked for, at most.
_MOST_REFERENCES = 5000
_BLOCK_NUMBERS = 2**22


class NearestRows:
    """The error of the mean of the ten nearest rows, and the correlation with the ten most alike.

    A row and its group are never its own neighbours.

    Parameters
    ----------
    seed : int
        Decides among which rows neighbours are looked for, where there are more than 5,000.

    Attributes
    ----------
    left_out_ : array of shape (n_samples, 2)
        What :meth:`scores` says of each fitted row, without its group.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def fit(self, X: Floats32, group: Index) -> NearestRows:
        """Keep the rows among which neighbours are looked for, and score all rows.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Scaled rows.
        group : int array of shape (n_samples,)
            At least two groups, numbered from 0.
        """
        kept = np.arange(len(X))
        if len(X) > _MOST_REFERENCES:
            rng = np.random.default_rng(self._seed)
            kept = np.sort(rng.choice(len(X), _MOST_REFERENCES, replace=False))
        self._rows, self._group = X[kept], group[kept]
        self._directions = _directions(self._rows)
        self.left_out_ = self.scores(X, group)
        return self

    def scores(self, X: Floats32, group: Index | None = None) -> Floats:
        """Mean squared error of the neighbours' mean, and mean correlation with the most alike.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Scaled rows.
        group : int array of shape (n_samples,) or None
            Groups to leave out; None for new rows.

        Returns
        -------
        scores : array of shape (n_samples, 2)
            Errors are at least 0; correlations are in [-1, 1].
        """
        found = np.empty((len(X), 2))
        size = max(1, _BLOCK_NUMBERS // max(len(self._rows), X.shape[1]))
        for part in gen_batches(max(len(X), 1), size):
            rows = X[part]
            own = None if group is None else group[part][:, None] == self._group
            _, nearest, there = _largest(-squared_distances(rows, self._rows), own)
            mean = np.zeros(rows.shape)
            for column, counts in zip(nearest.T, there.T, strict=True):
                mean += self._rows[column] * counts[:, None]
            mean /= np.maximum(there.sum(axis=1), 1)[:, None]
            found[part, 0] = ((rows - mean) ** 2).mean(axis=1)
            alike, _, there = _largest(_directions(rows) @ self._directions.T, own)
            total = np.where(there, alike, 0.0).sum(axis=1)
            found[part, 1] = total / np.maximum(there.sum(axis=1), 1)
        return found


def _largest(similarity: Floats32, own: Index | None) -> tuple[Floats32, Index, Floats]:
    """The ten largest of each row but its own: values, positions, and which are there at all."""
    if own is not None:
        similarity[own] = -np.inf
    k = min(_NEIGHBOURS, similarity.shape[1])
    nearest = np.argpartition(-similarity, k - 1, axis=1)[:, :k]
    values = np.take_along_axis(similarity, nearest, axis=1)
    return values, nearest, np.isfinite(values)


def _directions(X: Floats32) -> Floats32:
    """Rows less their mean, of length 1: their products are correlations."""
    rows = X - X.mean(axis=1, keepdims=True)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    found: Floats32 = rows / np.maximum(lengths, np.float32(1e-6))
    return found
