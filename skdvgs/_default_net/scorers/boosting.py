"""FoldBoosting: gradient boosting, with each fold predicted by a fit to the others."""

from __future__ import annotations

from typing import Any

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits

from skdvgs._default_net.scorers.base import ScorerRows
from skdvgs._default_net.scorers.column_bins import ColumnBins
from skdvgs._utils.types import Floats32

# Larger trees learn wrong labels by heart.
_LEAVES = 15


class FoldBoosting:
    """Histogram gradient boosting out of fold. Missing entries are NaN.

    Parameters
    ----------
    is_class : bool
        Whether outputs are one-hot classes: one classifier for all of them. Else a regressor for
        each output.
    seed : int
        Decides how columns are binned.

    Attributes
    ----------
    left_out_ : array of shape (n_samples, n_outputs), float32
        Predictions of each row by the model of its fold, which was fitted to the other folds.
    """

    def __init__(self, is_class: bool, seed: int) -> None:
        self._is_class, self._seed = is_class, seed

    def fit(self, X: Floats32, rows: ScorerRows, n_jobs: int | None = None) -> FoldBoosting:
        """Fit one model for each fold."""
        self._n_outputs = rows.Y.shape[1]
        tests = [rows.fold == fold for fold in np.unique(rows.fold)]
        self.left_out_ = np.zeros(rows.Y.shape, dtype=np.float32)
        self._bins = ColumnBins().fit(X)
        binned = self._bins.transform(X)

        def leave_out(test: NDArray[np.bool_]) -> tuple[list[Any], Floats32]:
            """Fit to the other folds, and predict this one."""
            # The limit of OpenMP is one of each thread.
            with threadpool_limits(1, user_api="openmp"):
                model = self._fit_one(binned[~test], rows.Y[~test], rows.weight[~test])
                return model, self._predict_one(model, binned[test])

        parallel: Any = Parallel(n_jobs=n_jobs, require="sharedmem")
        found = parallel(delayed(leave_out)(test) for test in tests)
        self._models = [model for model, _ in found]
        for test, (_, predicted) in zip(tests, found, strict=True):
            self.left_out_[test] = predicted
        return self

    def predict(self, X: Floats32) -> Floats32:
        """Mean prediction of the models of all folds, shape (n_samples, n_outputs)."""
        binned = self._bins.transform(X)
        found = [self._predict_one(model, binned) for model in self._models]
        mean: Floats32 = np.mean(found, axis=0).astype(np.float32)
        return mean

    def _fit_one(self, X: Floats32, Y: Floats32, weight: Any) -> list[Any]:
        if self._is_class:
            # A tree for each class and round: fewer rounds where classes are many.
            rounds = 100 if self._n_outputs == 2 else 50
            make = HistGradientBoostingClassifier
            targets = [Y.argmax(axis=1)]
        else:
            rounds = 200
            make = HistGradientBoostingRegressor
            targets = list(Y.T)
        return [
            make(
                max_iter=rounds,
                max_leaf_nodes=_LEAVES,
                early_stopping=False,
                random_state=self._seed,
            ).fit(X, y, sample_weight=weight)
            for y in targets
        ]

    def _predict_one(self, model: list[Any], X: Floats32) -> Floats32:
        if not self._is_class:
            return np.stack([part.predict(X) for part in model], axis=1).astype(np.float32)
        found = np.zeros((len(X), self._n_outputs), dtype=np.float32)
        found[:, model[0].classes_] = model[0].predict_proba(X)
        return found
