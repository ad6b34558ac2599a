"""What people would use instead: values of source rows, higher is better.

For classes each is the confidence in a row's own label, for numbers minus the size of the
residual.
"""

import warnings

import numpy as np
from sklearn.ensemble import (
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_predict
from sklearn.preprocessing import StandardScaler

from . import baselines

_NEIGHBOURS = 10


def _own_confidence(probabilities, classes, y):
    every = np.zeros((len(y), max(int(y.max()), int(classes.max())) + 1))
    every[:, classes] = probabilities
    return every[np.arange(len(y)), y]


def _forest(task, n_trees, **settings):
    kind = RandomForestClassifier if task.n_classes else RandomForestRegressor
    return kind(n_trees, random_state=task.seed, **settings)


def _judge(model, task):
    """Values by a model that knows the target set alone."""
    if not task.n_classes:
        return -np.abs(task.y - model.predict(task.X))
    return _own_confidence(model.predict_proba(task.X), model.classes_, task.y)


def out_of_bag_forest(task, given=True):
    """Trees that did not see the row (the idea of Data-OOB)."""
    X, y = task.both if given else (task.X, task.y)
    forest = _forest(task, 300, oob_score=True).fit(X, y)
    n = len(task.y)
    if not task.n_classes:
        return -np.abs(task.y - forest.oob_prediction_[:n])
    return _own_confidence(forest.oob_decision_function_[:n], forest.classes_, task.y)


def out_of_fold_forest(task, given=True):
    """Forests of the other folds: self-confidence, the score of confident learning."""
    X, y = task.both if given else (task.X, task.y)
    folds = StratifiedKFold if task.n_classes else KFold
    folds = folds(5, shuffle=True, random_state=task.seed)
    method = "predict_proba" if task.n_classes else "predict"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a fold may lack a rare class
        found = cross_val_predict(_forest(task, 100), X, y, cv=folds, method=method)[: len(task.y)]
    if not task.n_classes:
        return -np.abs(task.y - found)
    return _own_confidence(found, np.unique(y), task.y)


def forest_on_target(task):
    """A forest that saw the target set alone."""
    return _judge(_forest(task, 300).fit(task.X_val, task.y_val), task)


def boosting_on_target(task):
    """Boosted trees that saw the target set alone."""
    kind = HistGradientBoostingClassifier if task.n_classes else HistGradientBoostingRegressor
    rounds = 50 if task.n_classes > 2 else 100
    model = kind(max_iter=rounds, early_stopping=False, random_state=task.seed)
    return _judge(model.fit(task.X_val, task.y_val), task)


def knn_shapley(task):
    """Exact Shapley values for nearest neighbours of the target rows, on standardised features."""
    scaler = StandardScaler().fit(task.both[0])
    source, target = scaler.transform(task.X), scaler.transform(task.X_val)
    return baselines.knn_shapley(source, task.y, target, task.y_val, n_neighbors=_NEIGHBOURS)


FOR_LABELS = {
    "oob forest": out_of_bag_forest,
    "oof forest": out_of_fold_forest,
    "forest on target": forest_on_target,
    "boosting on target": boosting_on_target,
    "knn-shapley": knn_shapley,
}
FOR_NUMBERS = {name: use for name, use in FOR_LABELS.items() if name != "knn-shapley"}
WITHOUT_TARGET = {
    "oob forest": lambda task: out_of_bag_forest(task, given=False),
    "oof forest": lambda task: out_of_fold_forest(task, given=False),
}
