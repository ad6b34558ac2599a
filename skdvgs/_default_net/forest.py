"""Random forests, and what the trees that did not see a row say about it."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

Floats32 = NDArray[np.float32]


_TREES = 200


# Small leaves follow single wrong labels.
_LEAF_ROWS = 4


# A tree of this many rows is deep enough; beyond it the forest's time grows with the rows alone.
_MOST_ROWS_A_TREE = 50_000


class ClassForest:
    """Class probabilities by the trees for which a row was out of bag.

    A tree does not depend on the labels of rows outside its bag, and the bags do not depend on
    labels; so a row's score does not depend on its own label.

    Parameters
    ----------
    n_classes : int
        Columns of the scores; classes without a row have score 0.
    seed : int
        Bags and splits.

    Attributes
    ----------
    left_out_ : array of shape (n_samples, n_classes), float32
        Scores of each row by trees grown without it.
    """

    def __init__(self, n_classes: int, seed: int) -> None:
        self._n_classes = n_classes
        self._seed = seed

    def fit(
        self, X: Floats32, codes: NDArray[np.integer], n_jobs: int | None = None
    ) -> ClassForest:
        """Grow the trees, so many at a time, on at least two rows and their class numbers."""
        self._forest: Any = RandomForestClassifier(**_settings(len(X), self._seed))
        _grow(self._forest, X, codes, n_jobs)
        self.left_out_ = self._all_classes(self._forest.oob_decision_function_)
        return self

    def predict(self, X: Floats32) -> Floats32:
        """Scores of rows that were not fitted, by all trees."""
        with _any_numbers():
            return self._all_classes(self._forest.predict_proba(X))

    def _all_classes(self, probabilities: NDArray[Any]) -> Floats32:
        scores = np.zeros((len(probabilities), self._n_classes), dtype=np.float32)
        scores[:, self._forest.classes_] = probabilities
        return scores


class NumberForest:
    """Predictions of one or more numbers by the trees for which a row was out of bag.

    Parameters
    ----------
    seed : int
        Bags and splits.

    Attributes
    ----------
    left_out_ : array of shape (n_samples, n_outputs), float32
        Predictions for each row by trees grown without it.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def fit(self, X: Floats32, Y: Floats32, n_jobs: int | None = None) -> NumberForest:
        """Grow the trees on at least two rows and outputs of shape (n_samples, n_outputs)."""
        settings = _settings(len(X), self._seed)
        self._forest: Any = RandomForestRegressor(max_features=0.34, **settings)
        self._n_outputs = Y.shape[1]
        _grow(self._forest, X, Y[:, 0] if self._n_outputs == 1 else Y, n_jobs)
        self.left_out_ = self._columns(self._forest.oob_prediction_)
        return self

    def predict(self, X: Floats32) -> Floats32:
        """Predictions for rows that were not fitted, by all trees."""
        with _any_numbers():
            return self._columns(self._forest.predict(X))

    def _columns(self, numbers: NDArray[Any]) -> Floats32:
        return numbers.reshape(len(numbers), self._n_outputs).astype(np.float32)


def _settings(n_rows: int, seed: int) -> dict[str, Any]:
    return {
        "n_estimators": _TREES,
        "min_samples_leaf": _LEAF_ROWS,
        "max_samples": _MOST_ROWS_A_TREE if n_rows > _MOST_ROWS_A_TREE else None,
        "oob_score": True,
        "random_state": seed,
    }


def _grow(forest: Any, X: Floats32, y: NDArray[Any], n_jobs: int | None) -> None:
    forest.n_jobs = n_jobs
    with warnings.catch_warnings(), _any_numbers():
        # scikit-learn takes many whole numbers for a mistaken regression; here they are labels.
        warnings.simplefilter("ignore", UserWarning)
        forest.fit(X, y)
    # Threads would add up the votes of the trees in any order.
    forest.n_jobs = 1


def _any_numbers() -> Any:
    # scikit-learn's check for infinities adds up all of X, which may overflow.
    return np.errstate(over="ignore", invalid="ignore")
