"""What is rare and right must not be called wrong."""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import recall_score, roc_auc_score

from benchmarks import rivals
from benchmarks.quality.defects import flip
from benchmarks.quality.ours import NAME, fitted
from benchmarks.quality.tasks import Task

DIGITS = tuple(f"digit {digit}" for digit in range(10))
DRAWS = ("draw 0", "draw 1", "draw 2")

_N_RARE = 25
_MINORITY, _N_SOURCE, _N_ROWS = 0.06, 800, 3000


def digits(name, seed, quick):
    """All other digits, and 25 rows of this one; every label is right, no target set."""
    X, y = load_digits(return_X_y=True)
    digit = int(name.split()[1])
    order = np.random.default_rng(seed).permutation(len(y)) if seed else np.arange(len(y))
    rows = np.concatenate([order[y[order] != digit], order[y[order] == digit][:_N_RARE]])
    y = y[rows]
    task = Task((X[rows] / 16).astype(np.float32), y, y, np.zeros(len(y), bool), seed)
    is_rare = y == digit
    chances = rivals.forest_out_of_bag(*task.rows, leaf=4, seed=seed)
    valuer, _ = fitted(task)
    methods = {NAME: valuer.values_, "forest, leaves of 4, own": rivals.own_label(chances, y)}
    for method, values in methods.items():
        lowest = np.argsort(values, kind="stable")[: len(y) // 20]
        yield "", method, "rare rows in the lowest 5 %", int(is_rare[lowest].sum())
    low = valuer.values_ < valuer.low_threshold_
    yield "", NAME, "rare rows below the cut", int(low[is_rare].sum())


def minority(name, seed, quick):
    """Two classes, one of them 6 % of the rows; clean, and with 5 % flips."""
    state = 1000 * seed + int(name.split()[1])
    rng = np.random.default_rng(state)
    y = (rng.random(_N_ROWS) < _MINORITY).astype(int)
    X = rng.normal(size=(_N_ROWS, 5)) + 1.5 * y[:, None] * (np.arange(5) < 3)
    X_test, y_test = X[_N_SOURCE:], y[_N_SOURCE:]
    X, y = X[:_N_SOURCE].astype(np.float32), y[:_N_SOURCE]
    clean, _ = fitted(Task(X, y, y, np.zeros(len(y), bool), state))
    low = clean.values_ < clean.low_threshold_
    yield "clean", NAME, "share of the minority below the cut", low[y == 1].mean()
    kept = np.sort(np.argsort(clean.values_, kind="stable")[len(y) // 20 :])
    before, after = (
        recall_score(y_test, LogisticRegression().fit(X[rows], y[rows]).predict(X_test))
        for rows in (np.arange(len(y)), kept)
    )
    yield "clean", NAME, "recall lost by dropping 5 %", before - after
    flipped, wrong = flip(y, "even", 0.05, state)
    task = Task(X, flipped, y, wrong, state)
    yield "5 % flips", NAME, "AUROC", roc_auc_score(wrong, -fitted(task)[0].values_)
    for text, chances in (
        ("forest, leaves of 4", rivals.forest_out_of_bag(*task.rows, leaf=4, seed=state)),
        ("logistic regression", rivals.linear_out_of_fold(*task.rows, seed=state)),
    ):
        found = roc_auc_score(wrong, -rivals.own_label(chances, flipped))
        yield "5 % flips", f"{text}, own", "AUROC", found
