"""Few rows: of two classes that hardly differ, and of many classes."""

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks import rivals
from benchmarks.quality.defects import flip
from benchmarks.quality.ours import NAME, fitted
from benchmarks.quality.tasks import Task

# Rows, features, and how far the means of the first four features lie from zero.
_WEAK = {
    "30 x 5": (30, 5, 0.5),
    "60 x 10": (60, 10, 0.4),
    "100 x 20": (100, 20, 0.3),
    "300 x 20": (300, 20, 0.3),
    "60 x 200": (60, 200, 0.6),
}
_MANY = {"50 x 16": (50, 16), "100 x 8": (100, 8), "200 x 10": (200, 10)}

WEAK, MANY = tuple(_WEAK), tuple(_MANY)

_DRAWS = 6


def weak(name, seed, quick):
    """Two classes and a weak signal; a single draw says little, so there are six."""
    n_rows, n_features, shift = _WEAK[name]
    for number in range(2 if quick else _DRAWS):
        state = 100 * seed + number
        rng = np.random.default_rng(state)
        clean = np.arange(n_rows) % 2
        signal = shift * np.where(clean, 1, -1)[:, None] * (np.arange(n_features) < 4)
        X = rng.normal(size=(n_rows, n_features)) + signal
        yield from _compare(f"draw {number}", X, clean, state, penalty=10.0)


def many(name, seed, quick):
    """Many classes around centres in 20 dimensions, with few rows each."""
    n_classes, n_rows = _MANY[name]
    rng = np.random.default_rng(seed)
    clean = np.arange(n_classes * n_rows) % n_classes
    centres = rng.normal(size=(n_classes, 20))
    X = centres[clean] + 0.8 * rng.normal(size=(len(clean), 20))
    yield from _compare("", X, clean, seed, penalty=1.0)


def _compare(variant, X, clean, seed, penalty):
    """A fifth of the labels is flipped; no target set."""
    y, wrong = flip(clean, "even", 0.2, seed)
    task = Task(X.astype(np.float32), y, clean, wrong, seed)
    models = {
        "forest": rivals.forest_out_of_bag(*task.rows, seed=seed),
        "forest, leaves of 4": rivals.forest_out_of_bag(*task.rows, leaf=4, seed=seed),
        "logistic regression": rivals.linear_out_of_fold(*task.rows, penalty=penalty, seed=seed),
    }
    yield variant, NAME, "AUROC", roc_auc_score(wrong, -fitted(task)[0].values_)
    for name, chances in models.items():
        for text, value in (("own", rivals.own_label), ("margin", rivals.margin)):
            found = roc_auc_score(wrong, -value(chances, y))
            yield variant, f"{name}, {text}", "AUROC", found
