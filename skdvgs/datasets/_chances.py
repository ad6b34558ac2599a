"""How likely a row is taken for each class."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_array

from ..exceptions import InvalidInputError

_FOLDS = 5
# Keeps rows that the classifier is certain of drawable, once no others are left.
_SMALLEST_CHANCE = 1e-12


def next_class(n_classes: int) -> NDArray[np.float64]:
    """Transition matrix that takes each class for the next, the last for the first."""
    return np.roll(np.eye(n_classes), 1, axis=1)


def check_transition(transition: Any, classes: NDArray[Any]) -> NDArray[np.float64]:
    """Read a matrix of transition probabilities.

    Raises
    ------
    InvalidInputError
        If its shape or its entries are not those of a transition matrix.
    """
    matrix = np.asarray(transition, dtype=np.float64)
    n_classes = len(classes)
    if matrix.shape != (n_classes, n_classes):
        raise InvalidInputError(
            f"transition has shape {matrix.shape}, and y holds {n_classes} classes. It needs a row "
            f"and a column for each class in sorted order. Give shape ({n_classes}, {n_classes})."
        )
    if not np.all(matrix >= 0) or not np.allclose(matrix.sum(axis=1), 1.0):
        sums = ", ".join(f"{total:g}" for total in matrix.sum(axis=1)[:10])
        raise InvalidInputError(
            f"transition has the row sums {sums} and the smallest entry {matrix.min():g}. Its rows "
            "are probabilities. Give entries of at least 0, and rows that sum to 1."
        )
    return matrix


def out_of_fold_chances(
    X: Any, codes: NDArray[np.intp], n_classes: int, rng: np.random.RandomState
) -> NDArray[np.float64]:
    """Class probabilities of each row by a logistic regression trained on the other folds.

    Raises
    ------
    InvalidInputError
        If X has another length than y, or a class has a single row.
    """
    features = check_array(X, allow_nd=True, input_name="X")
    features = features.reshape(len(features), -1)
    if len(features) != len(codes):
        raise InvalidInputError(
            f"X has {len(features)} rows and y has {len(codes)}. Each label needs its features. "
            "Pass both from the same table."
        )
    smallest = int(np.bincount(codes).min())
    if smallest < 2:
        raise InvalidInputError(
            "y holds a class with a single row. The classifier of 'instance_dependent' is "
            "cross-validated, which takes two. Leave that class out, or choose another kind."
        )
    folds = StratifiedKFold(min(_FOLDS, smallest), shuffle=True, random_state=rng)
    classifier = make_pipeline(StandardScaler(), LogisticRegression(max_iter=200))
    with warnings.catch_warnings():
        # A rough boundary does as well.
        warnings.simplefilter("ignore", ConvergenceWarning)
        chances = cross_val_predict(classifier, features, codes, cv=folds, method="predict_proba")
    return np.maximum(chances, _SMALLEST_CHANCE)
