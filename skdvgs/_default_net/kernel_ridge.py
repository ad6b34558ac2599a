"""Kernel ridge regression and, in closed form, its prediction of each row without that row."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skdvgs._default_net.kernel import Distance, Kernel, falling, typical_distance

Floats32 = NDArray[np.float32]


# Ridge penalties to choose from. A kernel is 1 at distance 0, so they are in units of one row.
PENALTIES = 10.0 ** np.arange(-2.5, 1.1, 0.5)


_BLOCK_ROWS = 4096


def mean_error(residuals: Floats32, robust: bool) -> float:
    """Mean squared error, or mean absolute error, of left-out rows."""
    return float(np.mean(np.abs(residuals) if robust else residuals**2))


class KernelRidge:
    """Ridge regression on a kernel, with an intercept that is not penalised.

    With kernel matrix K, penalty λ and coefficients a, the fit is ``K a + b`` where
    ``(K + λ) a + b = y`` and ``sum(a) = 0``. The prediction of row i by a fit without row i is
    ``y_i - a_i / C_ii``, C being the matrix that turns y into a: exact, for all rows at once.
    So with a given λ the left-out prediction of a row does not depend on its own y at all. λ is
    the one of :data:`PENALTIES` with the least left-out error over all rows, and only through
    that choice can a row's y reach its own prediction.

    Costs rows³ in time and rows² in memory.

    Parameters
    ----------
    distance : callable
        Of the kernel; its bandwidth is the median distance of the rows.
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
        self, distance: Distance, robust: bool = False, penalty: float | None = None
    ) -> None:
        self._distance = distance
        self._robust = robust
        self._penalties = PENALTIES if penalty is None else [penalty]

    def fit(self, X: Floats32, Y: Floats32) -> KernelRidge:
        """Fit at least two scaled rows to outputs of shape (n_samples, n_outputs)."""
        distances = self._distance(X, X)
        bandwidth = typical_distance(distances)
        self._rows, self._kernel = X, Kernel(self._distance, bandwidth)
        eigenvalues, vectors = np.linalg.eigh(falling(distances, bandwidth))
        eigenvalues = np.maximum(eigenvalues, 0.0)
        solver = _Solver(eigenvalues, vectors, Y)
        best = np.inf
        for penalty in self._penalties:
            coefficients, intercept, residuals = solver.solve(penalty)
            error = mean_error(residuals, self._robust)
            if error < best:
                best = error
                self.penalty_ = float(penalty)
                self._coefficients, self._intercept = coefficients, intercept
                self.left_out_ = (Y - residuals).astype(np.float32)
        return self

    def predict(self, X: Floats32) -> Floats32:
        """Predict rows that were not fitted, shape (n_samples, n_outputs)."""
        predicted = np.empty((len(X), self._coefficients.shape[1]), dtype=np.float32)
        for start in range(0, len(X), _BLOCK_ROWS):
            rows = slice(start, start + _BLOCK_ROWS)
            predicted[rows] = self._kernel(X[rows], self._rows) @ self._coefficients
        return predicted + self._intercept


class _Solver:
    """Solutions for any penalty, from one eigendecomposition of the kernel matrix."""

    def __init__(self, eigenvalues: Floats32, vectors: Floats32, Y: Floats32) -> None:
        self._eigenvalues, self._vectors = eigenvalues, vectors
        self._squared = vectors**2
        self._y = vectors.T @ Y
        self._ones = vectors.sum(axis=0)

    def solve(self, penalty: float) -> tuple[Floats32, Floats32, Floats32]:
        """Coefficients, intercept, and left-out residuals."""
        inverse = 1.0 / (self._eigenvalues + np.float32(penalty))
        of_ones = self._vectors @ (inverse * self._ones)
        total = inverse @ self._ones**2
        intercept = (inverse * self._ones) @ self._y / total
        coefficients = self._vectors @ (inverse[:, None] * self._y) - np.outer(of_ones, intercept)
        diagonal = self._squared @ inverse - of_ones**2 / total
        diagonal = np.maximum(diagonal, np.finfo(np.float32).tiny)
        return coefficients, intercept, coefficients / diagonal[:, None]
