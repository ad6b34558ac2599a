"""ScaleFeatures: what tells how far a prediction of a number may be off."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.tree import DecisionTreeRegressor
from sklearn.utils import gen_batches

from skdvgs._default_net.kernel import Kernel, KernelShape
from skdvgs._default_net.scaling import QuantileNormalScaling
from skdvgs._default_net.scorers.base import ScorerRows
from skdvgs._default_net.scorers.trees import TreeEnsemble
from skdvgs._utils.types import Floats, Floats32

_NEIGHBOURS = 2000
_BANDWIDTH_ROWS = 1000
# Share of the typical distance: near enough to tell one region from the next.
_BANDWIDTH = 0.25
_TREES = 100
# Small numbers that keep logarithms finite.
_LEAST_SPREAD, _LEAST_RESIDUAL = 0.05, 0.02
_BLOCK_ROWS = 4096


class ScaleFeatures:
    """Logarithms of three estimates of a row's residual, standardised over the fitted rows.

    They are the spread of the scorers, the mean residual of the rows near it, and the residual
    that a forest predicts. None of them has seen the row's group.

    Parameters
    ----------
    seed : int
        Decides which rows are neighbours, and the forest.

    Attributes
    ----------
    left_out_ : array of shape (n_samples, 3), float64
        Features of the fitted rows.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def fit(
        self, X: Floats32, scores: Floats, target: Floats, rows: ScorerRows, n_jobs: int | None
    ) -> ScaleFeatures:
        """Learn from the residuals of the mean scorer.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Features as given.
        scores : array of shape (n_samples, n_scorers)
            Left-out predictions of one output.
        target : array of shape (n_samples,)
            The output on the normal scale.
        rows : ScorerRows
            Weights and groups.
        n_jobs : int or None
            Threads. The features do not depend on it.
        """
        self._scaling = QuantileNormalScaling(self._seed).fit(X)
        scaled = self._scaling.transform(X)
        residuals = np.abs(target - scores.mean(axis=1))
        # Wrong targets must not look like a wide spread.
        residuals = np.minimum(residuals, 3.0 * np.median(residuals) + 0.05)
        nearby = np.random.default_rng(self._seed).permutation(len(X))[:_NEIGHBOURS]
        self._neighbours, self._residuals = scaled[nearby], residuals[nearby]
        found = KernelShape("gaussian").fit(self._neighbours[:_BANDWIDTH_ROWS])
        self._kernel = Kernel("gaussian", _BANDWIDTH * found.bandwidth)
        self._mean_residual = float(residuals.mean())
        tree = DecisionTreeRegressor(max_features=0.34, min_samples_leaf=10)
        of_residuals = ScorerRows(
            residuals[:, None].astype(np.float32), np.ones(len(X)), rows.group, rows.fold
        )
        self._forest = TreeEnsemble(tree, _TREES, self._seed).fit(scaled, of_residuals, n_jobs)
        same = rows.group[nearby]
        near = self._near(scaled, rows.group, same)
        logs = _logs(scores, near, self._forest.left_out_[:, 0])
        spread = logs.std(axis=0)
        self._mean, self._spread = logs.mean(axis=0), np.where(spread > 0, spread, 1.0)
        self.left_out_ = self._standard(logs)
        return self

    def transform(self, X: Floats32, scores: Floats) -> Floats:
        """Features of new rows, shape (n_samples, 3)."""
        scaled = self._scaling.transform(X)
        near = self._near(scaled, None, None)
        return self._standard(_logs(scores, near, self._forest.predict(scaled)[:, 0]))

    def _near(
        self, scaled: Floats32, group: NDArray[np.intp] | None, same: NDArray[np.intp] | None
    ) -> Floats:
        """Mean residual of the neighbours of each row, those of its own group left out."""
        found = np.empty(len(scaled))
        for part in gen_batches(len(scaled), _BLOCK_ROWS):
            kernel = self._kernel(scaled[part], self._neighbours).astype(np.float64)
            if group is not None and same is not None:
                kernel[group[part, None] == same] = 0.0
            total = kernel @ self._residuals + _LEAST_SPREAD * self._mean_residual
            found[part] = total / (kernel.sum(axis=1) + _LEAST_SPREAD)
        return found

    def _standard(self, logs: Floats) -> Floats:
        standard: Floats = (logs - self._mean) / self._spread
        return standard


def _logs(scores: Floats, near: Floats, forest: Floats32) -> Floats:
    sizes = [
        scores.std(axis=1) + _LEAST_SPREAD,
        np.maximum(near, 1e-9),
        np.maximum(forest, _LEAST_RESIDUAL),
    ]
    logs: Floats = np.log(np.stack(sizes, axis=1, dtype=np.float64))
    return logs
