"""Valuers that take a millisecond, for tests of what is done with the values."""

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.multiclass import type_of_target
from sklearn.utils.validation import validate_data


class CentroidValuer(BaseEstimator):
    """Value a row by how near it is to the centre of its class, or its target to the mean."""

    def __init__(self, scale=1.0):
        self.scale = scale

    def fit(
        self,
        X,
        y=None,
        *,
        X_val=None,
        y_val=None,
        groups=None,
        pred_probs=None,
        pred_probs_val=None,
    ):
        self.seen_ = {
            "X": X,
            "X_val": X_val,
            "y_val": y_val,
            "groups": groups,
            "pred_probs": pred_probs,
            "pred_probs_val": pred_probs_val,
        }
        X = validate_data(self, X, accept_sparse="csr")
        X = X.toarray() if hasattr(X, "toarray") else X
        labels = np.zeros(len(X)) if y is None else np.asarray(y)
        labels = labels.ravel() if labels.size == len(X) else labels
        if labels.ndim == 1 and not type_of_target(labels).startswith("continuous"):
            centres = {label: X[labels == label].mean(axis=0) for label in np.unique(labels)}
            centre = np.array([centres[label] for label in labels])
        else:
            centre = X.mean(axis=0)
        self.values_ = -self.scale * np.linalg.norm(X - centre, axis=1)
        return self

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


class GivenValuer(BaseEstimator):
    """Give the values it was made with, whatever the rows; takes no target set."""

    def __init__(self, values=None):
        self.values = values

    def fit(self, X, y):
        self.values_ = self.values
        return self


class NearestCentreValuer(CentroidValuer):
    """Say also how probable each class is, by how near its centre is."""

    def fit(self, X, y=None, **given):
        super().fit(X, y, **given)
        rows = np.asarray(X.toarray() if hasattr(X, "toarray") else X, dtype=float)
        labels = np.asarray(y).ravel()
        self.classes_ = np.unique(labels)
        centres = np.array([rows[labels == label].mean(axis=0) for label in self.classes_])
        distance = np.linalg.norm(rows[:, None] - centres, axis=2)
        weight = np.exp(-distance / self.scale)
        self.label_values_ = weight / weight.sum(axis=1, keepdims=True)
        own = np.searchsorted(self.classes_, labels)
        self.values_ = self.label_values_[np.arange(len(rows)), own]
        self.low_threshold_ = 1.0 / len(self.classes_)
        return self
