"""Test accuracy of models trained on rows as they are, cleaned, or repaired; with a target set."""

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from benchmarks.quality.defects import FLIPS
from benchmarks.quality.ours import fitted
from benchmarks.quality.tasks import make_task

# Boosting takes minutes beyond this many features x classes.
_MOST_WORK = 3000


def models(task, quick=False):
    """Classifiers by name."""
    found = {
        "logistic regression": LogisticRegression(max_iter=300),
        "forest": RandomForestClassifier(100, random_state=task.seed),
    }
    if task.X.shape[1] * task.n_classes <= _MOST_WORK and not quick:
        found["boosting"] = HistGradientBoostingClassifier(
            max_iter=50, early_stopping=False, random_state=task.seed
        )
    return found


def versions(task, valuer):
    """Rows to train on: X, y and weights, by what was done with the low ones.

    Relabelled rows get the most probable label, and weigh as much as it is probable: what
    ``action="relabel"`` does.
    """
    low = valuer.values_ < valuer.low_threshold_
    every, sure = np.ones(len(task.y), dtype=bool), np.ones(len(task.y))
    best = valuer.classes_[valuer.label_values_.argmax(axis=1)]
    return {
        "keep all": (every, task.y, sure),
        "drop": (~low, task.y, sure),
        "relabel": (
            every,
            np.where(low, best, task.y),
            np.where(low, valuer.label_values_.max(axis=1), 1.0),
        ),
        "weight": (every, task.y, valuer.values_),
        "wrong rows removed": (~task.noise, task.y, sure),
    }


def measure(name, seed, quick):
    """Accuracy on clean test rows."""
    for defect in FLIPS:
        task = make_task(name, seed, defect)
        valuer, _ = fitted(task)
        scaler = StandardScaler().fit(task.X)
        X, X_test = scaler.transform(task.X), scaler.transform(task.X_test)
        for version, (rows, y, weight) in versions(task, valuer).items():
            if len(np.unique(y[rows])) < 2:
                continue
            for text, model in models(task, quick).items():
                model.fit(X[rows], y[rows], sample_weight=weight[rows])
                yield f"{defect}, {text}", version, "accuracy", model.score(X_test, task.y_test)
