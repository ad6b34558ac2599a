"""A rare class: which share of its right rows is taken for wrong, and its recall afterwards."""

import numpy as np
from sklearn.metrics import recall_score

from skdvgs import DVGSValuer, LowValueSampler
from skdvgs.datasets import corrupt_labels

from . import labels
from .cleaning import known
from .tables import load

SETS = ("adult", "phoneme", "spambase", "breast_cancer", "made_unequal")

_RARE = 0.06
_ROWS = 1000

CHOICES = {
    "auto": {},
    "auto, no limit": {"max_class_fraction": None},
    "auto, relabel": {"action": "relabel"},
    "lowest 5 %": {"fraction": 0.05},
}


def measure(name, seed, quick):
    """Labels as they are, and with 5 and 15 % of them flipped; no target set."""
    X, y = load(name)
    train, test = _draw(y, seed)
    for share in (0.0, 0.05) if quick else (0.0, 0.05, 0.15):
        given, wrong = corrupt_labels(y[train], share, random_state=seed)
        valuer = known(DVGSValuer(random_state=seed).fit(X[train], given))
        rare = (y[train] == 1) & ~wrong
        rows = {"keep all": (X[train], given)}
        for choice, parameters in CHOICES.items():
            sampler = LowValueSampler(valuer, **parameters)
            rows[choice] = sampler.fit_resample(X[train], given)
            yield f"{share:.0%} flips: rare rows lost", choice, (~sampler.support_)[rare].mean()
        for model, estimator in labels.models(seed).items():
            for choice, (X_clean, y_clean) in rows.items():
                predicted = estimator.fit(X_clean, y_clean).predict(X[test])
                recall = recall_score(y[test], predicted)
                yield f"{share:.0%} flips: recall, {model}", choice, recall


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
