"""Iris with wrong names, and estimators that keep what the cleaned ones give them."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

from skdvgs import CleanedClassifier, DVGSValuer
from tests.fake_valuers import NearestCentreValuer

X, Y = load_iris(return_X_y=True)
X = X + np.random.default_rng(0).normal(scale=1e-3, size=X.shape)
NAMES = np.array(["setosa", "versicolor", "virginica"])
WRONG = np.arange(0, 150, 15)
GIVEN = Y.copy()
GIVEN[WRONG] = (Y[WRONG] + 1) % 3
SHARE = len(WRONG) / 150
WEIGHTS = np.random.default_rng(0).uniform(0.5, 2.0, 150)
QUICK = DVGSValuer(cv=3, n_restarts=1, random_state=0)
ACTIONS = pytest.mark.parametrize("action", ["relabel", "drop", "weight"])
Y_NUMBERS = X[:, 0] + 0.1 * X[:, 1]
LINEAR = LogisticRegression(max_iter=1000)


class Recorder(ClassifierMixin, BaseEstimator):
    """Keep what fit was given."""

    def fit(self, X, y, sample_weight=None, **more):
        self.seen_, self.classes_ = (X, y, sample_weight, more), np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


class Unweighted(Recorder):
    def fit(self, X, y):
        return super().fit(X, y)


def cleaned(action, estimator=None, valuer=None, **parameters):
    estimator = Recorder() if estimator is None else estimator
    valuer = NearestCentreValuer() if valuer is None else valuer
    return CleanedClassifier(estimator, valuer, action=action, fraction=SHARE, **parameters)


def seen(action, sample_weight=None, **parameters):
    fitted = cleaned(action, **parameters).fit(X, GIVEN, sample_weight=sample_weight)
    return fitted, *fitted.estimator_.seen_[:3]


def low_rows():
    values = NearestCentreValuer().fit(X, GIVEN).values_
    return np.sort(np.argsort(values)[:10])
