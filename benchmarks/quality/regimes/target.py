"""Target sets that are wrong in part, uneven, or tiny; a fifth of the source labels is flipped."""

from dataclasses import replace

import numpy as np
from sklearn.metrics import roc_auc_score

from benchmarks.quality.defects import flip
from benchmarks.quality.ours import NAME, fitted
from benchmarks.quality.tasks import make_task

SETS = ("adult", "phoneme", "vehicle", "yeast", "german")

_WRONG = (0.0, 0.05, 0.1, 0.2)
_TINY = 10
_UNEVEN = (180, 6)

# Points that the estimated share of wrong labels may be off.
WITHIN = 4.0


def variants(task):
    """The task with every kind of target set; 'none' comes first."""
    yield "none", replace(task, X_val=None, y_val=None)
    for share in _WRONG:
        y_val, _ = flip(task.y_val, "even", share, task.seed + 1)
        yield f"{share:.0%} wrong", replace(task, y_val=y_val)
    rows = np.random.default_rng(task.seed + 2).permutation(len(task.y_val))[:_TINY]
    yield f"{_TINY} rows", replace(task, X_val=task.X_val[rows], y_val=task.y_val[rows])
    if task.n_classes == 2:
        parts = sorted((np.flatnonzero(task.y_val == k) for k in (0, 1)), key=len, reverse=True)
        rows = np.concatenate([part[:n] for part, n in zip(parts, _UNEVEN, strict=True)])
        uneven = replace(task, X_val=task.X_val[rows], y_val=task.y_val[rows])
        yield f"{_UNEVEN[0]}:{_UNEVEN[1]}", uneven


def measure(name, seed, quick):
    """AUROC, the share that is estimated, and how far the target set is trusted."""
    for variant, task in variants(make_task(name, seed)):
        valuer, _ = fitted(task)
        yield variant, NAME, "AUROC", roc_auc_score(task.noise, -valuer.values_)
        off = 100.0 * (valuer.low_fraction_ - task.noise.mean())
        yield variant, NAME, "points off the share", off
        if task.X_val is not None:
            yield variant, NAME, "target rows trusted", valuer.target_trust_
