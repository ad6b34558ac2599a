"""Do values come out alike twice: with another seed, with the other half of the trusted rows?"""

from dataclasses import replace

import numpy as np
from scipy.stats import spearmanr

from benchmarks import rivals
from benchmarks.quality.methods import knn_shapley
from benchmarks.quality.tasks import make_task
from skdvgs import DVGSValuer

from .data_valuation import dvrl

TITLE = "Stability"
BY_CASE = "Spearman, two seeds"


def cases(quick):
    """Sets of the quality benchmark, a fifth of the labels wrong, 400 trusted rows."""
    return ("iris",) if quick else ("adult", "digits", "phoneme")


def _default(task, seed, quick):
    valuer = DVGSValuer(random_state=seed)
    target = {} if task.X_val is None else {"X_val": task.X_val, "y_val": task.y_val}
    return valuer.fit(task.X, task.y, **target).values_


def _data_oob(task, seed, quick):
    return rivals.data_oob(task.X, task.y, n_models=50 if quick else 1000, seed=seed)


def _dvrl(task, seed, quick):
    return dvrl(_scaled(task), seed, quick)


def _scaled(task):
    middle, spread = task.X.mean(axis=0), np.where(task.X.std(axis=0) > 0, task.X.std(axis=0), 1.0)
    return (task.X - middle) / spread, task.y, (task.X_val - middle) / spread, task.y_val


def _forest(task, seed, quick):
    return rivals.own_label(rivals.forest_out_of_bag(*task.rows, seed=seed), task.y)


# Whether a method draws at random, and whether it reads trusted rows.
_METHODS = {
    "DVGSValuer(), target set": (_default, True, True),
    "DVGSValuer(), no target set": (_default, True, False),
    "Data-OOB, tree": (_data_oob, True, False),
    "KNN-Shapley": (lambda task, seed, quick: knn_shapley(task), False, True),
    "DVRL": (_dvrl, True, True),
    "forest, out of bag": (_forest, True, True),
}
PEERS = tuple(_METHODS)


def measure(peer, case, seed, quick):
    """Rank correlation of the values of two fits."""
    value, is_random, reads_target = _METHODS[peer]
    task = make_task(case, seed, target=reads_target)
    first = value(task, seed, quick)
    if is_random:
        second = value(task, 1000 + seed, quick)
        yield "values of two fits", "Spearman, two seeds", spearmanr(first, second).statistic
    if reads_target:
        rows = np.random.default_rng(seed).permutation(len(task.y_val))
        halves = [
            value(replace(task, X_val=task.X_val[half], y_val=task.y_val[half]), seed, quick)
            for half in np.array_split(rows, 2)
        ]
        yield (
            "values of two fits",
            "Spearman, halves of the target set",
            spearmanr(*halves).statistic,
        )
