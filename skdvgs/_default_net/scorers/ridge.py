"""LandmarkRidge: ridge regression on a kernel, with each group left out in closed form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import numpy as np
from joblib import Parallel, delayed
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
_BLOCK_ROWS = 2048

_Part = TypeVar("_Part")
_Found = TypeVar("_Found")


class LandmarkRidge:
    """Weighted ridge regression on the kernel with some rows, with a free intercept.

    With features f of a row (its kernel with the landmarks, whitened), weights w and penalty λ,
    the fit minimises Σ w_i |y_i - b - f_i β|² + λ |β|². Its hat matrix is H. A fit without the
    rows of group g has the residuals ``(I - H_gg)⁻¹ (y_g - ŷ_g)`` on them: exact, for all groups
    at once. So given λ, the left-out prediction of a row does not depend on the labels of its
    group. λ is the penalty with the least left-out error over all rows. Only through that one
    number can a row's label reach its own prediction.

    Costs rows × landmarks² in time, and rows × outputs × penalties in memory.

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
            self._solve(X, rows, n_jobs)

        def left_out(part: NDArray[np.intp]) -> Floats32:
            """Residuals of some whole groups, as :meth:`_left_out`."""
            of_part = features[part] if self.is_exact_ else self._features(X[part])
            return self._left_out(of_part, rows, part)

        residuals = np.empty((len(self._penalties), *rows.Y.shape), dtype=np.float32)
        blocks = _blocks_of_groups(rows.group)
        for part, found in zip(blocks, _in_threads(left_out, blocks, n_jobs), strict=True):
            residuals[:, part] = found
        errors = [self._error(of_penalty, rows.weight) for of_penalty in residuals]
        best = int(np.argmin(errors))
        self.penalty_ = float(self._penalties[best])
        self.left_out_ = rows.Y - residuals[best]
        coefficients = self._shrunk(self.penalty_)
        self._coefficients = self._to_features @ coefficients
        self._intercept = self._mean_y - self._offset @ coefficients
        return self

    def predict(self, X: Floats32) -> Floats32:
        """Predict new rows by the fit to all rows, shape (n_samples, n_outputs)."""
        found = np.empty((len(X), len(self._mean_y)), dtype=np.float32)
        for part in gen_batches(len(X), _BLOCK_ROWS) if len(X) else ():
            kernel = self._kernel(X[part], self._landmarks)
            found[part] = kernel @ self._coefficients + self._intercept
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

    def _solve(self, X: Floats32, rows: ScorerRows, n_jobs: int | None) -> None:
        """Find features that are uncorrelated over the weighted rows, and their product with Y."""
        self._kernel = self._shape.fit(self._landmarks)
        values, vectors = eigh(self._kernel(self._landmarks, self._landmarks).astype(np.float64))
        strong = values > _LEAST_EIGENVALUE * max(values[-1], 1e-12)
        whiten = vectors[:, strong] / np.sqrt(values[strong])
        root = np.sqrt(rows.weight)[:, None]

        def products(part: slice) -> tuple[Floats, Floats, Floats]:
            """Products of the kernel of some rows with itself, with 1 and with Y, weighted."""
            kernel: Floats = root[part] * self._kernel(X[part], self._landmarks)
            # A matrix times itself takes half the time of a product of two.
            return kernel.T @ kernel, root[part, 0] @ kernel, kernel.T @ (root[part] * rows.Y[part])

        n, total = len(self._landmarks), rows.weight.sum()
        gram, mean, cross = np.zeros((n, n)), np.zeros(n), np.zeros((n, rows.Y.shape[1]))
        # In their order, so that sums do not depend on the threads.
        for found in _in_threads(products, list(gen_batches(len(X), _BLOCK_ROWS)), n_jobs):
            gram += found[0]
            mean += found[1] / total
            cross += found[2]
        gram, mean, cross = whiten.T @ gram @ whiten, mean @ whiten, whiten.T @ cross
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

    def _left_out(self, features: Floats, rows: ScorerRows, part: NDArray[np.intp]) -> Floats32:
        """Residuals of some whole groups by fits without each, with each penalty.

        Shape (n_penalties, n_rows, n_outputs).
        """
        shrink = 1.0 / (self._eigenvalues[:, None] + self._penalties)
        weight = rows.weight[part]
        share = weight / rows.weight.sum()
        # Below 1 but for rounding, as the penalty is at least a thousandth.
        leverage = share[:, None] + weight[:, None] * (features**2 @ shrink)
        remaining = np.maximum(1.0 - leverage, 1e-4)
        groups = list(_groups_of_several(rows.group[part]))
        found = np.empty((len(self._penalties), len(part), rows.Y.shape[1]), dtype=np.float32)
        for number, penalty in enumerate(self._penalties):
            residuals = rows.Y[part] - self._mean_y - features @ self._shrunk(penalty)
            left_out = residuals / remaining[:, number, None]
            for group in groups:
                shrunk = features[group] * shrink[:, number]
                hat = share[group] + shrunk @ features[group].T * weight[group]
                rest = np.eye(len(group)) * (1.0 + 1e-7) - hat
                left_out[group] = np.linalg.solve(rest, residuals[group])
            found[number] = left_out
        return found

    def _error(self, residuals: Floats32, weight: Floats) -> float:
        sizes = np.abs(residuals) if self._robust else residuals**2
        return float((weight[:, None] * sizes).mean())


def _in_threads(
    function: Callable[[_Part], _Found], parts: Sequence[_Part], n_jobs: int | None
) -> Iterator[_Found]:
    """Put each part through a function, in their order."""
    parallel: Any = Parallel(n_jobs=n_jobs, require="sharedmem", return_as="generator")
    found: Iterator[_Found] = parallel(delayed(function)(part) for part in parts)
    return found


def _blocks_of_groups(group: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """All rows in blocks of whole groups."""
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    ends = starts[np.searchsorted(starts, np.arange(0, len(group), _BLOCK_ROWS), "right") - 1]
    return np.split(order, np.unique(ends)[1:])


def _groups_of_several(group: NDArray[np.intp]) -> Iterator[NDArray[np.intp]]:
    """Rows of each group that has more than one."""
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order])) + 1
    return (rows for rows in np.split(order, starts) if len(rows) > 1)
