"""Whether suggested labels are right, and what a classifier gains by repairing rows with them."""

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from .ours import default
from .tables import CLASSES
from .tasks import make_task

SETS = tuple(CLASSES)


def measure(name, seed, quick):
    """Flips of a fifth of the labels; rows are doubted where another label suits them best."""
    task = make_task(name, seed)
    for given in (True,) if quick else (True, False):
        text = "" if given else "no target set: "
        suggested = default(task, given).suggested_labels_
        right, doubted = suggested == task.y_clean, suggested != task.y
        yield f"{text}suggestion right", "flipped rows", right[task.noise].mean()
        yield f"{text}suggestion right", "clean rows", right[~task.noise].mean()
        yield f"{text}suggestion right", "rows repaired", right[doubted].mean()
        rows = {
            "keep all": (task.X, task.y),
            "drop doubted": (task.X[~doubted], task.y[~doubted]),
            "repair doubted": (task.X, suggested),
            "true labels": (task.X, task.y_clean),
        }
        for model, estimator in models(seed).items():
            for method, (X, y) in rows.items():
                if len(np.unique(y)) > 1:
                    accuracy = estimator.fit(X, y).score(task.X_test, task.y_test)
                    yield f"{text}test accuracy, {model}", method, accuracy


def models(seed):
    """Classifiers that rows are given to."""
    return {
        "forest": RandomForestClassifier(random_state=seed),
        "logistic regression": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
    }
