"""HalfColumns: each half of a row's columns, predicted from the other half."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh
from sklearn.utils import gen_batches
from sklearn.utils.extmath import randomized_svd

from skdvgs._utils.types import Floats, Floats32, Index

# Numbers of components to choose from.
_RANKS = (0, 1, 2, 3, 5, 8, 12, 20, 30, 50)
# More rows hardly move the components.
_MOST_ROWS = 5000
# Beyond this size of the smaller side, components are found by random projections.
_MOST_EXACT = 1000
# Noise is at least this share of the mean variance of a column.
_LEAST_NOISE = 1e-4
_BLOCK_NUMBERS = 2**22


class HalfColumns:
    """Probabilistic principal components, by which one half of the columns predicts the other.

    A row x is ``m + W z + noise`` with z standard normal and noise of one variance in all columns
    (Tipping and Bishop 1999). Its second half is predicted from the first by the posterior mean of
    z, and its first from the second. So no number helps to predict itself, and components of the
    noise do not pay: the number of components with the least median error is taken.

    Parameters
    ----------
    seed : int
        Decides the halves, and which rows are learnt from where there are more than 5,000.

    Attributes
    ----------
    left_out_ : array of shape (n_samples, 2)
        What :meth:`scores` says of each fitted row, by components that its fold had no part in.
    rank_ : int
        Number of components.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def fit(self, X: Floats32, fold: Index) -> HalfColumns:
        """Learn from scaled rows, and score each by the rows of other folds.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Scaled rows.
        fold : int array of shape (n_samples,)
            At least two folds.
        """
        rng = np.random.default_rng(self._seed)
        columns = rng.permutation(X.shape[1])
        self._halves = np.sort(columns[::2]), np.sort(columns[1::2])
        learnt = np.zeros(len(X), dtype=bool)
        learnt[rng.permutation(len(X))[:_MOST_ROWS]] = True
        least = min(int((learnt & (fold != f)).sum()) for f in np.unique(fold))
        most = min(max(_RANKS), len(self._halves[1]), least - 1)
        ranks = [rank for rank in _RANKS if rank <= max(most, 0)]
        found = np.empty((len(ranks), len(X), 2))
        for number in np.unique(fold):
            here = fold == number
            components = find_components(X[learnt & ~here], ranks[-1], self._seed)
            for at, rank in enumerate(ranks):
                found[at, here] = self._scores(X[here], components.first(rank))
        best = int(np.argmin(np.median(found[:, :, 0], axis=1)))
        self.rank_, self.left_out_ = ranks[best], found[best]
        self._components = find_components(X[learnt], ranks[-1], self._seed).first(self.rank_)
        return self

    def scores(self, X: Floats32) -> Floats:
        """Mean squared error of the predicted columns, and their correlation with the true ones.

        Shape (n_samples, 2), of new rows.
        """
        return self._scores(X, self._components)

    def _scores(self, X: Floats32, components: Components) -> Floats:
        found = np.empty((len(X), 2))
        for part in gen_batches(max(len(X), 1), max(1, _BLOCK_NUMBERS // X.shape[1])):
            rows = X[part].astype(np.float64)
            predicted = components.predict(rows, self._halves)
            found[part, 0] = ((rows - predicted) ** 2).mean(axis=1)
            found[part, 1] = correlation(rows, predicted)
        return found


@dataclass(frozen=True)
class Components:
    """Principal components, and the noise around them.

    Attributes
    ----------
    mean : array of shape (n_features,)
        Mean row, m.
    axes : array of shape (n_components, n_features)
        Orthonormal, the strongest first.
    variances : array of shape (n_components,)
        Of the rows along each of them.
    total : float
        Sum of the variances of all columns.
    """

    mean: Floats
    axes: Floats
    variances: Floats
    total: float

    def first(self, rank: int) -> Components:
        """The strongest ones."""
        return Components(self.mean, self.axes[:rank], self.variances[:rank], self.total)

    @property
    def noise(self) -> float:
        """Variance of a column around the components."""
        n_features = len(self.mean)
        left = (self.total - self.variances.sum()) / max(n_features - len(self.variances), 1)
        return float(max(left, _LEAST_NOISE * self.total / n_features, 1e-12))

    def predict(self, X: Floats, halves: tuple[Index, Index]) -> Floats:
        """Predict each half of the columns from the other, shape (n_samples, n_features)."""
        found = np.tile(self.mean, (len(X), 1))
        strength = np.maximum(self.variances - self.noise, 1e-12)
        loadings = np.sqrt(strength)[:, None] * self.axes
        for seen, hidden in (halves, halves[::-1]):
            of_seen = loadings[:, seen]
            precision = of_seen @ of_seen.T + self.noise * np.eye(len(loadings))
            position = np.linalg.solve(precision, of_seen @ (X[:, seen] - self.mean[seen]).T)
            found[:, hidden] += position.T @ loadings[:, hidden]
        return found


def find_components(X: NDArray[np.floating], rank: int, seed: int) -> Components:
    """Find the strongest principal components of some rows.

    Parameters
    ----------
    X : array of shape (n_samples, n_features)
        At least one row.
    rank : int
        How many.
    seed : int
        Decides random projections, where both sides of X are large.
    """
    rows = X.astype(np.float64)
    n, n_features = rows.shape
    mean = rows.mean(axis=0)
    rows -= mean
    total = float((rows**2).sum() / n)
    if rank == 0:
        return Components(mean, np.empty((0, n_features)), np.empty(0), total)
    if min(n, n_features) > _MOST_EXACT:
        _, singular, axes = randomized_svd(rows, rank, n_iter=4, random_state=seed)
        return Components(mean, axes, singular**2 / n, total)
    gram = rows.T @ rows if n_features <= n else rows @ rows.T
    last = len(gram) - 1
    squares, vectors = eigh(gram, subset_by_index=(last - rank + 1, last))
    squares, axes = np.maximum(squares[::-1], 0.0), vectors[:, ::-1].T
    if n_features > n:
        axes = axes @ rows / np.sqrt(np.maximum(squares, 1e-12 * max(total, 1e-12)))[:, None]
    return Components(mean, axes, squares / n, total)


def correlation(A: Floats, B: Floats) -> Floats:
    """Correlation of each row of A with that of B; 0 where one of them is constant."""
    A, B = (rows - rows.mean(axis=1, keepdims=True) for rows in (A, B))
    lengths = np.sqrt((A**2).sum(axis=1) * (B**2).sum(axis=1))
    found: Floats = (A * B).sum(axis=1) / np.maximum(lengths, 1e-12)
    return found
