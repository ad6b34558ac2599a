"""A class of 6 %: which share of its right rows is taken for wrong, and its recall afterwards."""

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.metrics import recall_score

from benchmarks.quality.defects import flip
from benchmarks.quality.ours import fitted
from benchmarks.quality.regimes.downstream import models
from benchmarks.quality.sets import load
from benchmarks.quality.tasks import Task
from skdvgs import LowValueSampler

SETS = ("adult", "phoneme", "spambase", "breast_cancer")

_RARE = 0.06
_ROWS = 1000

CHOICES = {
    "auto": {},
    "auto, no limit": {"max_class_fraction": None},
    "auto, relabel": {"action": "relabel"},
    "lowest 5 %": {"fraction": 0.05},
}


class _Known(BaseEstimator):
    """A valuer that has valued the rows already, so that all samplers share its work."""

    def __init__(self, found):
        self.found = found

    def fit(self, X, y):
        vars(self).update(self.found)
        return self


def measure(name, seed, quick):
    """Labels as they are, and with 5 and 15 % of them flipped; no target set."""
    X, y = load(name)
    train, test = _draw(y, seed)
    X_test, y_test = X[test], y[test]
    for share in (0.0, 0.05) if quick else (0.0, 0.05, 0.15):
        given, wrong = flip(y[train], "even", share, seed)
        task = Task(X[train], given, y[train], wrong, seed)
        valuer, _ = fitted(task)
        parts = ("values_", "label_values_", "classes_", "low_threshold_")
        known = _Known({part: getattr(valuer, part) for part in parts})
        rare = (y[train] == 1) & ~wrong
        rows = {"keep all": (task.X, given)}
        for choice, parameters in CHOICES.items():
            sampler = LowValueSampler(known, **parameters)
            rows[choice] = sampler.fit_resample(task.X, given)
            lost = (~sampler.support_)[rare].mean()
            yield f"{share:.0%} flips", choice, "rare rows below the cut", lost
        for model, estimator in models(task, quick).items():
            for choice, (X_clean, y_clean) in rows.items():
                predicted = estimator.fit(X_clean, y_clean).predict(X_test)
                recall = recall_score(y_test, predicted)
                yield f"{share:.0%} flips, {model}", choice, "recall of the rare class", recall


def _draw(y, seed):
    """Rows to train on and rows to test on; class 1 is rare in both."""
    rng = np.random.default_rng(seed)
    common, rare = (rng.permutation(np.flatnonzero(y == label)) for label in (0, 1))
    n = min(_ROWS, len(common) // 2)
    n_rare = min(round(_RARE * n), len(rare) // 2)
    return (
        np.r_[common[: n - n_rare], rare[:n_rare]],
        np.r_[common[n : 2 * n - n_rare], rare[n_rare : 2 * n_rare]],
    )
