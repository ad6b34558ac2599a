"""LandmarkRidge: ridge regression on a kernel, with each group left out in closed form."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh
from sklearn.utils import gen_batches

from skdvgs._default_net.kernel import Kernel, KernelShape
from skdvgs._default_net.scorers.base import ScorerRows
from skdvgs._utils.types import Floats, Floats32

# Up to here every row is a landmark, and the regression is exact. Beyond it time would grow with
# the cube of the rows.
_LANDMARKS = 1000
# Directions of the landmarks below this share of the strongest one are rounding.
_LEAST_EIGENVALUE = 1e-5
# Exact ones are never taken without the penalty, so that more of them do no harm.
_LEAST_EXACT = 1e-7
_BLOCK_ROWS = 4096


class LandmarkRidge:
    """Weighted ridge regression on the kernel with some rows, with a free intercept.

    With features f of a row (its kernel with the landmarks, whitened), weights w and penalty λ,
    the fit minimises Σ w_i |y_i - b - f_i β|² + λ |β|². Its hat matrix is H. A fit without the
    rows of group g has the residuals ``(I - H_gg)⁻¹ (y_g - ŷ_g)`` on them: exact, for all groups
    at once. So given λ, the left-out prediction of a row does not depend on the labels of its
    group. λ is the penalty with the least left-out error over all rows. Only through that one
    number can a row's label reach its own prediction.

    Costs rows × landmarks² in time and rows × landmarks in memory, block by block.

    Parameters
    ----------
    kernel : KernelShape
        The kernel; its bandwidth is found from the landmarks.
    penalties : array of shape (n_penalties,)
        Values of λ to choose from.
    robust : bool
        Choose λ by absolute instead of squared errors.
    seed : int
        Decides which rows are landmarks.

    Attributes
    ----------
    left_out_ : array of shape (n_samples, n_outputs), float32
        Prediction of each row by a fit without its group.
    penalty_ : float
        Penalty with the least leave-out error.
    is_exact_ : bool
        Whether every row is a landmark. Then the seed decides nothing.
    """

    def __init__(self, kernel: KernelShape, penalties: Floats, robust: bool, seed: int) -> None:
        self._shape, self._penalties = kernel, penalties
        self._robust, self._seed = robust, seed

    def fit(self, X: Floats32, rows: ScorerRows, n_jobs: int | None = None) -> LandmarkRidge:
        """Solve for all penalties, and keep the best."""
        self.is_exact_ = len(X) <= _LANDMARKS
        self._mean_y = np.average(rows.Y.astype(np.float64), axis=0, weights=rows.weight)
        if self.is_exact_:
            self._landmarks = X
            features = self._solve_exactly(X, rows)
        else:
            chosen = np.random.default_rng(self._seed).choice(len(X), _LANDMARKS, replace=False)
            self._landmarks = X[chosen]
            self._solve(X, rows)
            features = np.concatenate([self._features(X[part]) for part in _blocks(len(X))])
        groups = list(_groups_of_several(rows.group))
        residuals = {p: self._left_out(features, rows, p, groups) for p in self._penalties}
        errors = {p: self._error(r, rows.weight) for p, r in residuals.items()}
        self.penalty_ = float(min(errors, key=lambda penalty: errors[penalty]))
        self.left_out_ = (rows.Y - residuals[self.penalty_]).astype(np.float32)
        self._coefficients = self._shrunk(self.penalty_)
        return self

    def predict(self, X: Floats32) -> Floats32:
        """Predict new rows by the fit to all rows, shape (n_samples, n_outputs)."""
        found = np.empty((len(X), len(self._mean_y)), dtype=np.float32)
        for part in _blocks(len(X)):
            found[part] = self._features(X[part]) @ self._coefficients + self._mean_y
        return found

    @property
    def kernel(self) -> Kernel:
        """The kernel with the bandwidth that was found."""
        return self._kernel

    def _solve_exactly(self, X: Floats32, rows: ScorerRows) -> Floats:
        """Find uncorrelated features in one step, where every row is a landmark; return them.

        They come from the eigenvectors of the kernel, centred and weighted by rows.
        """
        self._kernel = self._shape.fit(X)
        kernel = self._kernel(X, X).astype(np.float64)
        share, root = rows.weight / rows.weight.sum(), np.sqrt(rows.weight)
        mean = share @ kernel
        centred = kernel - mean - mean[:, None] + mean @ share
        values, vectors = eigh(root[:, None] * centred * root, driver="evd")
        # Of rows that are all alike only rounding is left.
        strong = values > _LEAST_EXACT * max(values[-1], 1e-4 * rows.weight.sum())
        self._eigenvalues, vectors = values[strong], vectors[:, strong]
        roots = np.sqrt(self._eigenvalues)
        features: Floats = vectors / root[:, None] * roots
        to_features = root[:, None] * vectors / roots
        self._to_features = to_features - share[:, None] * to_features.sum(axis=0)
        self._offset = mean @ self._to_features
        self._y = features.T @ (rows.weight[:, None] * (rows.Y - self._mean_y))
        return features

    def _solve(self, X: Floats32, rows: ScorerRows) -> None:
        """Find features that are uncorrelated over the weighted rows, and their product with Y."""
        self._kernel = self._shape.fit(self._landmarks)
        values, vectors = eigh(self._kernel(self._landmarks, self._landmarks))
        strong = values > _LEAST_EIGENVALUE * max(values[-1], 1e-12)
        whiten = vectors[:, strong] / np.sqrt(values[strong])
        n_features, total = whiten.shape[1], rows.weight.sum()
        gram = np.zeros((n_features, n_features))
        mean, cross = np.zeros(n_features), np.zeros((n_features, rows.Y.shape[1]))
        for part in _blocks(len(X)):
            features = self._kernel(X[part], self._landmarks) @ whiten
            weighted = features * rows.weight[part, None]
            gram += weighted.T @ features
            mean += weighted.sum(axis=0) / total
            cross += weighted.T @ rows.Y[part]
        eigenvalues, turn = eigh(gram - total * np.outer(mean, mean))
        self._eigenvalues = np.maximum(eigenvalues, 0.0)
        self._y = turn.T @ (cross - total * np.outer(mean, self._mean_y))
        self._to_features = whiten @ turn
        self._offset = mean @ turn

    def _features(self, X: Floats32) -> Floats:
        found: Floats = self._kernel(X, self._landmarks) @ self._to_features - self._offset
        return found

    def _shrunk(self, penalty: float) -> Floats:
        found: Floats = self._y / (self._eigenvalues + penalty)[:, None]
        return found

    def _left_out(
        self, features: Floats, rows: ScorerRows, penalty: float, groups: list[NDArray[np.intp]]
    ) -> Floats:
        """Residuals of each row by a fit without its group."""
        shrink = 1.0 / (self._eigenvalues + penalty)
        residuals = rows.Y - self._mean_y - features @ self._shrunk(penalty)
        share = rows.weight / rows.weight.sum()
        leverage = share + rows.weight * (features**2 @ shrink)
        # Below 1 but for rounding, as the penalty is at least a thousandth.
        left_out = residuals / np.maximum(1.0 - leverage, 1e-4)[:, None]
        for group in groups:
            hat = share[group] + (features[group] * shrink) @ features[group].T * rows.weight[group]
            remaining = np.eye(len(group)) * (1.0 + 1e-7) - hat
            left_out[group] = np.linalg.solve(remaining, residuals[group])
        found: Floats = left_out
        return found

    def _error(self, residuals: Floats, weight: Floats) -> float:
        sizes = np.abs(residuals) if self._robust else residuals**2
        return float((weight[:, None] * sizes).mean())


def _groups_of_several(group: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    """Rows of each group that has more than one."""
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order])) + 1
    return (rows for rows in np.split(order, starts) if len(rows) > 1)


def _blocks(n_rows: int) -> Iterator[slice]:
    return gen_batches(n_rows, _BLOCK_ROWS) if n_rows else iter(())
