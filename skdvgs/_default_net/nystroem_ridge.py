"""Kernel ridge for many rows: on the span of a few landmarks, still leaving each row out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from skdvgs._default_net.kernel import Distance, Kernel, falling, typical_distance
from skdvgs._default_net.kernel_ridge import PENALTIES, mean_error

Floats32 = NDArray[np.float32]


Floats64 = NDArray[np.float64]


# Rows that choose the penalty; it is one of few numbers, and more rows hardly change it.
_TUNING_ROWS = 4000


_BLOCK_ROWS = 4096


# Directions of the landmarks below this share of the strongest are rounding noise in float32.
_LEAST_EIGENVALUE = 1e-5


class LandmarkRidge:
    """Ridge regression on kernel features of random landmarks (Nyström).

    The rows' kernels with m landmarks, made orthonormal, are features of a linear ridge
    regression. Its prediction of row i without row i is ``y_i - (y_i - f_i) / (1 - h_ii)`` with
    h_ii of the hat matrix: exact for these features, which know no y. As in
    :class:`KernelRidge`, a row's own y reaches its own prediction only by the choice of λ.

    Costs rows × m² in time and m² in memory, beside the left-out scores themselves.

    Parameters
    ----------
    distance : callable
        Of the kernel; its bandwidth is the median distance of the landmarks.
    n_landmarks : int
        m.
    seed : int
        Which rows are landmarks, and which choose λ.
    robust : bool
        Choose λ by absolute instead of squared errors.
    penalty : float or None
        λ; None chooses it.

    Attributes
    ----------
    left_out_ : array of shape (n_samples, n_outputs), float32
        Prediction of each row by a fit to all the other rows.
    penalty_ : float
        The λ chosen.
    """

    def __init__(
        self,
        distance: Distance,
        n_landmarks: int,
        seed: int,
        robust: bool = False,
        penalty: float | None = None,
    ) -> None:
        self._distance = distance
        self._n_landmarks = n_landmarks
        self._seed = seed
        self._robust = robust
        self._penalty = penalty

    def fit(self, X: Floats32, Y: Floats32) -> LandmarkRidge:
        """Fit scaled rows to outputs of shape (n_samples, n_outputs)."""
        order = np.random.default_rng(self._seed).permutation(len(X))
        self._n_rows = len(X)
        self._landmarks = X[order[: self._n_landmarks]]
        self._decompose(X, Y)
        tuning = order[-_TUNING_ROWS:]
        self.penalty_ = self._choose(X[tuning], Y[tuning])
        shrink = 1.0 / (self._eigenvalues + self.penalty_)
        weights = (shrink[:, None] * self._y).astype(np.float32)
        self._coefficients = self._to_features @ weights
        self._intercept = (self._mean_y - self._offset @ weights).astype(np.float32)
        self.left_out_ = np.empty(Y.shape, dtype=np.float32)
        for rows in _blocks(len(X)):
            residuals = self._residuals(self._features(X[rows]), Y[rows], self.penalty_)
            self.left_out_[rows] = Y[rows] - residuals
        return self

    def predict(self, X: Floats32) -> Floats32:
        """Predict rows that were not fitted, shape (n_samples, n_outputs)."""
        predicted = np.empty((len(X), self._coefficients.shape[1]), dtype=np.float32)
        for rows in _blocks(len(X)):
            predicted[rows] = self._kernel(X[rows], self._landmarks) @ self._coefficients
        return predicted + self._intercept

    def _decompose(self, X: Floats32, Y: Floats32) -> None:
        """Learn features that are uncorrelated over the rows, and their products with Y."""
        distances = self._distance(self._landmarks, self._landmarks)
        self._kernel = Kernel(self._distance, typical_distance(distances))
        values, vectors = np.linalg.eigh(falling(distances, self._kernel.bandwidth))
        strong = values > _LEAST_EIGENVALUE * values[-1]
        whiten = vectors[:, strong] / np.sqrt(values[strong])
        n_features = whiten.shape[1]
        gram = np.zeros((n_features, n_features))
        mean, cross = np.zeros(n_features), np.zeros((n_features, Y.shape[1]))
        for rows in _blocks(len(X)):
            features = self._kernel(X[rows], self._landmarks) @ whiten
            gram += features.T @ features
            mean += features.sum(axis=0) / len(X)
            cross += features.T @ Y[rows]
        self._mean_y: Floats64 = Y.mean(axis=0, dtype=np.float64)
        eigenvalues, turn = np.linalg.eigh(gram - len(X) * np.outer(mean, mean))
        self._eigenvalues = np.maximum(eigenvalues, 0.0)
        self._y = turn.T @ (cross - len(X) * np.outer(mean, self._mean_y))
        self._to_features = whiten @ turn.astype(np.float32)
        self._offset = (mean @ turn).astype(np.float32)

    def _features(self, X: Floats32) -> Floats32:
        return self._kernel(X, self._landmarks) @ self._to_features - self._offset

    def _choose(self, X: Floats32, Y: Floats32) -> float:
        if self._penalty is not None:
            return self._penalty
        features = self._features(X)
        errors = [mean_error(self._residuals(features, Y, p), self._robust) for p in PENALTIES]
        return float(PENALTIES[np.argmin(errors)])

    def _residuals(self, features: Floats32, Y: Floats32, penalty: float) -> Floats32:
        """Left-out residuals of some of the fitted rows."""
        shrink = 1.0 / (self._eigenvalues + penalty)
        weights = (shrink[:, None] * self._y).astype(np.float32)
        fitted = features @ weights + self._mean_y
        leverage = 1.0 / self._n_rows + features**2 @ shrink.astype(np.float32)
        # Below 1 but for rounding, as the penalty is at least a few thousandths.
        remaining = np.maximum(1.0 - leverage, 1e-4)
        return ((Y - fitted) / remaining[:, None]).astype(np.float32)


def _blocks(n_rows: int) -> Iterator[slice]:
    for start in range(0, n_rows, _BLOCK_ROWS):
        yield slice(start, min(start + _BLOCK_ROWS, n_rows))
